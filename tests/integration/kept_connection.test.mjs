// FCGI_KEEP_CONN: many requests on one connection, one after the other, also when they arrive in one piece.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {connect, open} from '../lib/fcgi.mjs';
import {begin, get, request} from '../lib/records.mjs';
import {events} from '../lib/sse.mjs';
import {startWorker} from '../lib/worker.mjs';

const brief = {message: 'Hello World', interval_seconds: 1, duration_seconds: 1};
const post = {...get('/healthz'), REQUEST_METHOD: 'POST'};

test('kept connections', async (t) => {
  const worker = await startWorker(t, {config: {greeting: brief}});

  await t.test('ten requests, one connection', async (t) => {
    const peer = await connect(t, worker.address);
    for (let n = 0; n < 10; ++n) {
      peer.write(request(get(n % 2 === 0 ? '/healthz' : '/nowhere'), {id: n + 1, keep: true}));
      const answer = await peer.answer(n);
      assert.equal(answer.status, n % 2 === 0 ? 200 : 404);
      assert.ok(
        answer.records.every((record) => record.id === n + 1),
        'answered under its own id',
      );
    }
    assert.equal(peer.end, null);
  });

  await t.test('without the flag the connection is closed after the answer', async (t) => {
    const peer = await open(t, worker.address, '/healthz');
    assert.equal((await peer.answer()).end.application, 0);
    assert.ok((await peer.closed()) < 1000);
  });

  await t.test('two requests in one write are answered in their order', async (t) => {
    const peer = await connect(t, worker.address);
    const both = [
      request(get('/healthz'), {id: 1, keep: true}),
      request(get('/nowhere'), {id: 2, keep: true}),
    ];
    peer.write(Buffer.concat(both));
    assert.equal((await peer.answer(0)).status, 200);
    assert.equal((await peer.answer(1)).status, 404);
  });

  await t.test('bodies and requests behind them in one write', async (t) => {
    const peer = await connect(t, worker.address);
    const size = [0, 1, 1000, 65535, 200000];
    peer.write(
      Buffer.concat(
        size.flatMap((bytes) => [
          request(post, {keep: true, body: 'x'.repeat(bytes)}),
          request(get('/healthz'), {keep: true}),
        ]),
      ),
    );
    for (let n = 0; n < size.length; ++n) {
      assert.equal((await peer.answer(2 * n)).status, 405, `a body of ${size[n]}`);
      assert.equal((await peer.answer(2 * n + 1)).status, 200, `behind a body of ${size[n]}`);
    }
  });

  await t.test('a hundred requests in one write', async (t) => {
    const peer = await connect(t, worker.address);
    peer.write(Buffer.concat(Array.from({length: 100}, () => request(get('/healthz'), {keep: true}))));
    for (let n = 0; n < 100; ++n) assert.equal((await peer.answer(n)).status, 200);
  });

  await t.test('the last request of a write closes, if it says so', async (t) => {
    const peer = await connect(t, worker.address);
    peer.write(Buffer.concat([request(get('/healthz'), {keep: true}), request(get('/healthz'))]));
    await peer.closed();
    assert.equal((await peer.answer(1)).status, 200);
  });

  await t.test('what follows a request without the flag is not served', async (t) => {
    const peer = await connect(t, worker.address);
    peer.write(Buffer.concat([request(get('/healthz')), request(get('/healthz'), {keep: true})]));
    await peer.closed();
    assert.equal(peer.answers[0].status, 200);
    assert.equal(peer.answers[1].headers, null);
  });

  await t.test('a stream ends and the connection goes on', async (t) => {
    const peer = await open(t, worker.address, '/events', {keep: true});
    assert.equal(events((await peer.answer(0)).frames).at(-1).event, 'close');
    peer.write(request(get('/healthz'), {keep: true}));
    assert.equal((await peer.answer(1)).status, 200);
  });

  await t.test('HEAD of a stream, and the connection goes on', async (t) => {
    const peer = await connect(t, worker.address);
    const head = {...get('/events'), REQUEST_METHOD: 'HEAD'};
    peer.write(
      Buffer.concat([
        request(head, {keep: true}),
        request(head, {keep: true}),
        request(get('/healthz'), {keep: true}),
      ]),
    );
    for (const n of [0, 1])
      assert.deepEqual([(await peer.answer(n)).status, peer.answers[n].body.length], [200, 0]);
    assert.equal((await peer.answer(2)).body.length > 0, true);
  });

  await t.test('a stream, another and a short answer in one write', async (t) => {
    const peer = await connect(t, worker.address);
    const asked = ['/events', '/events', '/healthz'].map((path) => request(get(path), {keep: true}));
    peer.write(Buffer.concat(asked));
    for (const n of [0, 1]) assert.equal(events((await peer.answer(n)).frames).at(-1).event, 'close');
    assert.equal((await peer.answer(2)).status, 200);
  });
});

test('an idle kept connection is closed, a busy one is not', async (t) => {
  const idle = 1;
  const settings = {
    fastcgi: {idle_seconds: idle, deadline_seconds: 3},
    greeting: {...brief, duration_seconds: 3},
  };
  const worker = await startWorker(t, {config: settings});
  const peer = await open(t, worker.address, '/healthz', {keep: true});
  const answer = await peer.answer();
  const stream = await open(t, worker.address, '/events', {keep: true});
  await peer.closed();
  const rested = peer.end.at - answer.end.at;
  assert.ok(rested > idle * 1000 - 100 && rested < idle * 1000 + 1500, `idle for ${rested} ms`);
  // A stream is not idle between its events, and is left alone until its own end.
  assert.equal((await stream.answer()).end.application, 0);

  await t.test('half a second request is under the deadline of the gate', async (t) => {
    const half = await open(t, worker.address, '/healthz', {keep: true});
    await half.answer();
    half.write(begin());
    assert.ok((await half.closed(8000)) < 3000 + 1500);
  });
  // To be idle is no offence.
  assert.ok((await worker.metrics()).refused() <= 1);
});
