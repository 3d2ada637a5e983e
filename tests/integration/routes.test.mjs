// Paths and methods: what is served, and how everything else is refused.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {assertStreamHeaders} from '../lib/greeting.mjs';
import {open} from '../lib/fcgi.mjs';
import {endless} from '../lib/config.mjs';
import {startWorker} from '../lib/worker.mjs';

// RFC 9457, and never a page for people.
function assertProblem(answer, status) {
  assert.equal(answer.status, status);
  assert.equal(answer.header('content-type'), 'application/problem+json');
  const problem = answer.json;
  assert.deepEqual(Object.keys(problem).sort(), ['detail', 'status', 'title', 'type']);
  assert.equal(problem.status, status);
  for (const key of ['type', 'title', 'detail']) assert.ok(problem[key].length > 0, key);
  assert.equal(Number(answer.header('content-length') ?? answer.body.length), answer.body.length);
}

test('routes', async (t) => {
  const worker = await startWorker(t, {config: {greeting: endless, streams: {max: 20}}});
  const ask = (path, parameters, more) => worker.fetch(path, {parameters, ...more});

  await t.test('/healthz', async () => {
    const answer = await ask('/healthz');
    assert.equal(answer.status, 200);
    assert.equal(answer.header('content-type'), 'application/json');
    assert.equal(answer.json.status, 'ok');
    assert.match(answer.header('cache-control'), /no-store|no-cache/);
  });

  await t.test('/metrics', async () => {
    const answer = await ask('/metrics');
    assert.equal(answer.status, 200);
    assert.match(answer.header('content-type'), /^text\/plain; version=0\.0\.4/);
    const names = [...answer.text.matchAll(/^([a-z_]+)(?:\{|\s)/gm)].map((match) => match[1]);
    for (const name of new Set(names)) {
      const base = name.replace(/_(bucket|sum|count)$/, '');
      assert.match(answer.text, new RegExp(`^# HELP (${name}|${base}) .+$`, 'm'));
      assert.match(answer.text, new RegExp(`^# TYPE (${name}|${base}) (counter|gauge|histogram)$`, 'm'));
    }
    assert.ok(answer.text.endsWith('\n'));
  });

  for (const path of ['/', '/event', '/events/', '/events/x', '/EVENTS', '/healthz/../events', '/%65vents']) {
    await t.test(`${JSON.stringify(path)} is not there`, async () => assertProblem(await ask(path), 404));
  }

  for (const path of ['/events', '/healthz', '/metrics']) {
    const [taken, others] = path === '/events' ? ['GET, POST, HEAD', []] : ['GET, HEAD', ['POST']];
    for (const method of [...others, 'PUT', 'PATCH', 'DELETE', 'TRACE', 'get', 'GETX']) {
      await t.test(`${method} ${path}`, async () => {
        const answer = await ask(path, {REQUEST_METHOD: method});
        assertProblem(answer, 405);
        assert.equal(answer.header('allow'), taken);
      });
    }
    await t.test(`OPTIONS ${path}`, async () => {
      const answer = await ask(path, {REQUEST_METHOD: 'OPTIONS'});
      assert.deepEqual([answer.status, answer.header('allow'), answer.body.length], [204, taken, 0]);
    });
    await t.test(`HEAD ${path}: the head of a GET, and the end`, async () => {
      const answer = await ask(path, {REQUEST_METHOD: 'HEAD'});
      assert.equal(answer.status, 200);
      assert.equal(answer.body.length, 0);
      if (path === '/events') assertStreamHeaders(answer);
    });
  }

  await t.test('a POST with a body is refused as one without', async () => {
    assertProblem(await ask('/healthz', {REQUEST_METHOD: 'POST'}, {body: 'x'.repeat(100000)}), 405);
  });

  await t.test(
    'no method, or no path: 400, since a web server that sends none is set up wrongly',
    async () => {
      assertProblem(await ask('/events', {REQUEST_METHOD: undefined}), 400);
      assertProblem(await ask('', {}), 400);
    },
  );

  await t.test('HEAD of what is not there has no body either', async () => {
    const answer = await ask('/nowhere', {REQUEST_METHOD: 'HEAD'});
    assert.deepEqual([answer.status, answer.body.length], [404, 0]);
  });

  await t.test('DOCUMENT_URI says the path where SCRIPT_NAME does not', async () => {
    assert.equal((await ask('/healthz', {SCRIPT_NAME: undefined})).status, 200);
  });

  await t.test('SCRIPT_NAME wins over DOCUMENT_URI', async () => {
    assert.equal((await ask('/healthz', {DOCUMENT_URI: '/nowhere'})).status, 200);
  });

  await t.test('a path that is no UTF-8 is not there either', async () => {
    const path = Buffer.from([0x2f, 0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80]);
    assertProblem(await ask('/x', {SCRIPT_NAME: path}), 404);
  });

  await t.test('a refusal repeats nothing that could break out of it', async () => {
    const path = '/<script>"\\\r\nX-Evil: 1\r\n\r\n';
    const answer = await ask(path);
    assertProblem(answer, 404);
    assert.equal(answer.header('x-evil'), undefined);
  });

  await t.test('one stream more than streams.max: an empty one that says when to come back', async (t) => {
    // A HEAD of a stream takes no place among them.
    for (let n = 0; n < 30; ++n) await ask('/events', {REQUEST_METHOD: 'HEAD'});
    const peers = await Promise.all(Array.from({length: 20}, () => open(t, worker.address, '/events')));
    await Promise.all(peers.map((peer) => peer.events(1)));
    const answer = await ask('/events');
    assert.equal(answer.status, 200);
    assertStreamHeaders(answer);
    assert.match(answer.text, /^: .+\n\nretry: \d+\n\n$/);
    peers[0].leave();
    await worker.measured((metrics) => metrics.streams === 19, 'one has left');
    await (await open(t, worker.address, '/events')).events(1);
  });
});
