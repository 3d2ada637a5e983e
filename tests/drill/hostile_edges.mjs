// Each kind of hostile client alone, at its limit and one past it: what is at the limit is served, what is past it gets a clear
// answer or a cut that is counted; and afterwards the worker's memory is what it was.
import {startHub} from '../lib/hub.mjs';
import {sanitized} from '../lib/memory.mjs';
import {edges} from './hostile/edges.mjs';
import {fillHistory} from './hostile/history.mjs';
import {shipped} from './hostile/shipped.mjs';
import {backMiB, moved, settledMiB} from './hostile/watch.mjs';

const bounds = {streams: 60, pending: 100, body: 2 << 20, event: shipped('event_bytes_max'), outbox: shipped('outbox_bytes_max'),
  head: shipped('head_bytes_max')};
const settings = {
  // A reader who takes nothing is cut sooner than by default, where the worker has a time for that.
  streams: {max: bounds.streams, outbox_bytes_max: bounds.outbox, ...(shipped('stall_seconds') && {stall_seconds: 2})},
  fastcgi: {pending_max: bounds.pending, deadline_seconds: 1, body_bytes_max: bounds.body, head_bytes_max: bounds.head},
  publish: {event_bytes_max: bounds.event},
};

// {line, wrong}: one edge of one kind. What is past the limit has to be refused with a status, or counted under `counts`.
async function judge(hub, kind, {what, at, past, counts, counted = 1}) {
  const count = async () => moved({value: () => 0}, await hub.metrics()).find(([name]) => name === counts)?.[1] ?? 0;
  const start = counts && (await count());
  const served = await at();
  const middle = counts && (await count());
  const refused = await past();
  const more = counts ? (await count()) - middle : 0;
  const line = `${kind}: ${what}: at the limit ${served}; past it ${refused}${counts ? `, counted ${more} as ${counts}` : ''}`;
  const wrong = [];
  if (!/^(2\d\d |kept)/.test(served) || (counts && middle > start)) wrong.push(`${line}: what is at the limit is refused`);
  if (counts ? more < counted : !/^[45]\d\d /.test(refused)) wrong.push(`${line}: what is past the limit is not`);
  return {line, wrong};
}

// With `each` the memory is compared after each kind, else once after all. It is to be back within `share`.
export async function hostileEdges(t, {each, fills, share}) {
  const hub = await startHub(t, settings, {nginx: {whole: true, workers: 1, connections: 4096}});
  const {pid} = hub.worker;
  await fillHistory(hub, fills);
  const before = await settledMiB(hub.worker);
  const [lines, wrong] = [[], []];
  const compare = async (kind) => {
    await fillHistory(hub);
    const back = await backMiB(hub.worker, before, share);
    lines.push(`${kind}: worker memory ${before.toFixed(1)} MiB before, ${back.toFixed(1)} after`);
    if (!sanitized(pid) && back > before * (1 + share)) wrong.push(lines.at(-1));
  };
  for (const [kind, all] of Object.entries(edges)) {
    for (const edge of all(hub, bounds)) {
      const judged = await judge(hub, kind, edge);
      lines.push(judged.line);
      wrong.push(...judged.wrong);
    }
    if (each) await compare(kind);
  }
  if (!each) await compare('all kinds');
  const {samples} = await hub.metrics();
  const published = samples.find(({name}) => name === 'sse_worker_published_events_total').value;
  return {tried: Object.keys(edges).length, acknowledged: published, lost: 0, repeated: 0, lines, wrong};
}
