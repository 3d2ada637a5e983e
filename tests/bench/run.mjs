// Takes the suites that are named, or all: several rounds of each, all columns in every round, so that a change of the
// machine's mood meets each of them.
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { join } from 'node:path';
import { build, results } from './processes.mjs';
import { figures } from './figures.mjs';
import { greeting } from './greeting.mjs';
import { hub } from './hub.mjs';
import { printTable } from './table.mjs';

const suites = { greeting, hub };
const rounds = Number(process.env.ROUNDS || 3);

function die(sentence) {
  console.error(`run: ${sentence}`);
  process.exit(1);
}

function machine() {
  const version = (command, ...args) => execFileSync('sh', ['-c', `${[command, ...args].join(' ')} 2>&1`]).toString().trim();
  return {
    cpus: `${cpus().length} x ${cpus()[0].model}`,
    kernel: release(),
    nginx: version('PATH=$PATH:/usr/sbin', 'nginx', '-v').replace(/^.*nginx\//, ''),
    worker: version(join(build, 'sse-worker'), '--version'),
    load_average_before: loadavg()[0],
  };
}

async function take(suite) {
  const document = { machine: machine(), rounds: [] };
  for (let round = 1; round <= rounds; ++round) {
    const taken = {};
    for (const column of Object.keys(suite.columns)) {
      process.stderr.write(`${suite.name}, round ${round} of ${rounds}, ${suite.columns[column]}\n`);
      taken[column] = await suite.measure(column);
    }
    document.rounds.push(taken);
  }
  document.machine.load_average_after = loadavg()[0];
  document.figures = figures(suite, document.rounds);
  document.reached = document.figures.every((figure) => figure.reached !== false);
  const path = join(results, `${suite.name}.json`);
  writeFileSync(path, `${JSON.stringify(document, null, 2)}\n`);
  printTable(suite, document, path);
  return document.reached;
}

for (const name of ['sse-worker', 'sse-load']) {
  if (!existsSync(join(build, name))) die(`there is no ${join(build, name)}; make build makes it`);
}
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(suites);
for (const name of names) {
  if (!Object.hasOwn(suites, name)) die(`there is no suite ${name}; there are ${Object.keys(suites).join(' and ')}`);
}
for (const name of names) {
  if (!(await take(suites[name]))) process.exitCode = 1;
}
