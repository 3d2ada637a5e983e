// Readers that are always a little slow: each takes nothing for some milliseconds after each read. A burst must reach all of
// them, and none may be cut and have to come back.
import {load, watching} from './load.mjs';
import {writeConfig} from './results.mjs';
import {withStack} from './stack.mjs';
import {previousBuild, withoutPrevious} from './systems/previous.mjs';

const readers = Number(process.env.SLOW_READERS ?? 100);
const [eventBytes, events] = [4000, 16_000]; // 64 MB in a second
const builds = {previous: previousBuild};
const columns = {this: 'this build', ...(withoutPrevious() ? {} : {previous: 'the previous build'})};

const warm = (stack) => load('--url', stack.events, '--streams', readers, '--topic', 'warm', '--publish-count', 1000,
  '--publish-batch', 20);

function measure(column) {
  const config = writeConfig('slow', 'history: {bytes_max: 268435456, topic_events_max: 100000}\n');
  return withStack(config, warm, (stack) =>
    load('--url', stack.events, '--streams', readers, '--topic', 'news', '--payload', eventBytes, '--pause', '2ms', '--reconnect',
      '--publish-count', events, '--publish-rate', events, '--publish-batch', 100, '--publish-connections', 4,
      '--duration', '120s', ...watching(stack.pids)), builds[column]);
}

const own = ['this'];
export const slow = {
  name: 'slow',
  title: `${readers} readers that are always a little slow, 64 MB in a second`,
  columns,
  measure,
  wanted: [
    {name: 'until all have all', unit: 's', of: ({deliveries}) => deliveries.seconds},
    {name: 'readers that had to come back', unit: '', at_most: 0, in: own, of: ({deliveries}) => deliveries.reconnects},
    {name: 'readers that had to come back, any build', unit: 'times', of: ({deliveries}) => deliveries.reconnects},
    {name: 'events lost', unit: '', at_most: 0, of: ({deliveries}) => deliveries.lost},
    {name: 'events repeated', unit: '', at_most: 0, of: ({deliveries}) => deliveries.repeated},
    {name: 'publishing took', unit: 's', of: ({publish}) => publish.seconds},
    {name: 'worker CPU', unit: 's', of: ({processes}) => processes.worker.cpu_open_seconds},
    {name: 'nginx CPU', unit: 's', of: ({processes}) => processes.nginx.cpu_open_seconds},
    {name: 'worker memory, growth', unit: 'KiB', of: ({processes}) => processes.worker.rss_end_kib - processes.worker.rss_open_kib},
    {name: 'load client, share of a CPU', unit: '%', of: (report) => (report.client_cpu_seconds / report.seconds) * 100},
  ],
};
