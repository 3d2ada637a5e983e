// What happens to the worker meanwhile: its memory now and at most, and what its limits counted.
import fs from 'node:fs';
import {residentMiB} from '../../lib/memory.mjs';
import {until} from '../../lib/wait.mjs';

// The most a process ever took, from now on; the kernel keeps it, so nothing falls between two looks.
export function forgetMost(pid) {
  fs.writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

export function mostMiB(pid) {
  const [, kib] = /^VmHWM:\s+(\d+) kB/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(kib) / 1024;
}

// The allocator gives memory back over about ten seconds, and only while something is allocated: so the worker is asked something
// now and then. What is left when it has not changed for three seconds, or after 20.
export async function settledMiB(worker) {
  let [last, since] = [residentMiB(worker.pid), Date.now()];
  const began = since;
  await until(async () => {
    await worker.metrics();
    const now = residentMiB(worker.pid);
    if (Math.abs(now - last) > last / 200) [last, since] = [now, Date.now()];
    return Date.now() - since > 3000 || Date.now() - began > 20_000;
  }, 'the memory has settled', 30_000);
  return residentMiB(worker.pid);
}

// Memory that is back within `share` of what it was, or as much as there is after `ms`.
export async function backMiB(worker, before, share = 0.05, ms = 40_000) {
  const back = async () => {
    await worker.metrics();
    return residentMiB(worker.pid) <= before * (1 + share);
  };
  await until(back, 'the memory is back', ms).catch(() => {});
  return settledMiB(worker);
}

const counted = ['sse_worker_limit_reached_total', 'sse_worker_refused_connections_total', 'sse_worker_stream_closes_total',
  'sse_worker_rejected_events_total', 'sse_worker_gaps_total', 'sse_worker_accept_pauses_total', 'sse_worker_stream_opens_total'];

// Every counter of refusals and ends, by name and label, that has moved from `before` to `after`.
export function moved(before, after) {
  const rows = after.samples.filter(({name}) => counted.includes(name)).map(({name, labels, value}) => {
    const label = Object.values(labels).join(',');
    return [`${name.replace(/^sse_worker_|_total$/g, '')}${label && ` ${label}`}`, value - (before.value(name, labels) ?? 0)];
  });
  return rows.filter(([, count]) => count > 0);
}

// The loop's lag: how many of the looks at it (four a second) were later than `seconds`, of how many.
export function lag(before, after, seconds) {
  const of = (metrics, le) => metrics.value('sse_worker_loop_lag_seconds_bucket', {le}) ?? 0;
  const all = of(after, '+Inf') - of(before, '+Inf');
  const within = of(after, String(seconds)) - of(before, String(seconds));
  return {looks: all, later: all - within};
}
