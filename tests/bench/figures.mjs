// From the reports of a suite to its figures, and whether they reach their targets. A suite has columns (the same
// measurement under several conditions) and `wanted`, one line per figure: its name, its unit, its target (`at_least` or
// `at_most`, or none, where it explains others), the columns it is taken `in` (default: all), and how it is read `of` the
// reports of one column of one round.
const sum = (object) => Object.values(object).reduce((total, value) => total + value, 0);

export const rssPerStream = (report, name) => {
  const use = report.processes[name];
  return ((use.rss_open_kib - use.rss_before_kib) * 1024) / report.streams.open_at_once;
};
export const cpuOpening = (report, name) => {
  const use = report.processes[name];
  return use.cpu_opening_seconds;
};
// From when all streams were open to the end.
export const cpuOpen = (report, name) => {
  const use = report.processes[name];
  return use.cpu_open_seconds;
};
export const failedStreams = ({streams}) => streams.ended_without_close + streams.still_waiting + sum(streams.errors);

export function spread(values) {
  const known = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  if (known.length < values.length || known.length === 0) return null;
  const middle = known.length / 2;
  const median = known.length % 2 ? known[Math.floor(middle)] : (known[middle - 1] + known[middle]) / 2;
  return {median, least: known[0], most: known.at(-1)};
}

// As a target reads; empty where there is none.
export function bounded({at_least: least, at_most: most, unit = ''}) {
  const bound = (value) => `${value.toLocaleString('en-US')}${unit && ` ${unit}`}`;
  if (least !== undefined) return `>= ${bound(least)}`;
  return most !== undefined ? `<= ${bound(most)}` : '';
}

// Counts must be right in every round; what is noisy is judged by its median.
export function reaches(figure, taken, by = figure.unit === '' ? 'every' : 'median') {
  if (figure.at_least === undefined && figure.at_most === undefined) return null;
  return taken.every((value) => {
    if (!value) return false;
    if (by === 'every') return value.least >= (figure.at_least ?? 0) && value.most <= (figure.at_most ?? Infinity);
    return value.median >= (figure.at_least ?? 0) && value.median <= (figure.at_most ?? Infinity);
  });
}

export function figures({columns, wanted}, rounds) {
  return wanted.map(({of, in: chosen = Object.keys(columns), ...figure}) => {
    const taken = Object.fromEntries(chosen.map((column) => [column, spread(rounds.map((round) => of(round[column])))]));
    return {...figure, taken, reached: reaches(figure, Object.values(taken))};
  });
}
