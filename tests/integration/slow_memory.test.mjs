// Readers that stop taking, each at a place of its own: what they tie up is bounded, and each goes on from the history
// when it takes again. With SLOW_READERS=1000 as many stall under as many megabytes.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {residentMiB, sanitized} from '../lib/memory.mjs';
import {startHub} from '../lib/hub.mjs';
import {Taker} from '../lib/taker.mjs';

const readers = Number(process.env.SLOW_READERS ?? 200);
const MiB = 1 << 20;
// Beside what the worker itself varies by: a thousand stay below 64 MiB.
const mostMiB = 12 + (52 * readers) / 1000;
const keys = 50;
const eventBytes = 10000;
// Alternately of a topic that does not conflate and of one that does; so many make a megabyte.
const perBatch = 104;
const text = 'x'.repeat(eventBytes);
const batch = Array.from({length: perBatch}, (_, n) =>
  n % 2 === 0 ? {topic: 's', data: text} : {topic: 'prices/x', key: `${((n - 1) / 2) % keys}`, data: text},
);

test(`${readers} readers stall at as many places under ${readers} MB`, {timeout: 600000}, async (t) => {
  const config = {
    streams: {conflate: ['prices/*'], stall_seconds: 3600},
    history: {bytes_max: 16 * MiB, topic_events_max: 100000},
  };
  const hub = await startHub(t, config, {nginx: {patient: true}});
  const publish = async () => Number((await hub.publishAll(batch)).at(-1).split('-')[1]);
  // The history is full before anybody comes: what it takes is not the readers'.
  let last = 0;
  for (let n = 0; n < 24; n += 1) last = await publish();

  const before = residentMiB(hub.worker.pid);
  let most = before;
  const stalled = [];
  for (let n = 0; n < readers; n += 1) {
    const conflates = n % 2 === 1;
    // The latest value of each key that it has got.
    const latest = new Map();
    const onEvent = (place) => latest.set(Math.floor(((place - 1) % perBatch) / 2) % keys, place);
    const topic = conflates ? 'prices/x' : 's';
    const taker = new Taker(t, hub.port, `topic=${topic}`, {step: 2, skips: conflates, onEvent});
    await taker.opened();
    taker.stall();
    stalled.push(Object.assign(taker, {conflates, latest}));
    last = await publish();
    most = Math.max(most, residentMiB(hub.worker.pid));
  }
  const waited = await hub.metric('sse_worker_outbox_high_water_bytes');
  const grown = () => `memory grew from ${before.toFixed(1)} by ${(most - before).toFixed(1)} MiB`;
  t.diagnostic(`${grown()}; at most ${waited} bytes waited`);
  assert.ok(waited < 65536, `${waited} bytes waited for a reader`);
  if (!sanitized(hub.worker.pid)) assert.ok(most - before < mostMiB, `${most - before} of ${mostMiB} MiB`);
  assert.equal(await hub.metric('sse_worker_subscribers'), readers, 'nobody was cut');

  // They take again, some at a time.
  const began = performance.now();
  const ends = {true: last, false: last - 1};
  for (let n = 0; n < readers; n += 20) {
    const some = stalled.slice(n, n + 20);
    for (const taker of some) taker.unstall();
    for (const taker of some) await taker.when(() => taker.last === ends[taker.conflates], 'the last event', 60000);
    for (const taker of some) taker.stall();
    most = Math.max(most, residentMiB(hub.worker.pid));
  }
  t.diagnostic(`all had the rest after ${((performance.now() - began) / 1000).toFixed(1)} s; ${grown()}`);
  if (!sanitized(hub.worker.pid)) assert.ok(most - before < mostMiB, `${most - before} of ${mostMiB} MiB`);
  for (const taker of stalled) {
    assert.equal(taker.ended, false, 'without reconnecting');
    if (!taker.conflates || taker.events === 0) continue;
    const places = [...taker.latest.values()];
    assert.equal(Math.min(...places), last - 2 * (keys - 1), 'the latest value of each key');
  }
  // Who stalled not long ago finds all of it in the history; the others are told what they missed.
  for (const taker of stalled.slice(-4)) assert.equal(taker.gaps, 0);
  assert.ok((await hub.metric('sse_worker_conflated_events_total')) > 0);
  assert.equal(await hub.metric('sse_worker_stalled_closes_total'), 0);
});
