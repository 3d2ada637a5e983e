// What a soak found, as a table and as curves.
import {curves} from '../bench/chart.mjs';
import {compared} from './faults.mjs';

const number = (value, digits = 1) => (value === undefined ? '' : value.toLocaleString('en-US', {maximumFractionDigits: digits}));
const change = ({early, late}) => (early && late ? `${(100 * (late / early - 1)).toFixed(1)} %` : '');
const share = (value) => `${number(value * 100)} %`;
const row = (name, pair) => `| ${name} | ${number(pair.early)} | ${number(pair.late)} | ${change(pair)} |`;

export function table(found) {
  const {worker, nginx, p99} = compared(found);
  const lines = [
    `${number(found.seconds)} s, ${found.readers} steady readers, ${number(found.rate)} events/s: the worker took ${share(found.cpu.worker)} of a core, nginx ${share(found.cpu.nginx)}`,
    `Ready to run, and without a CPU: the worker for ${share(found.waited.worker)} of the time, nginx for ${share(found.waited.nginx)}`,
    '',
    '| | second quarter | last quarter | change |',
    '|---|---|---|---|',
    row('worker, resident memory, MiB', worker.mib),
    row('nginx, resident memory, MiB', nginx.mib),
    row('worker, descriptors', worker.descriptors),
    row('nginx, descriptors', nginx.descriptors),
    row('from publisher to reader, p99, ms', p99),
    '',
    '| | before | after the last client |',
    '|---|---|---|',
    ...['worker', 'nginx'].map((name) => `| ${name}, descriptors | ${found.before[name].descriptors} | ${found.after[name].descriptors} |`),
    '',
    '| readers | events acknowledged | lost | repeated | reconnects |',
    '|---|---|---|---|---|',
    ...Object.entries(found.parts).map(([name, {title, acknowledged, lost, repeated, reconnects}]) =>
      `| ${name}: ${title} | ${[acknowledged, lost, repeated, reconnects].map((value) => number(value)).join(' | ')} |`),
  ];
  return lines.join('\n');
}

// A dozen round numbers of minutes, or fewer.
function ticks(minutes) {
  const step = [0.25, 0.5, 1, 2, 5, 10, 20, 60].find((each) => minutes / each <= 12) ?? Math.ceil(minutes / 12);
  return Array.from({length: Math.floor(minutes / step) + 1}, (_, n) => n * step);
}

export function chart({seconds, samples, rounds}) {
  const panel = (title, list, lines) => ({
    title: `${title}, over minutes`,
    x: list.map(({second}) => second / 60),
    ticks: ticks(seconds / 60),
    dots: false,
    lines: lines.map(([name, of]) => ({title: name, y: list.map(of)})),
  });
  return curves([
    panel('Resident memory, MiB', samples, [['worker', ({worker}) => worker.mib], ['nginx', ({nginx}) => nginx.mib]]),
    panel('Descriptors', samples, [['worker', ({worker}) => worker.descriptors], ['nginx', ({nginx}) => nginx.descriptors]]),
    panel('From publisher to reader, p99 of each round, ms', rounds, [['p99', ({p99}) => p99]]),
    panel('Ready to run, and without a CPU, % of each round', rounds,
      [['worker', ({waited}) => waited.worker * 100], ['nginx', ({waited}) => waited.nginx * 100]]),
  ]);
}
