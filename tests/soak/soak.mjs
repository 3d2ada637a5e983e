// Soak: a worker behind nginx under half load for a long time, with readers who stay, come and go, return with their cursors, poll, are
// slow, or take nothing at all. Looks at memory, descriptors and p99 all the time; faults.mjs says what must not be.
import fs from 'node:fs';
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {startHub} from '../lib/hub.mjs';
import {residentMiB} from '../lib/memory.mjs';
import {descendants} from '../lib/process.mjs';
import {until} from '../lib/wait.mjs';
import {Part, polls, publishing, reported, startLoad} from './readers.mjs';

const descriptors = (pid) => fs.readdirSync(`/proc/${pid}/fd`).length;
const ticksPerSecond = 100; // of /proc, on every Linux that Debian has

function cpuSeconds(pid) {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

// For how long its threads were ready to run and had no CPU: a machine with other work.
function waitedSeconds(pid) {
  const waited = (thread) => Number(fs.readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[1]) / 1e9;
  return fs.readdirSync(`/proc/${pid}/task`).reduce((all, thread) => all + waited(thread), 0);
}

class Watched {
  constructor(hub) {
    this.worker = [hub.worker.pid];
    this.nginx = descendants(hub.nginx.process.pid).map(({pid}) => pid);
  }

  look() {
    const sum = (pids, of) => pids.reduce((all, pid) => all + of(pid), 0);
    const both = (pids) => ({mib: sum(pids, residentMiB), descriptors: sum(pids, descriptors)});
    return {worker: both(this.worker), nginx: both(this.nginx)};
  }

  // In seconds so far; `of` is one of the two functions above.
  spent(of) {
    const sum = (pids) => pids.reduce((all, pid) => all + of(pid), 0);
    return {worker: sum(this.worker), nginx: sum(this.nginx)};
  }
}

// Which share of a core each has taken since begin(), and for which share of the time it has waited for one.
const begin = (watched) => ({cpu: watched.spent(cpuSeconds), waited: watched.spent(waitedSeconds), at: performance.now()});
function sharesSince(watched, from) {
  const now = begin(watched);
  const seconds = (now.at - from.at) / 1000;
  const share = (what) => ({worker: (now[what].worker - from[what].worker) / seconds, nginx: (now[what].nginx - from[what].nginx) / seconds});
  return {cpu: share('cpu'), waited: share('waited')};
}

// The rate at which the busier of nginx and the worker takes half of a core.
async function halfLoad(t, hub, watched, {readers, seconds, share, first = 20, rate_max = 2000}) {
  let rate = first;
  for (let step = 0; step < 2; ++step) {
    const child = startLoad(t, hub.port, seconds, ['--streams', readers, '--topic', 'calibration', '--rate', 1000, ...publishing(seconds, rate, 4)]);
    await until(async () => (await hub.metric('sse_worker_subscribers')) >= readers || child.exit, 'the readers are there', 60_000);
    const from = begin(watched);
    await reported(child, seconds);
    const {cpu} = sharesSince(watched, from);
    rate = Math.max(1, Math.min(rate_max, Math.round((rate * share) / Math.max(cpu.worker, cpu.nginx))));
  }
  return rate;
}

const parts = () => ({
  steady: new Part('all the time, each publish a request'),
  round: new Part('all new in each round, which measures p99'),
  coming: new Part('leave with a few events, and return with their cursors'),
  polling: new Part('long polls'),
});

// `rate`: events per second; by default half load. `patient`: at the end nginx gets the 30 s for which it keeps connections to the
// worker, else it is stopped. `say` gets a line now and then.
export async function soak(t, {seconds, readers, rate, share = 0.5, calibration = 10, patient = true, say = () => {}}) {
  const store = {kind: 'sqlite', path: path.join(temporaryDirectory(t), 'journal.db')};
  // A history that is full soon: from then on memory has no reason to grow. All readers have one address.
  const config = {store, history: {topic_events_max: 1000}, streams: {max: 20_000, per_address_max: 20_000}};
  const hub = await startHub(t, config, {nginx: {connections: 16_384}});
  const watched = new Watched(hub);
  const before = watched.look();
  rate ??= await halfLoad(t, hub, watched, {readers, seconds: calibration, share});
  say(`${seconds} s, ${readers} steady readers, ${rate} events/s`);

  const found = {seconds, readers, rate, before, samples: [], rounds: [], parts: parts()};
  const from = begin(watched);
  const second = () => (performance.now() - from.at) / 1000;
  const over = () => second() >= seconds;
  const start = (args) => startLoad(t, hub.port, seconds, args);

  const steady = start(['--streams', readers, '--topic', 'soak', '--rate', 500, '--reconnect', ...publishing(seconds, rate, 4)]);
  const some = Math.max(2, Math.round(readers / 25));
  // They take a read in 100 ms, or in 40 s: the latter are behind more than the worker waits for.
  const held = [start(['--streams', some, '--topic', 'soak', '--pause', '100ms', '--reconnect', '--until', 'hold']),
    start(['--streams', some, '--topic', 'soak', '--pause', '40s', '--reconnect', '--until', 'hold'])];

  const sampled = async () => {
    while (!over()) {
      found.samples.push({second: second(), ...watched.look()});
      await pause(Math.max(500, (seconds * 1000) / 300));
      if (steady.exit && !over()) throw new Error(`the steady readers have ended: ${steady.stderr}`);
    }
  };
  const repeated = async (name, length, args, each = () => {}) => {
    do {
      const began = second();
      const child = startLoad(t, hub.port, length, args);
      const since = begin(watched);
      const p99 = found.parts[name].add(await reported(child, length), length);
      each({second: (began + second()) / 2, p99, waited: sharesSince(watched, since).waited});
    } while (second() < seconds - length);
  };
  const round = Math.max(3, Math.round(seconds / 60));
  const short = Math.min(5, round);
  await Promise.all([
    sampled(),
    repeated('round', round, ['--streams', some * 2, '--topic', 'round', ...publishing(round, 50, 1)], (one) => {
      found.rounds.push(one);
      say(`${Math.round(second())} s: worker ${found.samples.at(-1).worker.mib.toFixed(1)} MiB, p99 ${one.p99.toFixed(1)} ms`);
    }),
    repeated('coming', short, ['--streams', some, '--topic', 'coming', '--leave-after', 10, ...publishing(short, 10, 1)]),
    polls(hub, found.parts.polling, {readers: 4, rate: 2, over}),
  ]);
  Object.assign(found, sharesSince(watched, from));
  found.parts.steady.add(await reported(steady, 10), seconds);
  for (const each of held) await each.stop('SIGKILL');

  if (!patient) {
    await hub.nginx.process.stop();
    watched.nginx = [];
  }
  found.after = watched.look();
  const gone = () => {
    found.after = watched.look();
    return ['worker', 'nginx'].every((name) => found.after[name].descriptors <= before[name].descriptors);
  };
  await until(gone, 'the descriptors of clients are closed', patient ? 45_000 : 15_000).catch(() => {}); // then faults() says so
  return found;
}
