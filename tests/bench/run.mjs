// Takes the suites that are named, or all. A suite of columns (greeting, hub, slow, turns, access, mercure, presence, selectors, cluster) or of systems (durable, growth, compare, publishing): several rounds,
// all of it in every round, so that a change of the machine's mood meets everything.
import {execFileSync} from 'node:child_process';
import {existsSync, writeFileSync} from 'node:fs';
import {cpus, loadavg, release} from 'node:os';
import {join} from 'node:path';
import {access} from './access.mjs';
import {before} from './before.mjs';
import {cluster} from './cluster.mjs';
import {compare} from './compare.mjs';
import {absent, takeRound} from './comparison.mjs';
import {judged, printComparison, problemsOf} from './comparison_table.mjs';
import {durable} from './durable.mjs';
import {figures, spread} from './figures.mjs';
import {greeting} from './greeting.mjs';
import {growth} from './growth.mjs';
import {hub} from './hub.mjs';
import {mercure} from './mercure.mjs';
import {build} from '../lib/places.mjs';
import {presence} from './presence.mjs';
import {publishing} from './publishing.mjs';
import {results} from './results.mjs';
import {selectorsSuite as selectors} from './selectors.mjs';
import {slow} from './slow.mjs';
import {withoutPrevious} from './systems/previous.mjs';
import {printTable} from './table.mjs';
import {turnsSuite as turns} from './turns.mjs';

const suites = {greeting, hub, slow, durable, growth, compare, publishing, before, turns, access, mercure, presence, selectors, cluster};
const rounds = Number(process.env.ROUNDS || 3);
const say = (text) => process.stderr.write(`${text}\n`);

function die(sentence) {
  console.error(`run: ${sentence}`);
  process.exit(1);
}

function machine() {
  const version = (command, ...args) => execFileSync('sh', ['-c', `${[command, ...args].join(' ')} 2>&1`]).toString().trim();
  return {
    cpus: `${cpus().length} x ${cpus()[0].model}`,
    kernel: release(),
    nginx: version('nginx', '-v').replace(/^.*nginx\//, ''),
    worker: version(join(build, 'sse-worker'), '--version'),
    load_average_before: loadavg()[0],
  };
}

const save = (name, ending, text) => {
  const path = join(results, `${name}.${ending}`);
  writeFileSync(path, text);
  return path;
};
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

async function takeColumns(suite) {
  const document = {machine: machine(), rounds: []};
  for (let round = 1; round <= rounds; ++round) {
    const taken = {};
    for (const column of Object.keys(suite.columns)) {
      say(`${suite.name}, round ${round} of ${rounds}, ${suite.columns[column]}`);
      taken[column] = await suite.measure(column);
    }
    document.rounds.push(taken);
  }
  document.machine.load_average_after = loadavg()[0];
  document.figures = figures(suite, document.rounds);
  document.reached = document.figures.every((figure) => figure.reached !== false);
  printTable(suite, document, save(suite.name, 'json', json(document)));
  return document.reached;
}

// `wanted`: names of scenarios, or none for all; then nobody asks about the targets of the others.
async function takeSystems(suite, wanted) {
  const document = {machine: machine(), absent: absent(suite, wanted), rounds: []};
  for (let round = 1; round <= rounds; ++round) {
    const note = (text) => say(`${suite.name}, round ${round} of ${rounds}, ${text}`);
    document.rounds.push(await takeRound(suite, wanted, note, suite.alternates && round % 2 === 0));
  }
  document.machine.load_average_after = loadavg()[0];
  document.problems = problemsOf(suite, document.rounds);
  const asked = suite.targets.filter(({scenario}) => wanted.length === 0 || (scenario && wanted.includes(scenario)));
  document.verdict = asked.map((target) => judged(target, document.rounds));
  document.reached = document.problems.length === 0 && document.verdict.every(({reached}) => reached !== false);
  const files = [save(suite.name, 'json', json(document))];
  const chart = wanted.length === 0 && suite.chart(document.rounds, (values) => spread(values)?.median ?? NaN);
  if (chart) files.push(save(suite.name, 'svg', chart));
  printComparison(suite, document, files);
  return document.reached;
}

for (const name of ['sse-worker', 'sse-load', 'sse-floor']) {
  if (!existsSync(join(build, name))) die(`there is no ${join(build, name)}; make build-tests makes it`);
}
// A suite, then perhaps scenarios of it, then perhaps another suite.
const wanted = new Map();
for (const name of process.argv.slice(2)) {
  const suite = [...wanted.keys()].at(-1);
  if (Object.hasOwn(suites, name)) wanted.set(name, []);
  else if (suite && Object.hasOwn(suites[suite].scenarios ?? {}, name)) wanted.get(suite).push(name);
  else die(`there is no suite ${name}${suite ? `, nor a scenario of ${suite}` : ''}; there are ${Object.keys(suites).join(', ')}`);
}
// Beside a previous build only where there is one.
const all = Object.keys(suites).filter((name) => name !== 'before' || !withoutPrevious());
for (const [name, scenarios] of wanted.size > 0 ? wanted : all.map((each) => [each, []])) {
  const suite = suites[name];
  if (!(await (suite.scenarios ? takeSystems(suite, scenarios) : takeColumns(suite)))) process.exitCode = 1;
}
