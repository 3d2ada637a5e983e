// The figures as a table for people, with the machine above and the verdict below.
import {bounded} from './figures.mjs';

const round = (value) => Number(value.toFixed(value >= 100 || Number.isInteger(value) ? 0 : value >= 10 ? 1 : 2));
export const number = (value) => round(value).toLocaleString('en-US');

export function shown(value, unit) {
  if (!value) return '-';
  const range = value.least === value.most ? '' : ` (${number(value.least)}..${number(value.most)})`;
  return `${number(value.median)}${unit && ` ${unit}`}${range}`;
}

// Rows of texts, the first of which is the heading.
export function printColumns(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) => row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd();
  console.log(line(rows[0]));
  console.log(widths.map((width) => '-'.repeat(width)).join('  '));
  for (const row of rows.slice(1)) console.log(line(row));
}

export function printTable({title, columns}, {machine, rounds, figures, reached}, path) {
  const names = Object.keys(columns);
  const rows = [
    ['figure', ...names.map((name) => columns[name]), 'target', 'reached'],
    ...figures.map((figure) => [
      figure.name,
      ...names.map((name) => shown(figure.taken[name], figure.unit)),
      bounded(figure),
      figure.reached === null ? '' : figure.reached ? 'yes' : 'NO',
    ]),
  ];
  console.log(`\n${title}: ${machine.worker} behind nginx ${machine.nginx}; ${machine.cpus}, Linux ${machine.kernel}`);
  console.log(`load average ${machine.load_average_before.toFixed(2)} before, ${machine.load_average_after.toFixed(2)} after; ` +
    `the load client runs on the same machine`);
  console.log(`median of ${rounds.length} rounds (least..most)\n`);
  printColumns(rows);
  console.log(`\n${reached ? 'every target reached' : 'NOT every target reached'}; all reports are in ${path}`);
}
