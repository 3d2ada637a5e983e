// The edges of each kind: what is at its limit, what is one past it, and the counter that has to move past it and not before, where
// it is the worker that refuses. Where nginx refuses there is a status, and nothing to count.
import {setTimeout as pause} from 'node:timers/promises';
import {begin, get, request} from '../../lib/records.mjs';
import {until} from '../../lib/wait.mjs';
import {dripping} from './byte_a_second.mjs';
import {publishing} from './flood.mjs';
import {stream as halfClosed} from './half_closed.mjs';
import {parameters} from './huge_heads.mjs';
import {longTopics, ownSocket} from './long_topics.mjs';
import {patterns} from './pattern_storm.mjs';
import {nginxBody, nginxLine, shipped, topicsPerLine} from './shipped.mjs';
import {addressOf, connect, exchange, head, query} from './wire.mjs';

const kind = 40;
const web = (hub) => ({port: hub.port});
const own = (hub) => ({socket: hub.worker.address});
const limit = (key) => `limit_reached ${key}`;

const ask = async (hub, request) => (await exchange(web(hub), addressOf(kind, 0), request)).said;
const first = async (hub, request, n = 0) => (await exchange(web(hub), addressOf(kind, n), request, {first: true})).said;

// Over the worker's own socket: the answer's status, or what happened instead. A stream is left with its first bytes.
async function askOwn(hub, bytes, ms = 15000) {
  const connection = connect(own(hub));
  let text = '';
  const ended = new Promise((resolve) => connection.on('close', resolve));
  const late = new Promise((resolve) => setTimeout(resolve, ms).unref());
  const head = new Promise((resolve) => connection.on('data', (piece) => {
    text += piece.toString('latin1');
    if (text.includes('\r\n\r\n')) resolve();
  }));
  connection.write(bytes);
  await Promise.race([ended, head, late]);
  connection.destroy();
  const status = /Status: (\d{3})/.exec(text)?.[1] ?? (text.includes('Content-Type:') ? '200' : null);
  return status ? `${status} worker's socket` : (connection.failure ?? 'closed without an answer');
}

// Readers of one topic who behave as `connection` does; `kept` ones are still open.
async function readers(hub, topic, count, make) {
  const all = Array.from({length: count}, (_, n) => {
    const connection = make(n);
    connection.write(head('GET', `/events?topic=${topic}`));
    return connection;
  });
  await hub.worker.measured((now) => now.value('sse_worker_subscribers') >= count, 'the readers are there', 10_000);
  return all;
}

// Slow readers, `count` of them: nobody is cut for what is below the bound, and everybody for what is far beyond it.
function slow(make) {
  return (hub, {outbox}) => {
    const [count, topic] = [5, `slow/${make.name}`];
    let open = [];
    const publish = (bytes, times) => Array.from({length: times}).reduce(
      (last) => last.then(() => hub.publish({topic, data: 'x'.repeat(bytes)})), Promise.resolve());
    return [{
      what: `${count} readers, streams.outbox_bytes_max published past them, then 16 MiB`,
      counts: 'stream_closes stalled',
      counted: count,
      at: async () => {
        open = await readers(hub, topic, count, (n) => make(hub, n));
        await publish(outbox / 8, 7);
        await pause(500);
        return `kept ${count}`;
      },
      past: async () => {
        const before = (await hub.metrics()).value('sse_worker_stream_closes_total', {reason: 'stalled'});
        await publish(1_000_000, 16);
        const cut = (now) => now.value('sse_worker_stream_closes_total', {reason: 'stalled'}) >= before + count;
        await hub.worker.measured(cut, 'slow readers are cut', 20_000).catch(() => {});
        for (const connection of open) connection.destroy();
        return 'cut';
      },
    }];
  };
}

const paused = (hub, n) => connect(web(hub), addressOf(kind, n)).pause();
const byte = (hub, n) => dripping(web(hub), addressOf(kind, n), 1000);

// All places taken by streams whose sockets are not read, and one more.
function places(hub, most, again) {
  let open = [];
  const take = async () => {
    open = Array.from({length: most}, (_, n) => {
      const connection = paused(hub, n);
      connection.write(head('GET', '/events?topic=load'));
      return connection;
    });
    await hub.worker.measured((now) => now.value('sse_worker_subscribers') === most, 'all places are taken', 10_000);
  };
  const leave = async () => {
    for (const connection of open) connection.destroy();
    await hub.worker.measured((now) => now.value('sse_worker_subscribers') === 0, 'all places are free', 10_000);
  };
  return {
    what: again ? 'streams.max, all left and taken again' : 'streams.max, none of them read',
    counts: limit('streams.max'),
    at: async () => {
      await take();
      if (again) await leave();
      if (again) await take();
      return `kept ${most}`;
    },
    past: async () => {
      const said = await first(hub, head('GET', '/events?topic=load'), 1000);
      await leave();
      return said;
    },
  };
}

async function unknown(hub, step) {
  const id = await hub.publish({topic: 'load', data: 'x'});
  const [, epoch, number] = /^(.*-)(\d+)$/.exec(id);
  const {said, text} = await exchange(web(hub), addressOf(kind, 0), head('GET', `/events?${query([['topic', 'load'], ['poll', '0'],
    ['lastEventId', `${epoch}${Number(number) + step}`]])}`));
  return /"reason"|"gap"/.test(text) ? `${said}, told of a gap` : said;
}

// A peer that sends and says that it sends no more: what its end was counted as is all there is to see.
async function halfClose(hub, bytes) {
  const connection = connect(own(hub), undefined, {allowHalfOpen: true});
  connection.resume();
  const ended = new Promise((resolve) => connection.on('end', resolve).on('close', resolve));
  connection.end(bytes);
  await ended;
  connection.destroy();
}

function silent(hub, most) {
  let held = [];
  const openOne = async () => {
    const peer = connect(own(hub));
    peer.resume();
    peer.began = performance.now();
    peer.on('close', () => (peer.lived = performance.now() - peer.began)).on('end', () => peer.destroy());
    await new Promise((resolve) => peer.on('connect', resolve).on('close', resolve));
    peer.write(begin().subarray(0, 8));
    return peer;
  };
  return {
    what: 'fastcgi.pending_max',
    counts: 'refused_connections full',
    // Connections that nginx keeps count as well, so the places are filled one by one until the first is refused.
    at: async () => {
      for (let n = 0; n < most - 8; ++n) held.push(await openOne());
      await pause(100);
      return held.every((peer) => peer.lived === undefined) ? `kept ${held.length}` : 'closed';
    },
    past: async () => {
      const more = [];
      for (let n = 0; n < 9; ++n) more.push(await openOne());
      await until(() => [...held, ...more].every((peer) => peer.lived !== undefined), 'all have been closed', 10_000);
      const atOnce = more.filter((peer) => peer.lived < 500).length;
      return `${atOnce} closed at once, ${held.length + more.length - atOnce} at the deadline`;
    },
  };
}

const patternsMax = shipped('patterns_max', shipped('topics_max'));
const patternsKey = shipped('patterns_max') ? 'streams.patterns_max' : 'streams.topics_max';
const storm = (count) => head('GET', `/events?${query([...patterns(count, 0), ['lastEventId', 'earliest'], ['poll', '0']])}`);
const form = (path, body) => head('POST', path, {'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': body.length}) + body;
const ndjson = (bytes) => JSON.stringify({topic: 'load', data: 'x'}).concat('\n').padEnd(bytes);
const topic = (bytes) => head('GET', `/events?poll=0&${longTopics(1, 0, bytes)}`);
const ownPublish = (bytes, cut = 0) => {
  const all = request(get('/publish', {REQUEST_METHOD: 'POST', CONTENT_TYPE: 'application/x-ndjson'}), {body: ndjson(bytes)});
  return all.subarray(0, all.length - cut);
};
// A line of so many bytes, with its end.
const line = (bytes) => {
  const target = '/events?topic=a&poll=0&x=';
  return head('GET', target.padEnd(bytes - 'GET  HTTP/1.1\r\n'.length, 'y'));
};

export const edges = {
  pattern_storm: (hub) => [
    {what: `${patternsMax} patterns`, counts: limit(patternsKey), at: () => ask(hub, storm(patternsMax)), past: () => ask(hub, storm(patternsMax + 1))},
  ],
  slow_bodies: (hub, {body}) => [
    {what: "nginx's client_max_body_size", at: async () => ((await ask(hub, form('/events', 'x'.repeat(nginxBody)))).endsWith('worker') ? 'kept, the worker answers' : 'refused'),
      past: () => ask(hub, form('/events', 'x'.repeat(nginxBody + 1)))},
    {what: 'fastcgi.body_bytes_max', counts: limit('fastcgi.body_bytes_max'), at: () => askOwn(hub, ownPublish(body)), past: () => askOwn(hub, ownPublish(body + 1))},
    {what: 'a body without its end, until fastcgi.deadline_seconds', counts: 'refused_connections deadline', at: () => askOwn(hub, ownPublish(1000)), past: () => askOwn(hub, ownPublish(1000, 9))},
  ],
  never_read: (hub, bounds) => [places(hub, bounds.streams, false), ...slow(paused)(hub, bounds)],
  byte_a_second: slow(byte),
  reconnects: (hub, {streams}) => [places(hub, streams, true)],
  flood: (hub, {event}) => [
    {what: 'publish.event_bytes_max', counts: limit('publish.event_bytes_max'),
      at: async () => (await exchange(web(hub), '127.0.0.1', publishing(event))).said, past: async () => (await exchange(web(hub), '127.0.0.1', publishing(event + 1))).said},
  ],
  long_topics: (hub) => [
    {what: 'publish.topic_bytes_max', counts: limit('publish.topic_bytes_max'), at: () => ask(hub, topic(1024)), past: () => ask(hub, topic(1025))},
    {what: "topics that fit a line of nginx's buffer", at: () => first(hub, head('GET', `/events?${longTopics(topicsPerLine, 0)}`)),
      past: () => first(hub, head('GET', `/events?${longTopics(topicsPerLine + 1, 0)}`))},
    {what: 'topics that fit fastcgi.head_bytes_max', counts: limit('fastcgi.head_bytes_max'), at: () => askOwn(hub, ownSocket(0, 63)), past: () => askOwn(hub, ownSocket(0, 64))},
  ],
  unknown_cursors: (hub) => [{what: 'the last cursor given out', counts: 'gaps', at: () => unknown(hub, 0), past: () => unknown(hub, 1)}],
  huge_heads: (hub, {head: bytes}) => [
    {what: "a line of nginx's buffer", at: () => ask(hub, line(nginxLine)), past: () => ask(hub, line(nginxLine + 1))},
    {what: 'fastcgi.head_bytes_max', counts: limit('fastcgi.head_bytes_max'), at: () => askOwn(hub, parameters(bytes)), past: () => askOwn(hub, parameters(bytes + 1))},
  ],
  half_closed: (hub) => [
    {what: 'the end behind a whole request, and a byte before', counts: 'refused_connections truncated',
      at: () => halfClose(hub, halfClosed).then(() => 'kept until its end, which is counted as a reader who left'), past: () => halfClose(hub, halfClosed.subarray(0, -1)).then(() => 'closed')},
  ],
  silent_peers: (hub, {pending}) => [silent(hub, pending)],
};
