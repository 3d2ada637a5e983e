// What is read from one report of the load client. CPU time is that of the servers, from when all streams were open to the
// end, over what was delivered or, without readers, acknowledged.
import {cpuOpen, rssPerStream} from './figures.mjs';

const perUnit = (report, role) => {
  if (!report.processes[role]) return role === 'worker' ? 0 : NaN; // Nchan is nginx alone
  const units = report.deliveries?.delivered || report.publish.acknowledged;
  return (cpuOpen(report, role) / units) * 1e6;
};
const memory = (report, role) => (report.processes[role] ? rssPerStream(report, role) : 0);

export const measures = {
  rate: {title: 'deliveries/s', of: ({deliveries}) => deliveries.per_second},
  published: {title: 'events/s', of: ({publish}) => publish.acknowledged_per_second},
  p50: {title: 'p50 ms', of: ({deliveries}) => deliveries.latency_ms.p50},
  p99: {title: 'p99 ms', of: ({deliveries}) => deliveries.latency_ms.p99},
  answer: {title: 'answer p99 ms', of: ({publish}) => publish.answer_ms.p99},
  cpu: {title: 'CPU us', of: (report) => perUnit(report, 'worker') + perUnit(report, 'nginx')},
  worker: {title: 'server us', of: (report) => perUnit(report, 'worker')},
  nginx: {title: 'nginx us', of: (report) => perUnit(report, 'nginx')},
  memory: {title: 'B/stream', of: (report) => memory(report, 'worker') + memory(report, 'nginx')},
  worker_memory: {title: 'server B/stream', of: (report) => memory(report, 'worker')},
  base: {title: 'server KiB before', of: (report) => report.processes.worker?.rss_before_kib},
  open: {title: 'open', of: ({streams}) => streams.open_at_once},
  back: {title: 'back after s', of: ({storm}) => storm.back_seconds},
  back_all: {title: 'all back after s', of: ({deliveries}) => deliveries.caught_up_seconds},
  refused: {title: 'refused', of: ({storm}) => storm.refused},
  shared: {title: 'two workers, events/s', of: ({shared_per_second}) => shared_per_second},
  start: {title: 'serves after s', of: ({start_seconds}) => start_seconds},
  client: {title: 'load client %', of: (report) => (report.client_cpu_seconds / report.seconds) * 100},
  others: {title: 'others %', of: (report) => report.cpu_share_of_others * 100},
};
