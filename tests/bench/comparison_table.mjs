// A comparison for people: a table for each scenario, medians, and the worker's figures over each system's (the ratio of each
// round, then their median); then what went wrong, then the verdict, target by target.
import {complaints} from './comparison.mjs';
import {bounded, reaches, spread} from './figures.mjs';
import {measures} from './measures.mjs';
import {systems} from './systems/index.mjs';
import {number, printColumns, shown} from './table.mjs';

const compared = ['rate', 'published', 'p99', 'cpu', 'worker', 'memory', 'worker_memory', 'back_all'];

function printScenario(name, scenario, rounds) {
  const figure = (system, measure) => spread(rounds.map((round) => measures[measure].of(round[name][system])));
  const ratio = (system, measure) =>
    spread(rounds.map((round) => measures[measure].of(round[name].worker) / measures[measure].of(round[name][system])));
  const present = Object.keys(rounds[0][name]);
  const beside = present.length > 1 && present.includes('worker') ? scenario.shown.filter((measure) => compared.includes(measure)) : [];
  const cell = (value) => (value ? number(value.median) : '-');
  console.log(`\n${name}: ${scenario.title}`);
  printColumns([
    ['', ...scenario.shown.map((measure) => measures[measure].title), ...beside.map((measure) => `x ${measures[measure].title}`)],
    ...present.map((system) => [
      systems[system].title,
      ...scenario.shown.map((measure) => cell(figure(system, measure))),
      ...beside.map((measure) => (system === 'worker' ? '' : cell(ratio(system, measure)))),
    ]),
  ]);
}

// Of a target: what was measured, and whether it reaches; nothing where a system was left out.
export function judged(target, rounds) {
  const taken = spread(rounds.map((round) => target.of(round)));
  const {of, ...rest} = target;
  return {...rest, unit: target.unit ?? '', taken, reached: taken ? reaches(target, [taken], 'median') : null};
}

export function printComparison(suite, document, files) {
  const {machine, rounds, verdict, problems, absent} = document;
  console.log(`\n${suite.title}: ${machine.worker} and others, nginx ${machine.nginx}; ${machine.cpus}, Linux ${machine.kernel}`);
  console.log(`load average ${number(machine.load_average_before)} before, ${number(machine.load_average_after)} after; the load ` +
    'client runs on the same machine');
  console.log(`medians of ${rounds.length} rounds; CPU is per delivery, or per event where nobody reads; x: sse-worker over this one`);
  for (const line of absent) console.log(line);
  for (const name of Object.keys(rounds[0])) printScenario(name, suite.scenarios[name], rounds);
  console.log('');
  const answer = ({reached, taken, ...target}) => (!taken ? 'not measured' : bounded(target) ? (reached ? 'yes' : 'NO') : '');
  printColumns([
    ['target', 'measured', 'wanted', 'reached'],
    ...verdict.map((target) => [target.text, shown(target.taken, target.unit), bounded(target), answer(target)]),
  ]);
  for (const problem of problems) console.log(`FAILED: ${problem}`);
  const missed = verdict.filter(({reached}) => reached === false).length;
  console.log(`\n${problems.length > 0 ? 'the run FAILED' : missed > 0 ? `${missed} targets NOT reached` : 'every target that was measured is reached'}; ` +
    `see ${files.join(' and ')}`);
}

// What must not be, in any round, as sentences.
export const problemsOf = (suite, rounds) => rounds.flatMap((round, index) => Object.entries(round).flatMap(([name, reports]) =>
  Object.entries(reports).flatMap(([system, report]) => complaints(suite.scenarios[name], report)
    .map((text) => `round ${index + 1}, ${name}, ${systems[system].title}: ${text}`))));
