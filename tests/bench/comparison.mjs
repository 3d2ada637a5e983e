// Takes a comparison: in every round each scenario, in it each system, fresh and warmed up, one after the other; so that what
// is compared was measured within a minute, and a change of the machine's mood meets all.
import {failedStreams} from './figures.mjs';
import {load, watching} from './load.mjs';
import {systems} from './systems/index.mjs';

// The first requests and publishes bring in code and allocator pages that are no stream's cost. Nchan, right after its start and beside other
// load, was once seen to lose all that was published.
export const warm = (where, system) => load(...where, '--streams', 20, '--topic', 'warm', '--publish-count', 400, '--publish-batch',
  system.batches ? 20 : 1);

async function measure(scenario, system) {
  const running = await system.start(scenario.config?.(), {tls: scenario.tls});
  try {
    const where = ['--url', running.events, '--publish-url', running.publish, ...(system.reading ?? []), ...(scenario.reading ?? []),
      ...(system.publishing ?? [])];
    await warm(where, system);
    const report = scenario.measure
      ? await scenario.measure(running)
      : await load(...where, ...scenario.of(system), '--duration', '20s', ...watching(running.pids));
    if (complaints(scenario, report).length > 0) report.nginx_complaints = running.complaints();
    return report;
  } finally {
    await running.stop();
  }
}

const sum = (counts) => counts.reduce((total, count) => total + count, 0);

// What must not be, whatever the figures: an event lost, there twice or out of order; a stream that failed; a publish that was
// not taken.
export function complaints(scenario, {deliveries, streams, publish, ...report}) {
  const counts = {
    lost: deliveries.lost,
    repeated: deliveries.repeated,
    reordered: deliveries.reordered,
    foreign: deliveries.foreign,
    'streams that failed': scenario.streamsEnd ? 0 : failedStreams({streams, ...report}),
    'publishes refused': scenario.streamsEnd ? 0 : publish.sent - publish.acknowledged,
    'requests and publish streams that failed': scenario.streamsEnd ? 0 : sum(Object.values(publish.errors)),
  };
  return Object.entries(counts).filter(([, count]) => count !== 0).map(([name, count]) => `${name}: ${count}`);
}

// By scenario, then by system: the report. `wanted`: names of scenarios; none: all. `reversed`: the last system is first.
export async function takeRound(suite, wanted, say, reversed = false) {
  const round = {};
  for (const [name, scenario] of Object.entries(suite.scenarios)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    round[name] = {};
    const present = scenario.systems.map((each) => systems[each]).filter((system) => !system.missing?.());
    for (const system of reversed ? present.reverse() : present) {
      say(`${name}, ${system.title}`);
      round[name][system.name] = await measure(scenario, system);
    }
  }
  return round;
}

// The systems that would take part and are not here, with what is to be done about it.
export function absent(suite, wanted) {
  const names = Object.entries(suite.scenarios).filter(([name]) => wanted.length === 0 || wanted.includes(name))
    .flatMap(([, scenario]) => scenario.systems);
  return [...new Set(names)].filter((name) => systems[name].missing?.())
    .map((name) => `${systems[name].title} is left out: ${systems[name].missing()}`);
}
