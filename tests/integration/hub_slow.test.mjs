// Readers that stop reading: they cost a bounded amount, and the others do not notice.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {residentMiB, sanitized} from './lib/hub_memory.mjs';
import {startHub} from './lib/hub_stack.mjs';

const MiB = 1 << 20;

test('200 readers stop reading under 60 MB of events', async (t) => {
  const hub = await startHub(t);
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
    (now) => now.value('sse_worker_slow_closes_total') >= slow.length,
    'every slow reader is cut',
    20000,
  );
  assert.equal(metrics.value('sse_worker_slow_closes_total'), slow.length);
  assert.equal(metrics.value('sse_worker_stream_closes_total', {reason: 'slow'}), slow.length);
  assert.equal(metrics.value('sse_worker_readers'), healthy.length);
  const waited = metrics.value('sse_worker_outbox_high_water_bytes');
  t.diagnostic(
    `memory grew from ${before.toFixed(1)} by ${(most - before).toFixed(1)} MiB; at most ${waited} bytes waited for a reader`,
  );
  t.diagnostic(`the history takes ${(metrics.value('sse_worker_journal_bytes') / MiB).toFixed(1)} MiB of it`);
  if (!sanitized(hub.worker.pid)) assert.ok(most - before < 100, `${most - before} MiB`);
});

test('one who was cut resumes and has everything', async (t) => {
  const hub = await startHub(t);
  const text = (n) => `${n} `.padEnd(50000, 'x');
  const reader = await hub.read({topic: 's'}, {again: 10});
  await hub.publish({topic: 's', data: text(0)});
  await reader.got(1);
  reader.stall();
  let n = 1;
  while ((await hub.metric('sse_worker_slow_closes_total')) === 0) {
    assert.ok(n < 1000, 'cut at last');
    await hub.publishAll(Array.from({length: 10}, () => ({topic: 's', data: text(n++)})));
  }
  reader.unstall();
  await reader.got(n, 20000);
  assert.deepEqual(
    reader.events.map(({data}) => Number.parseInt(data, 10)),
    Array.from({length: n}, (_, number) => number),
  );
  assert.deepEqual([reader.connects, reader.gaps], [2, []]);
});

test('one who reads slowly, but reads, is not cut', async (t) => {
  const hub = await startHub(t, {streams: {outbox_bytes_max: 4 * MiB}});
  const text = (n) => `${n} `.padEnd(50000, 'x');
  const reader = await hub.read({topic: 's'});
  const total = 200;
  for (let n = 0; n < total; n += 10) {
    reader.stall();
    await hub.publishAll(Array.from({length: 10}, (_, m) => ({topic: 's', data: text(n + m)})));
    reader.unstall();
    if (n % 50 === 0) await reader.got(Math.max(n - 20, 1), 20000);
  }
  await reader.got(total, 20000);
  assert.equal(reader.ended, null);
  assert.equal(await hub.metric('sse_worker_slow_closes_total'), 0);
});
