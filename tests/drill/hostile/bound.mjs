// How much memory the worker may take under the attack, worked out from its configured bounds and from how many hostile clients
// there are, before they begin.
import {scaled} from './crowd.mjs';
import {shares} from './long_topics.mjs';
import {topicsPerLine} from './shipped.mjs';

const KiB = 1024;
export const MiB = 1024 * KiB;

// What the worker keeps of one stream beside its subscription: docs/benchmarks.md, memory of an idle reader, and its share of buffers.
const streamBytes = 2 * KiB;
// A name of 1,024 bytes is in the table of cohorts and in the table of routes; the allocator gives each 1,280, and the tables add a
// little.
const nameBytes = 2.75 * KiB;
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
    ['names of 1,024 bytes that come as a body: streams.topics_max of each reader', long * shares.body * limits.topics, nameBytes],
    ["names that come to the worker's socket: fastcgi.head_bytes_max of each reader", long * shares.own * 63, nameBytes],
    ["names that come in an address: a line of nginx's of each reader", long * shares.address * topicsPerLine, nameBytes],
    ['streams that take nothing: a slice, an event, and streams.outbox_bytes_max', stalled, sliceBytes + limits.event + limits.outbox],
    ['silent peers: fastcgi.head_bytes_max', scaled(2000, scale), limits.head],
    ['publishes under way: eight of event_bytes_max', 8, copiesOfEvent * limits.event],
  ];
}

// What may be left afterwards. Beside the 5 %, what the allocator needs to keep book of what it once gave out, and the tables
// that grew for names: 1.5 % of the most, measured.
export const leftAfter = (before, most) => before * 1.05 + (most - before) * 0.015;

export const total = (rows) => rows.reduce((sum, [, count, bytes]) => sum + count * bytes, 0);

export const boundLines = (rows) => rows.map(([what, count, bytes]) =>
  `  ${((count * bytes) / MiB).toFixed(1).padStart(8)} MiB  ${what}${count > 1 ? ` (${Math.round(count).toLocaleString('en-US')})` : ''}`);
