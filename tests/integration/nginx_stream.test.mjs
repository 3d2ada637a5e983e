// Through the real nginx with the shipped files: what a reader sees.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {assertGreeting, assertStreamHeaders, assertTimes} from '../lib/greeting.mjs';
import {startNginx} from '../lib/nginx.mjs';
import {now, undisturbed} from '../lib/wait.mjs';
import {startWorker} from '../lib/worker.mjs';

test('through nginx', async (t) => {
  const greeting = {interval_seconds: 1, duration_seconds: 3};
  const worker = await startWorker(t, {config: {greeting}});
  const nginx = await startNginx(t, worker.address);
  const expected = {interval: 1, duration: 3};

  await t.test('each event arrives when it is sent', () => undisturbed(async () => {
    const [started, wall] = [now(), Date.now()];
    const answer = await nginx.http('/events').done(8000);
    assertStreamHeaders(answer);
    assert.equal(answer.header('transfer-encoding'), 'chunked');
    assertGreeting(answer.frames, {...expected, started, wall});
  }));

  await t.test('frames arrive whole, each in a chunk of its own', () => undisturbed(async () => {
    const started = now();
    const answer = await nginx.http('/events').done(8000);
    for (const piece of answer.pieces) assert.ok(piece.text.endsWith('\n\n'), JSON.stringify(piece.text));
    // Opening and first event may share a chunk or not; after that it is one a second.
    const later = answer.pieces.slice(-3).map((piece) => piece.at);
    assertTimes(started, later, [1000, 2000, 3000], 'chunks');
    assert.ok(answer.pieces.length <= 6);
  }));

  await t.test('HTTP/1.0: no chunks, the same stream, ended by the end of the connection', () => undisturbed(async () => {
    const [started, wall] = [now(), Date.now()];
    const answer = await nginx.http('/events', {version: '1.0'}).done(8000);
    assertStreamHeaders(answer);
    assert.equal(answer.header('transfer-encoding'), undefined);
    assertGreeting(answer.frames, {...expected, started, wall});
    assert.ok(answer.ended, 'closed');
  }));

  await t.test('no compression, whatever the reader would accept', async () => {
    const answer = await nginx.http('/events', {headers: {'Accept-Encoding': 'gzip, br'}}).head();
    assert.equal(answer.header('content-encoding'), undefined);
    answer.leave();
  });

  await t.test('a reader who leaves is noticed by the worker', async () => {
    const answers = Array.from({length: 20}, () => nginx.http('/events'));
    await Promise.all(answers.map((answer) => answer.events(1)));
    assert.ok((await worker.metrics()).streams >= 20);
    for (const answer of answers) answer.leave();
    await worker.measured((metrics) => metrics.streams === 0, 'no stream is left', 900);
  });

  await t.test('HEAD has the headers and ends', async () => {
    const answer = await nginx.fetch('/events', {method: 'HEAD'});
    assertStreamHeaders(answer);
    await worker.measured((metrics) => metrics.streams === 0, 'no stream is left', 900);
  });

  for (const method of ['PATCH', 'DELETE', 'PUT']) {
    await t.test(`${method} is refused by the worker, in its words`, async () => {
      const answer = await nginx.fetch('/events', {method, body: method === 'PATCH' ? 'topic=a' : ''});
      assert.equal(answer.status, 405);
      assert.equal(answer.header('content-type'), 'application/problem+json');
      assert.equal(answer.header('allow'), 'GET, POST, HEAD');
      assert.equal(answer.json.status, 405);
    });
  }

  await t.test('OPTIONS passes, and says which methods there are', async () => {
    const answer = await nginx.fetch('/events', {method: 'OPTIONS'});
    assert.deepEqual([answer.status, answer.header('allow')], [204, 'GET, POST, HEAD']);
  });

  await t.test("health and metrics, again and again over nginx's kept connections", async () => {
    for (let n = 0; n < 20; ++n) {
      const health = await nginx.fetch('/healthz');
      assert.equal(health.status, 200);
      assert.equal(health.header('content-type'), 'application/json');
      assert.equal(health.json.status, 'ok');
    }
    assert.match((await nginx.fetch('/metrics')).text, /^sse_worker_streams /m);
  });

  await t.test('a large request head', async () => {
    const answer = await nginx
      .http('/healthz', {headers: {Cookie: 'x'.repeat(7000), 'X-Long': 'y'.repeat(7000)}})
      .done();
    assert.equal(answer.status, 200);
  });

  await t.test('nginx has nothing to complain about', () => {
    const complaints = nginx.errors.split('\n').filter((line) => /\[(error|crit|alert|emerg)\]/.test(line));
    assert.deepEqual(complaints, []);
  });
});
