// Publishing over streams that stay open, and over the local socket, beside one request for each event; and what it takes beside Nchan,
// which has only these.
import {measures} from './measures.mjs';
import {systems} from './systems/index.mjs';

const alone = ['published', 'answer', 'cpu', 'worker', 'nginx', 'client', 'others'];
const withReaders = ['published', 'answer', 'p50', 'p99', 'cpu', 'worker', 'nginx', 'client', 'others'];

const isStream = (system) => system.publishing?.includes('stream');
// Requests need few connections for many topics; a stream is a connection.
const connections = (system, streams) => ['--publish-connections', isStream(system) ? streams : 16];
const fast = (system) => ['--publish-for', '4s', ...(isStream(system) ? ['--publish-connections', 1, '--publish-batch', 100] : ['--publish-connections', 16])];
const writers = 2000;
const perWriter = 5; // of the 20 that a language model may write in a second: requests at that rate are more than two cores can do

const scenarios = {
  tokens_alone: {
    title: '100 topics, 48 bytes, 2,000 events/s, one a write or request; nobody reads',
    systems: ['post', 'stream', 'socket', 'nchan'],
    shown: alone,
    of: (system) => ['--streams', 0, '--topic', 'answer/{n}', '--topics', 100, '--payload', 48, '--publish-rate', 2000, '--publish-for', '5s',
      ...connections(system, 100)],
  },
  lines: {
    title: 'lines as fast as they go over one connection, 100 bytes, 100 a write; beside 16 connections of requests',
    systems: ['stream', 'socket', 'nchan'],
    shown: alone,
    of: (system) => ['--streams', 0, '--topic', 'news', ...fast(system)],
  },
  paced: {
    title: '100 topics with one stream and one reader each, 100 bytes, 10,000 events/s, one a write',
    systems: ['stream', 'socket'],
    shown: withReaders,
    of: (system) => ['--streams', 100, '--topic', 'line/{n}', '--publish-rate', 10_000, '--publish-for', '5s', ...connections(system, 100)],
  },
  writers: {
    title: `${writers.toLocaleString('en-US')} topics with one writer and one reader each, 48 bytes, ${perWriter} events/s in each, one a write or request`,
    systems: ['post', 'stream', 'socket', 'nchan'],
    shown: withReaders,
    of: (system) => ['--streams', writers, '--topic', 'answer/{n}', '--payload', 48, '--publish-rate', writers * perWriter, '--publish-for', '5s',
      ...connections(system, writers)],
  },
  stores: {
    title: 'lines as fast as they go over one connection, by store',
    systems: ['stream', 'stream_sqlite', 'stream_redis', 'socket', 'socket_sqlite', 'socket_redis'],
    shown: alone,
    of: (system) => ['--streams', 0, '--topic', 'news', ...fast(system)],
  },
};

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
const over = (scenario, measure, text, system, other, bound) => ({
  text: `${scenario}: ${text}, ${systems[system].title}, over ${systems[other].title}`,
  scenario,
  ...bound,
  of: (round) => take(round, scenario, measure, system) / take(round, scenario, measure, other),
});
const cpu = 'CPU of the servers';

export const publishing = {
  name: 'publishing',
  title: 'publishing over streams',
  scenarios,
  targets: [
    over('tokens_alone', 'cpu', cpu, 'stream', 'post', {at_most: 0.5}),
    over('tokens_alone', 'cpu', cpu, 'stream', 'nchan', {at_most: 1.1}),
    over('tokens_alone', 'cpu', cpu, 'socket', 'post', {at_most: 0.15}),
    own('lines', 'published', 'stream', 'events/s', {at_least: 300_000}),
    own('lines', 'published', 'socket', 'events/s', {at_least: 500_000}),
    ...['stream', 'socket'].map((system) => over('lines', 'published', 'events/s', system, 'nchan', {at_least: 6})),
    ...['stream', 'socket'].flatMap((system) => [
      own('paced', 'answer', system, 'from a line to its answer, p99', {at_most: 5}, 'ms'),
      own('paced', 'p99', system, 'from a line to its reader, p99', {at_most: 10}, 'ms'),
    ]),
    over('writers', 'cpu', cpu, 'stream', 'post', {at_most: 0.55}),
    ...['stream', 'socket'].flatMap((system) => [
      over('stores', 'published', 'events/s', `${system}_sqlite`, system, {at_least: 0.8}),
      over('stores', 'published', 'events/s', `${system}_redis`, system, {at_least: 0.5}),
    ]),
  ],
  chart: () => '',
};
