// The greeting stream: how fast streams open, what an open one costs, and what newcomers meet meanwhile; without and with
// silent FastCGI peers.
import {load, watching} from './load.mjs';
import {writeConfig} from './results.mjs';
import {withStack} from './stack.mjs';
import {cpuOpening, failedStreams, rssPerStream} from './figures.mjs';

const streams = 5000;
const probes = 500;
const silent = 1000;

const pressure = (stack, column) => (column === 'silent' ? ['--silent-fcgi', stack.socket, '--silent', silent] : []);

// The first requests bring in code and allocator pages that are no stream's cost.
const warm = (stack) => load('--url', stack.events, '--streams', 100, '--until', 'first');

// As fast as they are answered; held; then newcomers one by one. The greetings last long enough that all are open together
// however slowly they open.
const opened = (column) => withStack(
  writeConfig('held', 'greeting:\n  interval_seconds: 2\n  duration_seconds: 60\n'), warm, (stack) => load(
    '--url', stack.events, '--streams', streams, '--after-open', probes, '--probe-interval', '10ms', '--until', 'first',
    '--duration', '30s', ...pressure(stack, column), ...watching(stack.pids)));

// The shipped configuration: opened at the asked rate, read to the end.
const lived = (column) => withStack(undefined, warm, (stack) => load(
  '--url', stack.events, '--streams', streams, '--rate', 3000, '--until', 'end', '--duration', '30s',
  ...pressure(stack, column), ...watching(stack.pids)));

const perOpened = (report, name) => (cpuOpening(report, name) / report.streams.opened) * 1e6;

export const greeting = {
  name: 'greeting',
  title: `${streams.toLocaleString('en-US')} greeting streams`,
  columns: {alone: 'alone', silent: 'beside 1,000 silent peers'},
  measure: async (column) => ({opened: await opened(column), lived: await lived(column)}),
  wanted: [
    {name: 'streams open at once, each with its first event', unit: '', at_least: streams, of: ({opened}) => opened.streams.open_at_once},
    {name: 'streams that failed', unit: '', at_most: 0, of: ({opened, lived}) => failedStreams(opened) + failedStreams(lived)},
    {name: 'opened, as fast as they are answered', unit: '/s', at_least: 3000, of: ({opened}) => opened.streams.opened_per_second},
    {name: 'opened, 3,000/s asked for', unit: '/s', of: ({lived}) => lived.streams.opened_per_second},
    {name: 'first event when opened at 3,000/s, p99', unit: 'ms', of: ({lived}) => lived.first_event_ms.p99},
    {name: 'first event of a new stream while they are open, p50', unit: 'ms', of: ({opened}) => opened.probes.first_event_ms.p50},
    {name: 'first event of a new stream while they are open, p99', unit: 'ms', at_most: 50, of: ({opened}) => opened.probes.first_event_ms.p99},
    {name: 'new streams answered, of 500', unit: '', at_least: probes, of: ({opened}) => opened.probes.answered},
    {name: 'open meanwhile, at least', unit: '', at_least: streams, of: ({opened}) => opened.probes.streams_open_least},
    {name: 'streams read to their end, ended by the close event', unit: '', at_least: streams, of: ({lived}) => lived.streams.ended_with_close},
    {name: 'worker memory per stream over its base', unit: 'B', at_most: 2048, of: ({opened}) => rssPerStream(opened, 'worker')},
    {name: 'worker memory before', unit: 'KiB', of: ({opened}) => opened.processes.worker.rss_before_kib},
    {name: 'nginx memory per stream over its base', unit: 'B', of: ({opened}) => rssPerStream(opened, 'nginx')},
    {name: 'worker CPU per opened stream', unit: 'us', of: ({opened}) => perOpened(opened, 'worker')},
    {name: 'nginx CPU per opened stream', unit: 'us', of: ({opened}) => perOpened(opened, 'nginx')},
    {name: 'load client CPU, whole run', unit: 's', of: ({opened}) => opened.client_cpu_seconds},
    {name: 'CPU time taken by others meanwhile, at most', unit: '%', of: ({opened, lived}) => Math.max(opened.cpu_share_of_others, lived.cpu_share_of_others) * 100},
    {name: 'silent peers held at most', unit: '', in: ['silent'], of: ({opened}) => opened.silent_peers.held_most},
    {name: 'silent peers closed by the worker, and opened again', unit: '', in: ['silent'], of: ({opened, lived}) =>
      opened.silent_peers.closed_by_server + lived.silent_peers.closed_by_server},
  ],
};
