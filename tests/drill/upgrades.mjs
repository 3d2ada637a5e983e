// What operators do while readers read: another program takes the worker over, and nginx is reloaded, again and again, under load.
import fs from 'node:fs';
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {defer, temporaryDirectory} from '../lib/cleanup.mjs';
import {startHub} from '../lib/hub.mjs';
import {residentMiB} from '../lib/memory.mjs';
import {binary} from '../lib/places.mjs';
import {Process, descendants} from '../lib/process.mjs';
import {Program, takeOver} from '../lib/takeover.mjs';
import {until} from '../lib/wait.mjs';

const load = path.resolve(process.env.SSE_LOAD ?? path.join(path.dirname(binary), 'sse-load'));
const nginx = {workers: 2, connections: 16_384};

const start = (t, more = {}, options = {}) =>
  startHub(t, {store: {kind: 'sqlite', path: path.join(temporaryDirectory(t), 'journal.db')}, streams: {max: 20_000}, ...more}, {nginx, ...options});

// Readers and a publisher in a process that checks every number, until told to stop; the publisher's topic is theirs.
class Load {
  constructor(t, hub, {readers, rate, seconds}) {
    this.hub = hub;
    this.readers = readers;
    this.child = new Process(load, ['--url', `http://127.0.0.1:${hub.port}/events`, '--streams', readers, '--topic', 'load', '--rate', 1000, '--reconnect',
      '--publish-rate', rate, '--publish-connections', 4, '--publish-for', `${seconds}s`, '--until', 'delivered', '--duration', `${seconds + 120}s`].map(String));
    defer(t, () => this.child.exit || this.child.stop('SIGKILL'));
  }

  async reading() {
    await until(async () => {
      if (this.child.exit) throw new Error(`sse-load: ${this.child.stderr}`);
      return (await this.hub.metric('sse_worker_subscribers')) >= this.readers;
    }, 'the readers are there', 30_000);
  }

  get running() {
    return !this.child.exit;
  }

  async figures(seconds) {
    await this.child.exited((seconds + 120) * 1000);
    if (!this.child.stdout) throw new Error(`sse-load: ${this.child.stderr}`);
    const {deliveries, publish} = JSON.parse(this.child.stdout);
    const {lost, repeated, reordered, gaps_told: gaps, reconnects, latency_ms: latency} = deliveries;
    return {acknowledged: publish.acknowledged, unacknowledged: publish.sent - publish.acknowledged, lost, repeated, reordered, gaps, reconnects, p99: latency.p99};
  }
}

const percentile = (values, share) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

// `judge`: how long the streams stand still is judged, too, which depends on the machine. `counted`: presence counts the readers.
export async function upgrades(t, {times, readers, rate = 50, between = 1000, judge = true, counted = false}) {
  const program = new Program(t);
  const hub = await start(t, counted ? {presence: {topics: ['load']}} : {}, {wrap: program.wrap});
  const seconds = Math.ceil((times * (between + 1000)) / 1000) + 10;
  const working = new Load(t, hub, {readers, rate, seconds});
  await working.reading();
  const pauses = [];
  const carried = new Set();
  while (pauses.length < times && working.running) {
    const one = await takeOver(hub.worker);
    pauses.push(one.pause);
    carried.add(counted ? await hub.metric('sse_worker_presence_readers') : one.streams);
    await pause(between * (0.5 + Math.random())); // anywhere in the work
  }
  const figures = await working.figures(seconds);
  const wrong = [];
  if (pauses.length < times) wrong.push(`${pauses.length} takeovers of ${times}`);
  if (figures.reconnects > 0) wrong.push(`${figures.reconnects} reconnects`);
  if (figures.unacknowledged > 0) wrong.push(`${figures.unacknowledged} publishes were not acknowledged`);
  if (Math.min(...carried) < readers) wrong.push(`${Math.min(...carried)} streams were carried, of ${readers}`);
  if (judge && percentile(pauses, 0.99) > 200) wrong.push(`the p99 of the pauses is ${percentile(pauses, 0.99)} ms`);
  return {tried: pauses.length, readers, ...figures, 'pause p50, ms': percentile(pauses, 0.5), 'pause p99, ms': percentile(pauses, 0.99),
    'pause at most, ms': Math.max(...pauses), wrong};
}

// Old nginx workers go when their last stream does, or after worker_shutdown_timeout; then those readers come back.
export async function reloads(t, {times, readers, rate = 50, between = 1000, shutdown = 10}) {
  const hub = await start(t, {}, {nginx: {...nginx, main: `worker_shutdown_timeout ${shutdown}s;`}});
  const seconds = Math.ceil((times * between * 1.2) / 1000) + shutdown + 10;
  const working = new Load(t, hub, {readers, rate, seconds});
  await working.reading();
  const master = hub.nginx.process.pid;
  const seen = new Map(); // by pid: {from, to, old}, of each nginx worker
  const most = {processes: 0, memory: 0};
  const look = () => {
    const now = performance.now();
    const all = descendants(master);
    most.processes = Math.max(most.processes, all.length);
    let memory = 0;
    for (const {pid} of all) {
      try {
        memory += residentMiB(pid);
        const {from} = seen.get(pid) ?? {from: now};
        const old = seen.get(pid)?.old ?? (/shutting down/.test(fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ? now : undefined);
        seen.set(pid, {from, old, to: now});
      } catch {
        // it has ended meanwhile
      }
    }
    most.memory = Math.max(most.memory, memory);
  };
  let done = 0;
  look();
  const memory = most.memory;
  for (; done < times && working.running; ++done) {
    hub.nginx.process.kill('SIGHUP');
    const next = performance.now() + between;
    while (performance.now() < next) {
      await pause(100);
      look();
    }
  }
  await until(() => (look(), descendants(master).length <= nginx.workers), 'the old nginx workers have gone', (shutdown + 20) * 1000);
  const stays = [...seen.values()].filter(({old}) => old).map(({old, to}) => (to - old) / 1000);
  const figures = await working.figures(seconds);
  const wrong = done < times ? [`${done} reloads of ${times}`] : [];
  if (Math.max(...stays) > shutdown + 5) wrong.push(`an old nginx worker stayed for ${Math.max(...stays)} s`);
  return {tried: done, readers, ...figures, 'old nginx workers stay at most, s': Math.max(...stays), 'nginx processes at most': most.processes,
    'nginx MiB before': memory, 'nginx MiB at most': most.memory, wrong};
}
