// Eleven kinds of hostile clients at once, beside honest readers and a publisher who numbers its events. Measured twice in one
// run: how long an event takes from the publisher to the honest readers while nobody attacks, and under attack. What the worker's
// memory may grow to is worked out and printed before the attack begins.
import path from 'node:path';
import {Process} from '../integration/lib/process.mjs';
import {configText, startHub} from '../integration/lib/hub_stack.mjs';
import {sanitized} from '../integration/lib/hub_memory.mjs';
import {binary} from '../integration/lib/worker.mjs';
import {defer} from '../integration/lib/cleanup.mjs';
import {MiB, bound, boundLines, leftAfter, total} from './hostile/bound.mjs';
import {fillHistory, settledFills} from './hostile/history.mjs';
import {shipped} from './hostile/shipped.mjs';
import {backMiB, forgetMost, lag, mostMiB, moved, settledMiB} from './hostile/watch.mjs';

const load = path.resolve(process.env.SSE_LOAD ?? path.join(path.dirname(binary), 'sse-load'));
const folder = new URL('hostile/', import.meta.url).pathname;

export const kinds = ['pattern_storm', 'slow_bodies', 'never_read', 'byte_a_second', 'reconnects', 'flood', 'long_topics',
  'unknown_cursors', 'huge_heads', 'half_closed', 'silent_peers'];

// The bounds are as shipped; streams.max is what these clients need, and no more.
const limits = {history: shipped('bytes_max'), event: shipped('event_bytes_max'), outbox: shipped('outbox_bytes_max'),
  head: shipped('head_bytes_max'), topics: shipped('topics_max')};
const settings = (scale) => ({streams: {max: Math.round(2000 + 10_000 * scale), retry_seconds: 3, retry_jitter_seconds: 2}});

// Honest readers and a publisher, in a process that checks every number; {streams, publish, deliveries} at its end. Readers come
// from many addresses, as readers do.
function honest(t, hub, {readers, seconds}) {
  const from = Array.from({length: Math.ceil(readers / 4)}, (_, n) => `127.10.${n >> 8}.${n & 255}`).join(',');
  const child = new Process(load, ['--url', `http://127.0.0.1:${hub.port}/events`, '--streams', readers, '--topic', 'load', '--rate', 1000,
    '--source-addresses', from, '--reconnect', '--publish-rate', 100, '--publish-connections', 8, '--publish-for', `${seconds}s`,
    '--until', 'delivered', '--duration', `${seconds + 60}s`].map(String));
  defer(t, () => child.exit || child.stop('SIGKILL'));
  return child;
}

async function report(child, ms) {
  await child.exited(ms);
  if (!child.stdout) throw new Error(`sse-load: ${child.stderr}`);
  return JSON.parse(child.stdout);
}

function attack(t, hub, name, {scale, seconds}) {
  const options = {port: hub.port, socket: hub.worker.address, scale, seconds};
  const child = new Process(process.execPath, [path.join(folder, 'attacker.mjs'), name, JSON.stringify(options)]);
  defer(t, () => child.exit || child.stop('SIGKILL'));
  return child;
}

async function attackedBy(child, seconds) {
  await child.exited((seconds + 30) * 1000);
  try {
    return JSON.parse(child.stdout);
  } catch {
    throw new Error(`${child.stderr || 'an attacker ended without a word'}`);
  }
}

const said = (counts) => Object.entries(counts).map(([what, count]) => `${what}: ${count.toLocaleString('en-US')}`).join(', ') || 'nothing';

// `say` is told what is known before the attack; the rest is in the figures.
export async function hostileClients(t, {scale, readers, quiet, seconds, judge = true, say = () => {}}) {
  const hub = await startHub(t, settings(scale), {nginx: {whole: true, workers: 4, connections: 16_384}});
  const {pid} = hub.worker;
  const judged = judge && !sanitized(pid);
  await fillHistory(hub, judge ? settledFills : 1);
  const calm = await report(honest(t, hub, {readers, seconds: quiet}), (quiet + 70) * 1000);

  const before = await settledMiB(hub.worker);
  const rows = bound({before: before * MiB, scale, readers, limits});
  const most = total(rows) / MiB;
  const lines = [`worker memory may grow to ${most.toFixed(0)} MiB:`, ...boundLines(rows)];
  lines.forEach(say);
  forgetMost(pid);

  const metrics = await hub.metrics();
  const crowd = honest(t, hub, {readers, seconds: seconds + 4});
  await hub.worker.measured((now) => now.value('sse_worker_readers') >= readers, 'the honest readers are there', 30_000);
  const attackers = kinds.map((name) => [name, attack(t, hub, name, {scale, seconds})]);
  const counts = await Promise.all(attackers.map(async ([name, child]) => [name, await attackedBy(child, seconds)]));
  const stormy = await report(crowd, 70_000);
  const after = await hub.metrics();
  const peak = mostMiB(pid);
  // The same history as before the attack, so that the two can be compared.
  await fillHistory(hub, judge ? settledFills : 1);
  const back = await backMiB(hub.worker, before);

  const [p99, p99Calm] = [stormy, calm].map(({deliveries}) => deliveries.latency_ms.p99);
  const later = lag(metrics, after, 0.005);
  lines.push(
    `from publisher to reader, p99: ${p99Calm.toFixed(1)} ms quiet, ${p99.toFixed(1)} ms under attack (${(p99 / p99Calm).toFixed(2)} times)`,
    `worker memory: ${before.toFixed(1)} MiB before, ${peak.toFixed(1)} at most, bound ${most.toFixed(0)}, ${back.toFixed(1)} after`,
    `loop: ${later.later} of ${later.looks} looks found it more than 5 ms late`,
    ...counts.map(([name, each]) => `${name}: ${said(each)}`),
    `counted: ${moved(metrics, after).map(([name, count]) => `${name}: ${count.toLocaleString('en-US')}`).join(', ')}`,
    `honest streams: ${said({...stormy.streams.errors, reconnects: stormy.deliveries.reconnects, 'gaps told': stormy.deliveries.gaps_told})}; ` +
      `publisher: ${said({sent: stormy.publish.sent, acknowledged: stormy.publish.acknowledged, ...stormy.publish.errors})}`,
  );
  const wrong = [];
  if (stormy.publish.acknowledged < stormy.publish.sent) wrong.push(`${stormy.publish.sent - stormy.publish.acknowledged} publishes were not acknowledged`);
  if (judged && p99 > 3 * p99Calm) wrong.push(`p99 under attack is ${(p99 / p99Calm).toFixed(2)} times the quiet one`);
  if (judged && peak > most) wrong.push(`worker memory reached ${peak.toFixed(0)} MiB, over the bound of ${most.toFixed(0)}`);
  if (judged && back > leftAfter(before, peak)) wrong.push(`worker memory is ${back.toFixed(1)} MiB after the attack, ${before.toFixed(1)} before`);
  const {lost, repeated, reordered, gaps_told: gaps} = stormy.deliveries;
  return {tried: kinds.length, acknowledged: stormy.publish.acknowledged, lost, repeated, reordered, gaps, readers,
    'p99 quiet, ms': p99Calm, 'p99 under attack, ms': p99, 'worker memory before, MiB': before, 'at most, MiB': peak, 'bound, MiB': most,
    'after, MiB': back, lines, wrong};
}
