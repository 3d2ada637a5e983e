// Eleven kinds of hostile clients at once, beside honest readers and a publisher who numbers its events. Measured twice in one
// run: how long an event takes from the publisher to the honest readers while nobody attacks, and under attack. What the worker's
// memory may grow to is worked out and printed before the attack begins.
import fs from 'node:fs';
import path from 'node:path';
import {Process} from '../lib/process.mjs';
import {startHub} from '../lib/hub.mjs';
import {sanitized} from '../lib/memory.mjs';
import {binary} from '../lib/places.mjs';
import {defer} from '../lib/cleanup.mjs';
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

function nginxPids(hub) {
  const {pid} = hub.nginx.process;
  const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return [pid, ...children];
}

// Honest readers and a publisher, in a process that checks every number; {streams, publish, deliveries} at its end. Readers come
// from many addresses, as readers do.
function honest(t, hub, {readers, seconds}) {
  const from = Array.from({length: Math.ceil(readers / 4)}, (_, n) => `127.10.${n >> 8}.${n & 255}`).join(',');
  const watched = [`worker=${hub.worker.pid}`, ...nginxPids(hub).map((pid) => `nginx=${pid}`)].flatMap((each) => ['--watch-pid', each]);
  const child = new Process(load, [...watched, '--url', `http://127.0.0.1:${hub.port}/events`, '--streams', readers, '--topic', 'load', '--rate', 1000,
    '--source-addresses', from, '--reconnect', '--publish-rate', 100, '--publish-connections', 8, '--publish-for', `${seconds}s`,
    '--until', 'delivered', '--duration', `${seconds + 60}s`].map(String));
  defer(t, () => child.exit || child.stop('SIGKILL'));
  return child;
}

const p99 = ({deliveries}) => deliveries.latency_ms.p99;

const othersMost = 0.05;

// The quiet load; again, up to three times, while other programs take more of the processors than that. The quickest counts.
async function quietly(t, hub, {readers, quiet}) {
  const runs = [];
  do runs.push(await report(honest(t, hub, {readers, seconds: quiet}), (quiet + 70) * 1000));
  while (runs.at(-1).cpu_share_of_others > othersMost && runs.length < 3);
  return runs.reduce((best, run) => (p99(run) < p99(best) ? run : best));
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

// The same load twice: while nobody attacks, and under attack. `say` is told the bound on memory before the attack.
async function measure(t, hub, {scale, readers, quiet, seconds, only, fills, say}) {
  const {pid} = hub.worker;
  await fillHistory(hub, fills);
  const calm = await quietly(t, hub, {readers, quiet});
  const before = await settledMiB(hub.worker);
  const rows = bound({before: before * MiB, scale, readers, limits});
  const most = total(rows) / MiB;
  const bounds = [`worker memory may grow to ${most.toFixed(0)} MiB:`, ...boundLines(rows)];
  bounds.forEach(say);
  forgetMost(pid);

  const start = await hub.metrics();
  const beside = honest(t, hub, {readers, seconds: seconds + 4});
  await hub.worker.measured((now) => now.value('sse_worker_subscribers') >= readers, 'the honest readers are there', 30_000);
  const attackers = only.map((name) => [name, attack(t, hub, name, {scale, seconds})]);
  const counts = await Promise.all(attackers.map(async ([name, child]) => [name, await attackedBy(child, seconds)]));
  const stormy = await report(beside, 70_000);
  const end = await hub.metrics();
  const peak = mostMiB(pid);
  // The same history as before the attack, so that the two can be compared.
  await fillHistory(hub, fills);
  const after = await backMiB(hub.worker, before);
  return {calm, stormy, start, end, counts, bounds, memory: {before, most, peak, after}};
}

function linesOf({calm, stormy, start, end, counts, bounds, memory}) {
  const {before, most, peak, after} = memory;
  const late = [0.005, 0.025, 0.1].map((seconds) => lag(start, end, seconds));
  const busy = (run, name) => ((run.processes[name].cpu_open_seconds / run.seconds) * 100).toFixed(0);
  const {errors} = stormy.streams;
  const {reconnects, gaps_told: gaps} = stormy.deliveries;
  const {sent, acknowledged} = stormy.publish;
  return [
    ...bounds,
    `worker memory: ${before.toFixed(1)} MiB before, ${peak.toFixed(1)} at most, bound ${most.toFixed(0)}, ${after.toFixed(1)} after`,
    `from publisher to reader, p99: ${p99(calm).toFixed(1)} ms quiet, ${p99(stormy).toFixed(1)} ms under attack (${(p99(stormy) / p99(calm)).toFixed(2)} times)`,
    `other programs took ${(calm.cpu_share_of_others * 100).toFixed(0)} % of the processors in the quiet run`,
    `loop: of ${late[0].looks} looks ${late.map(({later}) => later).join(', ')} found it more than 5, 25, 100 ms late`,
    `processors, quiet and under attack: worker ${busy(calm, 'worker')} and ${busy(stormy, 'worker')} %, nginx ${busy(calm, 'nginx')} and ${busy(stormy, 'nginx')} %`,
    ...counts.map(([name, each]) => `${name}: ${said(each)}`),
    `counted: ${said(Object.fromEntries(moved(start, end)))}`,
    `honest streams: ${said({...errors, reconnects, 'gaps told': gaps})}; publisher: ${said({sent, acknowledged, ...stormy.publish.errors})}`,
  ];
}

function* wrongWith({calm, stormy, memory: {before, most, peak, after}}, judged) {
  const {sent, acknowledged} = stormy.publish;
  if (acknowledged < sent) yield `${sent - acknowledged} publishes were not acknowledged`;
  if (!judged) return;
  // Where others use the machine, the two figures say nothing about the worker; the share is printed.
  if (calm.cpu_share_of_others <= othersMost && p99(stormy) > 3 * p99(calm)) yield `p99 under attack is ${(p99(stormy) / p99(calm)).toFixed(2)} times the quiet one`;
  if (peak > most) yield `worker memory reached ${peak.toFixed(0)} MiB, over the bound of ${most.toFixed(0)}`;
  if (after > leftAfter(before, peak)) yield `worker memory is ${after.toFixed(1)} MiB after the attack, ${before.toFixed(1)} before`;
}

// Without `judge` only what does not depend on the machine's speed is wrong. `only` some kinds, to find out which of them costs what.
export async function hostileClients(t, {scale, readers, quiet, seconds, only = kinds, judge = true, say = () => {}}) {
  const hub = await startHub(t, settings(scale), {nginx: {whole: true, workers: 4, connections: 16_384}});
  const fills = judge ? settledFills : 1;
  const seen = await measure(t, hub, {scale, readers, quiet, seconds, only, fills, say});
  const {lost, repeated, reordered, gaps_told: gaps} = seen.stormy.deliveries;
  return {
    tried: only.length, acknowledged: seen.stormy.publish.acknowledged, lost, repeated, reordered, gaps, readers,
    'p99 quiet, ms': p99(seen.calm), 'p99 under attack, ms': p99(seen.stormy),
    'worker MiB before': seen.memory.before, 'at most': seen.memory.peak, bound: seen.memory.most, after: seen.memory.after,
    lines: linesOf(seen), wrong: [...wrongWith(seen, judge && !sanitized(hub.worker.pid))],
  };
}
