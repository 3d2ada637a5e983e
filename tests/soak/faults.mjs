// What a soak found, and what is wrong with it. The first quarter is warm-up: histories fill, allocators get their arenas. The second
// quarter is compared with the last one, by their medians.
export const limits = {memory_growth: 0.02, p99_growth: 0.25, p99_noise_ms: 1};

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

// Of a list of {second, …}: the median of `of` in the second and in the last quarter of the time; undefined where there is none.
export function quarters(list, seconds, of) {
  const between = (from, to) => median(list.filter(({second}) => second >= from * seconds && second <= to * seconds).map(of));
  return {early: between(0.25, 0.5), late: between(0.75, 1)};
}

export function compared({seconds, samples, rounds}) {
  const of = (process, what) => quarters(samples, seconds, (sample) => sample[process][what]);
  return {
    worker: {mib: of('worker', 'mib'), descriptors: of('worker', 'descriptors')},
    nginx: {mib: of('nginx', 'mib'), descriptors: of('nginx', 'descriptors')},
    p99: quarters(rounds, seconds, ({p99}) => p99),
  };
}

const percent = (value) => `${(value * 100).toFixed(1)} %`;

// In sentences. `steady: false` leaves out what a short run cannot tell.
export function faults(found, {steady = true} = {}) {
  const wrong = [];
  const {worker, p99} = compared(found);
  if (steady) {
    if (!worker.mib.early || !p99.early || !p99.late) wrong.push('too short: there is nothing to compare');
    const growth = worker.mib.late / worker.mib.early - 1;
    if (growth > limits.memory_growth) wrong.push(`the worker's memory grew by ${percent(growth)}, ${percent(limits.memory_growth)} at most is flat`);
    if (p99.late > p99.early * (1 + limits.p99_growth) + limits.p99_noise_ms) wrong.push(`p99 grew from ${p99.early.toFixed(1)} ms to ${p99.late.toFixed(1)} ms`);
  }
  for (const process of ['worker', 'nginx']) {
    const [before, after] = [found.before[process].descriptors, found.after[process].descriptors];
    if (after > before) wrong.push(`${process} has ${after - before} descriptors more than before, with no client left`);
  }
  for (const [name, part] of Object.entries(found.parts)) {
    for (const what of ['lost', 'repeated', 'reordered', 'unacknowledged']) if (part[what] > 0) wrong.push(`${name}: ${part[what]} ${what}`);
    if (part.unfinished > 0) wrong.push(`${name}: ${part.unfinished} runs were not over in time, and waited for ${part.outstanding} deliveries`);
    if (part.acknowledged === 0) wrong.push(`${name}: nothing was published`);
  }
  if (found.parts.steady.reconnects > 0) wrong.push(`steady: ${found.parts.steady.reconnects} reconnects`);
  return wrong;
}
