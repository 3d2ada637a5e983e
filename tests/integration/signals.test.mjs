// Signals: FCGX_Init installs handlers of its own, which would make the worker deaf to SIGTERM. It must not
// be.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {test} from 'node:test';
import {endless} from '../lib/config.mjs';
import {connect, open} from '../lib/fcgi.mjs';
import {begin} from '../lib/records.mjs';
import {events} from '../lib/sse.mjs';
import {now} from '../lib/wait.mjs';
import {startWorker} from '../lib/worker.mjs';

// A second and a half on top, for a machine that has other things to do.
async function assertEndsWithin(worker, milliseconds) {
  const asked = now();
  assert.equal((await worker.stop('SIGTERM')).code, 0);
  assert.ok(now() - asked < milliseconds + 1500, `it took ${now() - asked} ms`);
}

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal} ends streams cleanly and the worker with 0`, async (t) => {
    const worker = await startWorker(t, {
      config: {greeting: endless, drain_seconds: 2, streams: {retry_seconds: 5}},
    });
    const peers = await Promise.all(
      Array.from({length: 50}, (_, n) => open(t, worker.address, '/events', {keep: n % 2 === 1})),
    );
    await Promise.all(peers.map((peer) => peer.events(1)));
    const seen = peers.map((peer) => peer.answers[0].frames.length);

    const asked = now();
    worker.process.kill(signal);
    const answers = await Promise.all(peers.map((peer) => peer.answer(0, 6000)));
    const exit = await worker.process.exited(6000);

    assert.deepEqual(exit, {code: 0, signal: null}, worker.process.stderr);
    assert.ok(now() - asked < 2000 + 2000, `it took ${now() - asked} ms`);
    answers.forEach((answer, n) => {
      const parting = answer.frames.slice(seen[n]).find((frame) => frame.retry !== undefined);
      assert.ok(parting, 'each is told when to come back');
      assert.ok(parting.retry >= 5000 && parting.retry <= 7000, `after ${parting.retry} ms`);
      assert.ok(
        events(answer.frames).every((each) => each.event !== 'close'),
        'and not that it is over',
      );
      assert.equal(answer.unfinished, false);
      assert.deepEqual([answer.end.application, answer.end.protocol], [0, 0]);
      assert.ok(peers[n].clean);
    });
    assert.ok(fs.existsSync(worker.address), 'a socket made by spawn-fcgi is left to its owner');
  });
}

test('the ends are spread over drain_seconds, so that readers do not come back as a herd', async (t) => {
  const worker = await startWorker(t, {config: {greeting: endless, drain_seconds: 2}});
  const peers = await Promise.all(Array.from({length: 100}, () => open(t, worker.address, '/events')));
  await Promise.all(peers.map((peer) => peer.events(1)));
  worker.process.kill('SIGTERM');
  const ends = (await Promise.all(peers.map((peer) => peer.answer(0, 6000)))).map((answer) => answer.end.at);
  const spread = Math.max(...ends) - Math.min(...ends);
  assert.ok(spread > 500, `all ended within ${spread} ms`);
  assert.equal((await worker.process.exited()).code, 0);
});

test('peers that say nothing, rest or stop in the middle do not hold the worker up', async (t) => {
  const worker = await startWorker(t, {config: {drain_seconds: 1, fastcgi: {deadline_seconds: 60}}});
  for (let n = 0; n < 20; ++n) (await connect(t, worker.address)).write(begin().subarray(0, n % 16));
  const resting = await open(t, worker.address, '/healthz', {keep: true});
  await resting.answer();
  await assertEndsWithin(worker, 1000);
});

test('a reader who does not read does not hold the worker up', async (t) => {
  const config = {
    greeting: {message: 'x'.repeat(60000), interval_seconds: 0.2, duration_seconds: 3600},
    drain_seconds: 1,
    fastcgi: {deadline_seconds: 60},
    streams: {outbox_bytes_max: 1 << 20},
  };
  const worker = await startWorker(t, {config});
  const stalled = await open(t, worker.address, '/events');
  await stalled.events(1);
  stalled.stall();
  // After ten events the kernel takes no more for the stalled reader, and the worker holds the rest.
  await (await open(t, worker.address, '/events')).events(10, 10000);
  await assertEndsWithin(worker, 1000);
});

test('without streams it ends at once, with or without a drain to wait for', async (t) => {
  const worker = await startWorker(t, {config: {drain_seconds: 30}});
  await assertEndsWithin(worker, 0);
});

test('a second signal while draining does not make it anything but 0 and no later', async (t) => {
  const worker = await startWorker(t, {config: {greeting: endless, drain_seconds: 3}});
  const peer = await open(t, worker.address, '/events');
  await peer.events(1);
  worker.process.kill('SIGTERM');
  worker.process.kill('SIGINT');
  assert.deepEqual(await worker.process.exited(6000), {code: 0, signal: null});
});

test('SIGPIPE does not end the worker', async (t) => {
  const worker = await startWorker(t);
  worker.process.kill('SIGPIPE');
  await worker.healthy();
});
