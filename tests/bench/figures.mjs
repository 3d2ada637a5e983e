// From the reports of the load client to the figures that have targets. One line per figure, so that this file is the list
// of what is promised. A figure without a target is there to explain the others.
export const conditions = { alone: 'alone', silent: 'beside 1,000 silent peers' };

const sum = (object) => Object.values(object).reduce((total, value) => total + value, 0);
const perOpened = (report, seconds) => (seconds / report.streams.opened) * 1e6;
const cpuOpening = (use) => use.cpu_user_opening_seconds + use.cpu_system_opening_seconds;
const rssPerStream = (report, name) => {
  const use = report.processes[name];
  return ((use.rss_open_kib - use.rss_before_kib) * 1024) / report.streams.open_at_once;
};
const failed = ({ streams }) => streams.ended_without_close + streams.still_waiting + sum(streams.errors);

// `of` gets one condition of one round: the report of streams opened and held, and that of streams read to their end.
const wanted = [
  { name: 'streams open at once, each with its first event', unit: '', at_least: 5000, of: ({ opened }) => opened.streams.open_at_once },
  { name: 'streams that failed', unit: '', at_most: 0, of: ({ opened, lived }) => failed(opened) + failed(lived) },
  { name: 'opened, as fast as they are answered', unit: '/s', at_least: 3000, of: ({ opened }) => opened.streams.opened_per_second },
  { name: 'opened, 3,000/s asked for', unit: '/s', of: ({ lived }) => lived.streams.opened_per_second },
  { name: 'first event when opened at 3,000/s, p99', unit: 'ms', of: ({ lived }) => lived.first_event_ms.p99 },
  { name: 'first event of a new stream while they are open, p50', unit: 'ms', of: ({ opened }) => opened.probes.first_event_ms.p50 },
  { name: 'first event of a new stream while they are open, p99', unit: 'ms', at_most: 50, of: ({ opened }) => opened.probes.first_event_ms.p99 },
  { name: 'new streams answered, of 500', unit: '', at_least: 500, of: ({ opened }) => opened.probes.answered },
  { name: 'open meanwhile, at least', unit: '', at_least: 5000, of: ({ opened }) => opened.probes.streams_open_least },
  { name: 'streams read to their end, ended by the close event', unit: '', at_least: 5000, of: ({ lived }) => lived.streams.ended_with_close },
  { name: 'worker memory per stream over its base', unit: 'B', at_most: 2048, of: ({ opened }) => rssPerStream(opened, 'worker') },
  { name: 'worker memory before', unit: 'KiB', of: ({ opened }) => opened.processes.worker.rss_before_kib },
  { name: 'nginx memory per stream over its base', unit: 'B', of: ({ opened }) => rssPerStream(opened, 'nginx') },
  { name: 'worker CPU per opened stream', unit: 'us', of: ({ opened }) => perOpened(opened, cpuOpening(opened.processes.worker)) },
  { name: 'nginx CPU per opened stream', unit: 'us', of: ({ opened }) => perOpened(opened, cpuOpening(opened.processes.nginx)) },
  { name: 'load client CPU, whole run', unit: 's', of: ({ opened }) => opened.client_cpu_seconds },
  { name: 'silent peers held at most', unit: '', of: ({ opened }) => opened.silent_peers?.held_most },
  { name: 'silent peers closed by the worker, and opened again', unit: '', of: ({ opened, lived }) =>
    opened.silent_peers && opened.silent_peers.closed_by_server + lived.silent_peers.closed_by_server },
];

function spread(values) {
  const known = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  if (known.length < values.length || known.length === 0) return null;
  const middle = known.length / 2;
  const median = known.length % 2 ? known[Math.floor(middle)] : (known[middle - 1] + known[middle]) / 2;
  return { median, least: known[0], most: known.at(-1) };
}

// Counts must be right in every round; what is noisy is judged by its median.
function reaches(figure, taken) {
  if (figure.at_least === undefined && figure.at_most === undefined) return null;
  return Object.values(taken).every((value) => {
    if (!value) return false;
    if (figure.unit === '') return value.least >= (figure.at_least ?? 0) && value.most <= (figure.at_most ?? Infinity);
    return value.median >= (figure.at_least ?? 0) && value.median <= (figure.at_most ?? Infinity);
  });
}

export function figures(rounds) {
  return wanted.map(({ of, ...figure }) => {
    const taken = Object.fromEntries(
      Object.keys(conditions).map((condition) => [condition, spread(rounds.map((round) => of(round[condition])))]));
    return { ...figure, taken, reached: reaches(figure, taken) };
  });
}
