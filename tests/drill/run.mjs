// Takes the drills that are named, or all, one after the other, and prints a table of them.
import {mkdirSync, writeFileSync} from 'node:fs';
import {drills, faults} from './drills.mjs';
import {Scope} from '../lib/scope.mjs';

// SCALE (1): how much of the hostile clients, for trying things out.
const scale = Number(process.env.SCALE ?? 1);
const scaled = (options) => ('scale' in options ? {...options, scale: options.scale * scale, readers: Math.round(options.readers * scale)} : options);

const wanted = process.argv.slice(2);
for (const name of wanted) {
  if (Object.hasOwn(drills, name)) continue;
  console.error(`run: there is no drill ${name}; there are ${Object.keys(drills).join(', ')}`);
  process.exit(2);
}
const rows = [];
for (const [name, {title, run, long}] of Object.entries(drills)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stderr.write(`${title} ...\n`);
  const scope = new Scope();
  const began = performance.now();
  try {
    const figures = await run(scope, {...scaled(long), say: (line) => process.stderr.write(`${line}\n`)});
    rows.push({name, title, seconds: (performance.now() - began) / 1000, ...figures});
  } catch (error) {
    rows.push({name, title, failed: error.message.split('\n')[0]});
  } finally {
    await scope.close();
  }
}

const number = (value) => (value === undefined ? '' : value.toLocaleString('en-US', {maximumFractionDigits: 1}));
const known = new Set(['name', 'title', 'seconds', 'tried', 'acknowledged', 'lost', 'repeated', 'reordered', 'gaps', 'unmet', 'lines', 'wrong']);
const rest = (row) => Object.entries(row).filter(([key]) => !known.has(key))
  .map(([key, value]) => `${key.replaceAll('_', ' ')}: ${typeof value === 'number' ? number(value) : value}`).join(', ');
console.log('\n| fault | times tried | events acknowledged | lost | repeated | |\n|---|---|---|---|---|---|');
for (const row of rows) {
  console.log(`| ${row.title} | ${[row.tried, row.acknowledged, row.lost, row.repeated].map(number).join(' | ')} | ${rest(row)} |`);
}
for (const row of rows) if (row.lines) console.log(`\n${row.title}\n${row.lines.join('\n')}`);
mkdirSync('build/drill', {recursive: true});
writeFileSync('build/drill/drill.json', `${JSON.stringify(rows, null, 2)}\n`);
const wrong = rows.flatMap((row) => (row.failed ? [`${row.title}: ${row.failed}`] : row.skipped ? [] : faults(row).map((fault) => `${row.title}: ${fault}`)));
for (const sentence of wrong) console.error(`FAILED: ${sentence}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
