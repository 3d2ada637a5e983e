// Readers who leave: in every way, at any time, and the worker knows at once.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {endless} from '../lib/config.mjs';
import {open} from '../lib/fcgi.mjs';
import {abort} from '../lib/records.mjs';
import {startWorker} from '../lib/worker.mjs';

test('readers who leave', async (t) => {
  const worker = await startWorker(t, {config: {greeting: endless}});
  const none = () => worker.measured((metrics) => metrics.streams === 0, 'no stream is left', 2000);

  await t.test('a gone peer is noticed without waiting for the next event', async (t) => {
    const base = worker.descriptors;
    const peers = await Promise.all(Array.from({length: 100}, () => open(t, worker.address, '/events')));
    await Promise.all(peers.map((peer) => peer.events(1)));
    assert.equal((await worker.metrics()).streams, 100);
    for (const peer of peers.slice(0, 99)) peer.leave();
    await worker.measured((metrics) => metrics.streams === 1, 'one stream is left', 900);
    const seen = (await peers[99].events(1)).length;
    await peers[99].events(seen + 1);
    peers[99].leave();
    await none();
    await worker.measured(() => worker.descriptors <= base + 1, 'the descriptors are given back');
  });

  await t.test('also one that leaves right after asking', async (t) => {
    for (let n = 0; n < 200; ++n) (await open(t, worker.address, '/events', {keep: n % 2 === 0})).leave();
    await none();
    await worker.healthy();
  });

  await t.test('one that says it will send no more has left: nginx never says so and stays', async (t) => {
    const peer = await open(t, worker.address, '/events');
    await peer.events(1);
    peer.finish();
    await peer.closed(2000);
    await none();
  });

  for (const keep of [false, true]) {
    await t.test(`ABORT_REQUEST ends the stream, ${keep ? 'kept' : 'not kept'} connection`, async (t) => {
      const peer = await open(t, worker.address, '/events', {keep});
      await peer.events(1);
      peer.write(abort());
      await peer.when(
        () => peer.answers[0].end ?? peer.end,
        'END_REQUEST or the end of the connection',
        2000,
      );
      await none();
    });
  }

  await t.test(
    'bytes that nobody expects after a request do not disturb its stream or end it alone',
    async (t) => {
      const other = await open(t, worker.address, '/events');
      const peer = await open(t, worker.address, '/events');
      await peer.events(1);
      peer.write(Buffer.alloc(1 << 20, 0xff));
      await other.events(3);
      peer.leave();
      other.leave();
      await none();
    },
  );
});

test('a reader that takes nothing is closed after streams.stall_seconds', async (t) => {
  const message = 'x'.repeat(100000);
  const worker = await startWorker(t, {
    config: {greeting: {...endless, message}, streams: {stall_seconds: 1}},
  });
  const reading = await open(t, worker.address, '/events');
  const stalled = await open(t, worker.address, '/events');
  await stalled.events(1);
  stalled.stall();
  await worker.measured((metrics) => metrics.streams === 1, 'the stalled stream is closed', 20000);
  const metrics = await worker.metrics();
  assert.equal(metrics.value('sse_worker_stalled_closes_total'), 1);
  assert.ok(metrics.value('sse_worker_outbox_high_water_bytes') < 200000, 'greetings do not pile up');
  const seen = (await reading.events(1)).length;
  await reading.events(seen + 1);
});
