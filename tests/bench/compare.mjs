// The comparison: every system in every scenario it can do, and what the worker is to reach beside them.
import {bars} from './chart.mjs';
import {measures} from './measures.mjs';
import {scenarios} from './scenarios.mjs';
import {systems} from './systems/index.mjs';

const take = (round, scenario, measure, system = 'worker') => {
  const report = round[scenario]?.[system];
  return report ? measures[measure].of(report) : NaN;
};

const names = {rate: 'deliveries/s', published: 'events/s', p99: 'p99', cpu: 'CPU of the servers together', worker: 'CPU of the worker',
  memory: 'memory of the servers per stream'};
const over = (scenario, measure, system, bound) => ({
  text: `${scenario}: ${names[measure]}, over ${systems[system].title}`,
  scenario,
  ...bound,
  of: (round) => take(round, scenario, measure) / take(round, scenario, measure, system),
});
const own = (scenario, measure, text, bound, unit = '') => ({
  text: `${scenario}: ${text}`,
  scenario,
  ...bound,
  unit,
  of: (round) => take(round, scenario, measure),
});

const targets = [
  over('saturated', 'rate', 'nchan', {at_least: 12}),
  over('saturated', 'p99', 'nchan', {at_most: 1}),
  over('saturated', 'rate', 'express', {at_least: 60}),
  over('saturated', 'rate', 'express_single', {at_least: 60}),
  over('saturated', 'rate', 'pushpin', {at_least: 40}),
  over('steady', 'cpu', 'floor', {at_most: 1.05}),
  over('steady', 'cpu', 'nchan', {at_most: 1.45}),
  over('steady', 'p99', 'nchan', {at_most: 1.5}),
  ...['saturated', 'steady', 'many', 'topics', 'wide', 'large'].map((name) => over(name, 'worker', 'floor', {at_most: 1.25})),
  over('tokens', 'worker', 'floor', {at_most: 1.5}),
  own('many', 'open', 'streams open in one worker', {at_least: 8000}),
  own('many', 'worker_memory', 'worker memory per idle stream', {at_most: 600}, 'B'),
  own('many', 'memory', 'nginx and worker memory per idle stream', {at_most: 13_000}, 'B'),
  own('many', 'base', 'worker memory before', {at_most: 12 * 1024}, 'KiB'),
  own('storm', 'back', 'until all are back, from when the worker listens', {at_most: 3}, 's'),
  own('storm', 'refused', 'readers who met an error', {at_most: 0}),
  ...['tls', 'tls_http2', 'tls_http2_ten'].flatMap((name) => [over(name, 'cpu', 'nchan', {at_most: 1.25}), over(name, 'memory', 'nchan', {at_most: 1})]),
  over('tls_saturated', 'rate', 'nchan', {at_least: 8}),
  over('tls_saturated', 'memory', 'nchan', {at_most: 1}),
  over('singles', 'published', 'nchan', {at_least: 1}),
  own('batches', 'published', 'events/s', {at_least: 200_000}),
];

export const compare = {
  name: 'compare',
  title: 'side by side',
  scenarios,
  targets,
  chart: (rounds, median) => bars(
    [
      ['saturated', 'rate', 'deliveries/s, 1,000 readers, as fast as it goes (logarithmic)', true],
      ['steady', 'cpu', 'CPU of the servers per delivery at 50 events/s, µs'],
      ['steady', 'p99', 'p99 from publisher to reader at 50 events/s, ms (logarithmic)', true],
    ].filter(([scenario]) => rounds[0][scenario]).map(([scenario, measure, title, logarithmic]) => ({
      title,
      logarithmic,
      bars: Object.keys(rounds[0][scenario]).map((name) => ({
        title: systems[name].title,
        value: median(rounds.map((round) => take(round, scenario, measure, name))),
      })),
    }))),
};
