// What it costs to keep events: the worker with its journal in memory, which is how the other suites measure it, beside ones
// that keep them in a file and in Redis.
import {join} from 'node:path';
import {load, watching} from './load.mjs';
import {measures} from './measures.mjs';
import {binary} from '../lib/places.mjs';
import {Process} from '../lib/process.mjs';
import {results} from './results.mjs';
import {measureShared} from './shared_redis.mjs';
import {systems} from './systems/index.mjs';

const everyone = ['worker', 'sqlite', 'sqlite_full', 'redis'];
const fanOut = ['rate', 'p50', 'p99', 'cpu', 'worker', 'nginx', 'client', 'others'];
const taken = ['published', 'answer', 'cpu', 'worker', 'nginx', 'client', 'others'];
const held = 1_000_000;

// Fills a journal, and starts a worker on it that has to read it before it serves.
async function restarted(running) {
  const report = await load('--url', running.events, '--streams', 0, '--topic', 'held', '--publish-count', held,
    '--publish-batch', 400, '--publish-connections', 8, '--duration', '60s', ...watching(running.pids));
  await (running.stop_worker ?? running.stop)();
  const began = performance.now();
  const worker = new Process(binary, ['--config', running.config], {stdio: ['ignore', 'ignore', 'pipe'], cwd: results});
  const serves = await worker.says('stderr', / started: /, 15_000).then(() => true, () => false);
  report.start_seconds = serves ? (performance.now() - began) / 1000 : NaN;
  await worker.stop();
  return report;
}

const take = (round, scenario, measure, system) => {
  const report = round[scenario]?.[system];
  return report ? measures[measure].of(report) : NaN;
};
const own = (scenario, measure, system, text, bound, unit = '') => ({
  text: `${scenario}: ${text}, ${systems[system].title}`,
  scenario,
  ...bound,
  unit,
  of: (round) => take(round, scenario, measure, system),
});
const beside = (scenario, measure, system, text, bound) => ({
  text: `${scenario}: ${text}, ${system} over memory`,
  scenario,
  ...bound,
  of: (round) => take(round, scenario, measure, system) / take(round, scenario, measure, 'worker'),
});

export const durable = {
  name: 'durable',
  title: 'events that are kept',
  scenarios: {
    singles: {
      title: '32 publishers, one event a request',
      systems: everyone,
      shown: taken,
      of: () => ['--streams', 0, '--topic', 'news', '--publish-for', '4s', '--publish-connections', 32],
    },
    batches: {
      title: '8 publishers, 400 events a request',
      systems: everyone,
      shown: taken,
      of: () => ['--streams', 0, '--topic', 'news', '--publish-for', '4s', '--publish-batch', 400, '--publish-connections', 8],
    },
    saturated: {
      title: '1,000 readers of one topic, 100 bytes, as fast as it goes',
      systems: everyone,
      shown: fanOut,
      of: (system) => ['--streams', 1000, '--topic', 'news', '--publish-for', '4s', '--publish-batch', 20,
        '--publish-connections', 4, '--ahead', system.ahead],
    },
    steady: {
      title: '1,000 readers of one topic, 100 bytes, 50 events/s, one a request',
      systems: everyone,
      shown: fanOut,
      of: () => ['--streams', 1000, '--topic', 'news', '--publish-rate', 50, '--publish-for', '5s'],
    },
    start: {
      title: `${held.toLocaleString('en-US')} events held, until a new worker serves`,
      systems: ['sqlite', 'redis'],
      shown: ['start', 'published'],
      config: () => 'history: {topic_events_max: 2000000, bytes_max: 2147483648}\n' +
        `listen: ${join(results, 'start.sock')}\n`,
      measure: restarted,
    },
    shared: {
      title: 'two workers with one Redis: 500 events/s from one to 10 readers at the other, then batches at both',
      systems: ['redis'],
      shown: ['p50', 'p99', 'shared'],
      measure: measureShared,
    },
  },
  targets: [
    own('batches', 'published', 'sqlite', 'events/s', {at_least: 50_000}),
    own('singles', 'published', 'sqlite', 'events/s', {at_least: 5_000}),
    own('singles', 'answer', 'sqlite', 'answer, p99', {at_most: 20}, 'ms'),
    ...['sqlite', 'redis'].flatMap((system) => [
      beside('saturated', 'rate', system, 'deliveries/s', {at_least: 0.95}),
      beside('steady', 'cpu', system, 'CPU of the servers together', {at_most: 1.05}),
      own('start', 'start', system, 'until it serves', {at_most: 3}, 's'),
    ]),
    own('shared', 'p99', 'redis', 'publish at one to a reader at the other, p99', {at_most: 10}, 'ms'),
    own('shared', 'shared', 'redis', 'batches at both, events/s', {at_least: 50_000}),
  ],
  chart: () => '',
};
