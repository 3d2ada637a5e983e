// The hub: what an idle subscription costs, how fast history is given back, how fast events are taken in, and how they
// reach a thousand readers; with one loop and with two. Every reader checks the number of every event.
import {load, watching} from './load.mjs';
import {writeConfig} from './results.mjs';
import {withStack} from './stack.mjs';
import {cpuOpen, failedStreams, rssPerStream} from './figures.mjs';

const idle = 8000;
const readers = 1000;
const held = 10_000;

// The first requests and publishes bring in code and allocator pages that are no stream's cost.
const warm = (stack) => load('--url', stack.events, '--streams', 100, '--topic', 'warm', '--publish-count', 1000,
  '--publish-batch', 20);

// One after the other, each on a fresh stack: the arguments of the load client.
const scenarios = {
  idle_together: ['--streams', idle, '--topic', 'news', '--until', 'first', '--duration', '30s'],
  idle_apart: ['--streams', idle, '--topic', 'user/{n}', '--until', 'first', '--duration', '30s'],
  // All leave with the first event, and come back for the others when these are published.
  returned: ['--streams', 100, '--topic', 'news', '--leave-after', 1, '--publish-count', held, '--publish-batch', 400,
    '--duration', '30s'],
  // 400 events are just below the 64 KiB up to which nginx keeps a body in memory.
  batches: ['--streams', 0, '--topic', 'news', '--publish-for', '5s', '--publish-batch', 400, '--publish-connections', 8],
  singles: ['--streams', 0, '--topic', 'news', '--publish-for', '4s', '--publish-connections', 16],
  steady: ['--streams', readers, '--topic', 'news', '--publish-for', '8s', '--publish-rate', 500,
    '--publish-connections', 64, '--duration', '30s'],
  saturated: ['--streams', readers, '--topic', 'news', '--publish-for', '8s', '--publish-batch', 20,
    '--publish-connections', 4, '--ahead', 200, '--duration', '30s'],
};
const columns = {one: 'loops: 1', two: 'loops: 2'};
const only = {two: ['batches', 'singles', 'steady', 'saturated']};

async function measure(column) {
  const config = writeConfig(`loops-${column}`, `${columns[column]}\n`);
  const reports = {};
  for (const name of only[column] ?? Object.keys(scenarios)) {
    reports[name] = await withStack(config, warm, (stack) =>
      load('--url', stack.events, ...scenarios[name], ...watching(stack.pids)));
  }
  return reports;
}

const all = (reports, count) => Object.values(reports).reduce((total, report) => total + count(report), 0);
const deliveries = (reports, name) => all(reports, (report) => report.deliveries?.[name] ?? 0);
const unkept = ({publish}) => (publish ? publish.sent - publish.acknowledged : 0);
const perDelivery = (report, name) => (cpuOpen(report, name) / report.deliveries.delivered) * 1e6;
const perEvent = (report, name) => (cpuOpen(report, name) / report.publish.acknowledged) * 1e6;
const clientShare = (report) => (report.client_cpu_seconds / report.seconds) * 100;
const one = ['one'];

const fanOut = (name, text, p99) => [
  {name: `${text}: deliveries`, unit: '/s', of: (reports) => reports[name].deliveries.per_second},
  {name: `${text}: from publisher to reader, p50`, unit: 'ms', of: (reports) => reports[name].deliveries.latency_ms.p50},
  {name: `${text}: from publisher to reader, p99`, unit: 'ms', ...p99, of: (reports) => reports[name].deliveries.latency_ms.p99},
  {name: `${text}: answer to the publisher, p99`, unit: 'ms', of: (reports) => reports[name].publish.answer_ms.p99},
  {name: `${text}: worker CPU per delivery`, unit: 'us', of: (reports) => perDelivery(reports[name], 'worker')},
  {name: `${text}: nginx CPU per delivery`, unit: 'us', of: (reports) => perDelivery(reports[name], 'nginx')},
  {name: `${text}: load client, share of a CPU`, unit: '%', of: (reports) => clientShare(reports[name])},
];

export const hub = {
  name: 'hub',
  title: 'publishing and subscribing',
  columns,
  measure,
  wanted: [
    {name: 'events lost, over all scenarios', unit: '', at_most: 0, of: (reports) => deliveries(reports, 'lost')},
    {name: 'events repeated', unit: '', at_most: 0, of: (reports) => deliveries(reports, 'repeated')},
    {name: 'events out of order', unit: '', at_most: 0, of: (reports) => deliveries(reports, 'reordered')},
    {name: 'publishes without an id in the answer', unit: '', at_most: 0, of: (reports) => all(reports, unkept)},
    {name: 'CPU time taken by others meanwhile, at most', unit: '%', of: (reports) => Math.max(...Object.values(reports).map((report) => report.cpu_share_of_others)) * 100},
    {name: 'streams that failed', unit: '', at_most: 0, of: (reports) => all(reports, failedStreams)},
    {name: '8,000 idle on one topic: worker memory per stream', unit: 'B', at_most: 1024, in: one, of: (reports) => rssPerStream(reports.idle_together, 'worker')},
    {name: '8,000 idle on one topic: nginx memory per stream', unit: 'B', in: one, of: (reports) => rssPerStream(reports.idle_together, 'nginx')},
    {name: '8,000 idle, each on its own: worker memory per stream', unit: 'B', at_most: 1024, in: one, of: (reports) => rssPerStream(reports.idle_apart, 'worker')},
    {name: '8,000 idle, open at once', unit: '', at_least: idle, in: one, of: (reports) => Math.min(reports.idle_together.streams.open_at_once, reports.idle_apart.streams.open_at_once)},
    {name: 'worker memory before', unit: 'KiB', in: one, of: (reports) => reports.idle_together.processes.worker.rss_before_kib},
    {name: '100 return for 10,000 events: until all have them', unit: 's', at_most: 2, in: one, of: (reports) => reports.returned.deliveries.caught_up_seconds},
    {name: 'batches of 400, no reader', unit: 'events/s', at_least: 100_000, of: (reports) => reports.batches.publish.acknowledged_per_second},
    {name: 'batches of 400: worker CPU per event', unit: 'us', of: (reports) => perEvent(reports.batches, 'worker')},
    {name: 'single publishes, no reader', unit: '/s', of: (reports) => reports.singles.publish.acknowledged_per_second},
    {name: 'single publishes: answer, p99', unit: 'ms', of: (reports) => reports.singles.publish.answer_ms.p99},
    {name: 'single publishes: worker CPU', unit: 'us', of: (reports) => perEvent(reports.singles, 'worker')},
    {name: 'single publishes: nginx CPU', unit: 'us', of: (reports) => perEvent(reports.singles, 'nginx')},
    ...fanOut('steady', '1,000 readers, 500 events/s', {at_most: 100}),
    ...fanOut('saturated', '1,000 readers, saturated', {}),
  ],
};
