// Which figures are shown, in their order: what each is called, where it comes from, and how it reads.

import {bytes, count, percent, time} from './format.js';

const perSecond = (text) => (text === '–' ? text : `${text}/s`);

// keys: what is drawn, one line each; the first is the value, the second, which is dashed, what the note says. note(values): a short line
// below. Streams of statistics are counted as streams, but not what they deliver.
export const charts = [
  {title: 'Streams open', keys: ['streams'], show: count, least: 10, note: (v) => `of ${count(v.streams_max)}, with this one`},
  {title: 'Events delivered', keys: ['events'], show: (v) => perSecond(count(v)), least: 10, note: () => 'without statistics'},
  {title: 'Bytes delivered', keys: ['bytes'], show: (v) => perSecond(bytes(v)), least: 1000, note: () => 'without statistics'},
  {title: 'Events published', keys: ['published'], show: (v) => perSecond(count(v)), least: 10, note: () => 'by all backends'},
  {title: 'Publish time', keys: ['publish', 'publish99'], show: time, least: 0.0005, note: (v) => `p99 ${time(v.publish99)}`},
  {title: 'Delivery time', keys: ['delivery', 'delivery99'], show: time, least: 0.001, note: (v) => `p99 ${time(v.delivery99)}`},
  {title: 'Events per flush', keys: ['flush'], show: count, least: 5, note: (v) => `${count(v.flushes)} flushes/s`},
  {title: 'Loop lag', keys: ['lag', 'lag99'], show: time, least: 0.001, note: (v) => `p99 ${time(v.lag99)}`},
  {title: 'Stalled closes', keys: ['slow'], show: (v) => perSecond(count(v)), least: 5, note: (v) => `${count(v.slow_total)} since the start`},
  {title: 'Bytes waiting', keys: ['waiting'], show: bytes, least: 1000, note: () => 'for slow clients'},
  {title: 'CPU (one core)', keys: ['processor'], show: percent, least: 0.1, note: () => 'of the worker'},
  {title: 'Memory', keys: ['memory'], show: bytes, least: 1e6, note: (v) => `history ${bytes(v.history_bytes)}`},
];

export const totals = [
  {title: 'Events retained', show: (v) => count(v.history_events), note: (v) => bytes(v.history_bytes)},
  {title: 'Gaps reported', show: (v) => count(v.gaps), note: () => 'to clients that were offline too long'},
  {title: 'Limits reached', show: (v) => count(v.limits), note: () => 'requests, streams or events refused'},
  {title: 'Events rejected', show: (v) => count(v.rejected), note: () => 'publishers get the reason'},
];

// How long the open streams have been open; the worker counts them a thousand a second.
export const ages = [['under_1m', 'Under 1 min'], ['under_10m', '1 to 10 min'], ['under_1h', '10 min to 1 h'], ['under_1d', '1 h to 1 day'], ['over_1d', 'Over 1 day']]
  .map(([key, title]) => ({key, title, show: (v) => count(v.ages?.[key])}));

const busiestMost = 10;

// No counter of a worker gets anywhere near it.
const most = 1e15;
const number = (value) => (typeof value === 'number' && value >= 0 && value < most ? value : null);

// An event of the stream as the values above. What it does not have, or what is no number, is null. before: those of the event
// before it, if nothing lies between.
export function valuesOf(figures, before) {
  const slowTotal = number(figures.stalled_closes_total);
  const seconds = number(figures.seconds);
  const news = before && slowTotal !== null && before.slow_total !== null && slowTotal >= before.slow_total;
  return {
    streams: number(figures.streams),
    streams_max: number(figures.streams_max),
    events: number(figures.delivered_events_per_second),
    bytes: number(figures.delivered_bytes_per_second),
    published: number(figures.published_events_per_second),
    flush: number(figures.events_per_flush),
    flushes: number(figures.flushes_per_second),
    publish: number(figures.publish_seconds?.p50),
    publish99: number(figures.publish_seconds?.p99),
    delivery: number(figures.delivery_seconds?.p50),
    delivery99: number(figures.delivery_seconds?.p99),
    waiting: sum(number(figures.outbox_bytes), number(figures.unread_bytes)),
    lag: number(figures.loop_lag_seconds?.p50),
    lag99: number(figures.loop_lag_seconds?.p99),
    slow: news && seconds ? (slowTotal - before.slow_total) / seconds : null,
    slow_total: slowTotal,
    processor: number(figures.cpu_cores),
    memory: number(figures.memory_bytes),
    history_events: number(figures.history_events),
    history_bytes: number(figures.history_bytes),
    gaps: number(figures.gaps_total),
    limits: number(figures.limit_reached_total),
    rejected: number(figures.rejected_events_total),
    ages: Object.fromEntries(ages.map(({key}) => [key, number(figures.streams_by_age?.[key])])),
    busiest: busiestOf(figures.busiest_topics),
  };
}

const sum = (one, other) => (one === null || other === null ? null : one + other);

// None where the worker does not name topics.
function busiestOf(list) {
  if (!Array.isArray(list)) return null;
  return list.map((each) => ({topic: each?.topic, rate: number(each?.events_per_second)}))
    .filter(({topic, rate}) => typeof topic === 'string' && rate !== null)
    .slice(0, busiestMost);
}
