// Readers that stop reading: they cost a bounded amount, and the others do not notice.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {residentMiB, sanitized} from '../lib/memory.mjs';
import {startHub} from '../lib/hub.mjs';
import {Taker} from '../lib/taker.mjs';
import {now} from '../lib/wait.mjs';

const MiB = 1 << 20;

test('200 readers stop reading under 60 MB of events', async (t) => {
  // Nobody takes nothing for long: slow ones are cut at the end, when it is time.
  const hub = await startHub(t, {streams: {stall_seconds: 15}});
  const [eventBytes, total] = [20000, 3000];
  const text = (n) => `${n} `.padEnd(eventBytes, 'abcdefghij');

  const slow = await Promise.all(
    Array.from({length: 200}, (_, n) => hub.read({topic: n % 2 ? 's' : ['s', 'x']})),
  );
  const healthy = await Promise.all(
    Array.from({length: 4}, async (_, n) => {
      const state = {next: 0, wrong: null};
      const take = ({data}) => {
        if (data !== text(state.next)) state.wrong ??= `event ${state.next}: ${data.slice(0, 20)}`;
        state.next += 1;
      };
      state.reader = await hub.read({topic: n % 2 ? 's' : ['s', 'x']}, {take});
      return state;
    }),
  );
  for (const reader of slow) reader.stall();
  const before = residentMiB(hub.worker.pid);
  let most = before;

  const step = 5;
  for (let n = 0; n < total; n += step) {
    await hub.publishAll(Array.from({length: step}, (_, m) => ({topic: 's', data: text(n + m)})));
    // Not faster than the healthy ones take them: this is about the others.
    for (const state of healthy) {
      const near = () => state.next > n - step || state.wrong || state.reader.ended;
      await state.reader.when(near, `event ${n - step}`, 20000);
    }
    most = Math.max(most, residentMiB(hub.worker.pid));
  }

  for (const state of healthy) {
    await state.reader.when(() => state.next >= total || state.reader.ended, 'all events', 20000);
    assert.deepEqual([state.next, state.wrong, state.reader.ended], [total, null, null]);
  }
  const metrics = await hub.worker.measured(
    (now) => now.value('sse_worker_stalled_closes_total') >= slow.length,
    'every slow reader is cut',
    20000,
  );
  assert.equal(metrics.value('sse_worker_stalled_closes_total'), slow.length);
  assert.equal(metrics.value('sse_worker_stream_closes_total', {reason: 'stalled'}), slow.length);
  assert.equal(metrics.value('sse_worker_subscribers'), healthy.length);
  const waited = metrics.value('sse_worker_outbox_high_water_bytes');
  t.diagnostic(
    `memory grew from ${before.toFixed(1)} by ${(most - before).toFixed(1)} MiB; at most ${waited} bytes waited for a reader`,
  );
  t.diagnostic(`the history takes ${(metrics.value('sse_worker_history_bytes') / MiB).toFixed(1)} MiB of it`);
  if (!sanitized(hub.worker.pid)) assert.ok(most - before < 100, `${most - before} MiB`);
});

test('60 MB in a second go past a reader that pauses meanwhile', async (t) => {
  const hub = await startHub(t, {history: {bytes_max: 200 * MiB}});
  const [eventBytes, total, perBatch] = [20000, 3000, 100];
  const text = (n) => `${n} `.padEnd(eventBytes, 'abcdefghij');
  const state = {next: 0, wrong: null};
  const take = ({data}) => {
    if (data !== text(state.next)) state.wrong ??= `event ${state.next}: ${data.slice(0, 20)}`;
    state.next += 1;
  };
  const reader = await hub.read({topic: 's'}, {take});
  reader.stall();
  for (let n = 0; n < total; n += perBatch) {
    await hub.publishAll(Array.from({length: perBatch}, (_, m) => ({topic: 's', data: text(n + m)})));
  }
  reader.unstall();
  await reader.when(() => state.next >= total || reader.ended, 'all events', 60000);
  assert.deepEqual([state.next, state.wrong, reader.ended, reader.connects], [total, null, null, 1]);
  const metrics = await hub.metrics();
  assert.equal(metrics.value('sse_worker_stalled_closes_total'), 0);
  assert.ok(metrics.value('sse_worker_outbox_high_water_bytes') <= 65536);
});

// For longer than it could take nothing.
test('a reader that steadily takes 60 KB/s keeps its stream and goes on from the history', async (t) => {
  const hub = await startHub(t, {streams: {stall_seconds: 3}, history: {bytes_max: 100 * MiB}});
  const [perBatch, batches] = [100, 20];
  const text = 'x'.repeat(10000);
  const taker = new Taker(t, hub.port, 'topic=s');
  await taker.opened();
  taker.stall();
  let last = 0;
  for (let n = 0; n < batches; n += 1) {
    const ids = await hub.publishAll(Array.from({length: perBatch}, () => ({topic: 's', data: text})));
    last = Number(ids.at(-1).split('-')[1]);
  }
  const until = now() + 12000;
  while (now() < until) {
    await taker.takeSome(20000);
    await pause(20000 / 60);
  }
  assert.ok(!taker.ended, 'it was not cut');
  assert.ok(taker.last < last - perBatch, `it takes slowly: ${taker.last} of ${last}`);
  taker.unstall();
  await taker.when(() => taker.last === last, 'the rest', 30000);
  assert.deepEqual([taker.events, taker.gaps], [last, 0]);
  assert.equal(await hub.metric('sse_worker_stalled_closes_total'), 0);
});

test('a reader that takes nothing for stall_seconds is cut, counted, and resumes', async (t) => {
  const hub = await startHub(t, {streams: {stall_seconds: 1}, history: {bytes_max: 100 * MiB}});
  const text = (n) => `${n} `.padEnd(50000, 'x');
  const reader = await hub.read({topic: 's'}, {again: 10});
  await hub.publish({topic: 's', data: text(0)});
  await reader.got(1);
  reader.stall();
  let n = 1;
  while (n < 400) await hub.publishAll(Array.from({length: 20}, () => ({topic: 's', data: text(n++)})));
  const cut = (each) => each.value('sse_worker_stalled_closes_total') > 0;
  const metrics = await hub.worker.measured(cut, 'it is cut', 20000);
  assert.equal(metrics.value('sse_worker_stalled_closes_total'), 1);
  assert.equal(metrics.value('sse_worker_stream_closes_total', {reason: 'stalled'}), 1);
  assert.equal(metrics.value('sse_worker_limit_reached_total', {key: 'streams.stall_seconds'}), 1);
  reader.unstall();
  await reader.got(n, 30000);
  assert.deepEqual(
    reader.events.map(({data}) => Number.parseInt(data, 10)),
    Array.from({length: n}, (_, number) => number),
  );
  assert.deepEqual([reader.connects, reader.gaps], [2, []]);
});
