// How much memory the worker may take under the attack, worked out from its configured bounds and from how many hostile clients
// there are, before they begin.
import {scaled} from './crowd.mjs';

export const KiB = 1024;
export const MiB = 1024 * KiB;

// What the worker keeps of one stream beside its subscription: README, "worker memory per stream", and its share of buffers.
const streamBytes = 2 * KiB;
// A name is kept by the group of readers, in the table of groups, and in the table of routes.
const copiesOfNames = 3;
// One slice of history, which is an event at least.
const sliceBytes = 64 * KiB;
// A publish is held as its body, as the event it says, and as the frame that readers get.
const copiesOfEvent = 3;

// Rows of [what, how many, bytes each]. `limits`: the worker's configured bounds.
export function bound({before, scale, readers, limits}) {
  const stalled = scaled(200, scale) * 2;
  const long = scaled(5000, scale);
  const others = scaled(500, scale) + 400 + 400;
  return [
    ['the worker before, its history full', 1, before],
    ['history.bytes_max is met within 8 %', 1, 0.08 * limits.history],
    ['streams, honest and hostile', readers + stalled + long + others, streamBytes],
    ['names of long topics that fit an address (8 KiB), three times', long * 0.5, 8 * KiB * copiesOfNames],
    ["names as a body or at the worker's socket (gate.head_bytes_max, 100 names), three times", long * 0.5, 100 * KiB * copiesOfNames],
    ['streams that take nothing: a slice, an event, and streams.outbox_bytes_max', stalled, sliceBytes + limits.event + limits.outbox],
    ['silent peers: gate.head_bytes_max', scaled(2000, scale), limits.head],
    ['publishes under way: eight of event_bytes_max', 8, copiesOfEvent * limits.event],
  ];
}

export const total = (rows) => rows.reduce((sum, [, count, bytes]) => sum + count * bytes, 0);

export const boundLines = (rows) => rows.map(([what, count, bytes]) =>
  `  ${((count * bytes) / MiB).toFixed(1).padStart(8)} MiB  ${what}${count > 1 ? ` (${Math.round(count).toLocaleString('en-US')})` : ''}`);
