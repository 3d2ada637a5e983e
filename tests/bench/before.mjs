// The worker beside another build of it (see systems/previous.mjs): what a change costs, in one run. Scenarios are those of
// `compare` and `hub` that tell most, and those of `durable`. The two builds take turns to be first.
import {durable} from './durable.mjs';
import {measures} from './measures.mjs';
import {scenarios as compared} from './scenarios.mjs';

const least = 0.98;
const held = 10_000;

const memory = ['worker', 'previous'];
const kept = {sqlite: ['sqlite', 'sqlite_previous'], redis: ['redis', 'redis_previous']};
const replay = ['back_all', 'worker', 'nginx', 'client', 'others'];

const of = (scenario, systems) => ({...scenario, systems});
const durables = (name) => Object.fromEntries(Object.entries(kept).map(([store, systems]) => [`${store}_${name}`, of(durable.scenarios[name], systems)]));

const scenarios = {
  ...Object.fromEntries(['saturated', 'steady', 'wide', 'topics', 'tokens', 'singles', 'batches', 'many'].map((name) => [name, of(compared[name], memory)])),
  // All leave with the first event, and come back for the others when these are published.
  returned: {
    title: `1,000 readers return for ${held.toLocaleString('en-US')} events`,
    systems: memory,
    shown: replay,
    of: () => ['--streams', 1000, '--topic', 'news', '--leave-after', 1, '--publish-count', held, '--publish-batch', 400],
  },
  ...durables('singles'),
  ...durables('batches'),
  ...durables('saturated'),
  ...durables('steady'),
};

const take = (round, scenario, measure, system) => {
  const report = round[scenario]?.[system];
  return report ? measures[measure].of(report) : NaN;
};

// More is better: this build over the previous one. Less is better: the previous one over this build.
const ratio = (scenario, measure, text, moreIsBetter) => {
  const [ours, theirs] = scenarios[scenario].systems;
  return {
    text: `${scenario}: ${text}${moreIsBetter ? '' : ' (previous over this)'}`,
    scenario,
    at_least: least,
    of: (round) => {
      const value = take(round, scenario, measure, ours) / take(round, scenario, measure, theirs);
      return moreIsBetter ? value : 1 / value;
    },
  };
};
const names = Object.keys(scenarios);
const ending = (...endings) => names.filter((name) => endings.some((each) => name === each || name.endsWith(`_${each}`)));

export const before = {
  name: 'before',
  title: 'beside the previous build',
  alternates: true,
  scenarios,
  targets: [
    ...ending('saturated').map((name) => ratio(name, 'rate', 'deliveries/s', true)),
    ...ending('steady', 'wide', 'topics', 'tokens').map((name) => ratio(name, 'worker', 'CPU of the worker per delivery', false)),
    ...ending('singles', 'batches').map((name) => ratio(name, 'published', 'events/s', true)),
    ...ending('singles', 'batches').map((name) => ratio(name, 'worker', 'CPU of the worker per event', false)),
    ratio('many', 'worker_memory', 'worker memory per idle stream', false),
    ratio('returned', 'back_all', 'time until all have them', false),
  ],
  chart: () => '',
};
