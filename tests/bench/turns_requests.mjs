// What anybody outside can make the worker do at once, one kind each: `act` does it, through nginx, and comes back when it is
// answered. `count` of some are sent side by side, as one burst.
import http from 'node:http';
import {gzipSync} from 'node:zlib';
import {setTimeout as pause} from 'node:timers/promises';
import {startLoad} from './load.mjs';
import {writeFileSync} from 'node:fs';

// Keeps no connection: each request is a newcomer.
const agent = new http.Agent({keepAlive: false, maxSockets: 2000});

// { status, text }. `enough`: so many bytes of the body, then the reader leaves.
export function ask({origin}, path, {method = 'GET', headers = {}, body, enough = Infinity} = {}) {
  return new Promise((done, failed) => {
    const request = http.request(`${origin}${path}`, {method, headers, agent}, (response) => {
      let text = '';
      let bytes = 0;
      response.on('data', (piece) => {
        bytes += piece.length;
        if (text.length < 65_536) text += piece.toString('latin1');
        if (bytes >= enough) response.destroy();
      });
      response.on('close', () => done({status: response.statusCode, text}));
      response.on('error', () => {});
    });
    request.setTimeout(20_000, () => request.destroy(new Error(`${method} ${path.slice(0, 60)}: no answer`)));
    request.on('error', failed);
    request.end(body);
  });
}

const types = {json: 'application/json', form: 'application/x-www-form-urlencoded', ndjson: 'application/x-ndjson'};
export const post = (stack, path, type, body, headers = {}) =>
  ask(stack, path, {method: 'POST', body, headers: {'Content-Type': types[type], 'Content-Length': Buffer.byteLength(body), ...headers}, enough: path === '/events' ? 1 : Infinity});

export async function publish(stack, events) {
  const {status, text} = await post(stack, '/publish', 'ndjson', events.map((event) => JSON.stringify(event)).join('\n'));
  if (status !== 200) throw new Error(`a publish was answered ${status}: ${text}`);
  return JSON.parse(text.slice(0, text.indexOf('\n'))).id;
}

export const many = (count, one) => Promise.all(Array.from({length: count}, (_, n) => one(n)));
const stream = (stack, query) => ask(stack, `/events?${query}`, {enough: 1});
const list = (count, one) => Array.from({length: count}, (_, n) => one(n));
const topics = (count, one) => list(count, (n) => `topic=${one(n)}`).join('&');
const lines = (count, one) => list(count, (n) => JSON.stringify(one(n))).join('\n');
let unique = 0;

// Memory of what does not change from round to round.
const once_ = (make) => { let made; return () => (made ??= make()); };
const mebibyte = once_(() => lines(9_000, (n) => ({topic: `batch/${n % 100}`, data: 'x'.repeat(80)})));
const expanding = once_(() => gzipSync(lines(9_000, (n) => ({topic: `gzip/${n % 100}`, data: 'y'.repeat(800)}))));
const topical = once_(() => lines(1_000, (n) => ({topic: list(100, (m) => `many/${n % 10}/${m}`), data: 'x'})));
const repeated = once_(() => lines(9_000, (n) => ({topic: `ids/${n % 100}`, id: `own ${n}`, data: 'x'})));
const broken = once_(() => list(9_000, () => '{"topic":"a",}').join('\n'));
const large = once_(() => lines(10, (n) => ({topic: `large/${n}`, data: 'z'.repeat(800_000)})));
const signs = once_(() => `topic=a&data=${'%41'.repeat(2_500_000)}`);

// `streams` are those that are open all the time: all of them read `news`.
export const kinds = {
  'nothing, for as long as all streams get a heartbeat': {act: () => pause(16_000), rounds: 1},
  'GET /events, one topic: 200': {act: (stack) => many(200, (n) => stream(stack, `topic=exact/${n}`))},
  'GET /events, patterns that match nothing: 100': {
    act: (stack, {patterns}) => many(100, (n) => stream(stack, `${topics(patterns, (m) => `none/${n}/${m}/*`)}&lastEventId=earliest`)),
  },
  'GET /events, earliest, everything held: 20': {
    act: (stack) => many(20, () => ask(stack, '/events?topic=*&lastEventId=earliest', {enough: 4_000_000})),
  },
  'GET /events, an unknown cursor: 200': {act: (stack) => many(200, (n) => stream(stack, `topic=held/${n}/0&lastEventId=unknown${n}`))},
  'GET /events, poll, everything held: 20': {act: (stack) => many(20, () => ask(stack, '/events?topic=*&poll=0&lastEventId=earliest'))},
  'POST /events, 100 topics of 1,024 bytes: 200': {
    act: (stack) => many(200, (n) => post(stack, '/events', 'form', topics(100, (m) => `r${n}t${m}`.padEnd(1024, 'x')))),
  },
  'POST /events, 100 topics of 1,024 bytes as 267 KiB of escapes: 50': {
    act: (stack) => many(50, (n) => post(stack, '/events', 'form', topics(100, (m) => `r${n}t${m}/`.padEnd(128, 'x') + '%C3%A9'.repeat(440)))),
  },
  'GET /events?topic=$stats: 50': {act: (stack) => many(50, () => stream(stack, 'topic=$stats'))},
  'GET /metrics: 20': {act: (stack) => many(20, () => ask(stack, '/metrics'))},
  'GET /healthz: 200': {act: (stack) => many(200, () => ask(stack, '/healthz'))},
  'POST /publish, one event for all streams': {act: (stack) => publish(stack, [{topic: 'news', data: 'x'}])},
  'POST /publish, 100 events for all streams': {act: (stack) => publish(stack, list(100, () => ({topic: 'news', data: 'x'.repeat(100)})))},
  'POST /publish, one event that nobody reads: 200': {act: (stack) => many(200, (n) => publish(stack, [{topic: `single/${n}`, data: 'x'}]))},
  'POST /publish, 9,000 events in 1 MB': {act: (stack) => post(stack, '/publish', 'ndjson', mebibyte())},
  'POST /publish, 9,000 events in 8 MB as gzip': {act: (stack) => post(stack, '/publish', 'ndjson', expanding(), {'Content-Encoding': 'gzip'})},
  'POST /publish, 1,000 events of 100 topics each': {act: (stack) => post(stack, '/publish', 'ndjson', topical())},
  'POST /publish, 9,000 events with ids that are known': {act: (stack) => post(stack, '/publish', 'ndjson', repeated())},
  'POST /publish, 9,000 broken lines': {act: (stack) => post(stack, '/publish', 'ndjson', broken())},
  'POST /publish, a form of 7.5 MB': {act: (stack) => post(stack, '/publish', 'form', signs())},
  '20 readers too slow for 9,000 events on a conflating topic': {
    act: async (stack) => {
      const slow = list(20, () => http.get(`${stack.origin}/events?topic=prices/*`, {agent}, (response) => response.pause()).on('error', () => {}));
      await pause(300);
      await post(stack, '/publish', 'ndjson', lines(9_000, (n) => ({topic: `prices/${n % 10}`, key: `${n % 1000}`, data: 'x'.repeat(700)})));
      await pause(300);
      for (const request of slow) request.destroy();
    },
  },
  '1,000 streams that leave at once': {act: leave},
  'a topic of 1,000 streams is closed': {
    act: async (stack) => {
      const topic = `closed/${++unique}`;
      const crowd = await openStreams(stack, 1000, topic);
      await publish(stack, [{topic, data: 'last', close: true}]);
      await pause(500);
      await crowd.stop('SIGKILL');
    },
  },
  'SIGHUP: the configuration is read again': {act: reload},
  'POST /publish, 8 MB in 10 events: as much has to go': {act: (stack) => post(stack, '/publish', 'ndjson', large())},
  'all that is held expires at once': {
    refill: true,
    rounds: 2,
    act: async (stack, {config, expiring}) => {
      writeFileSync(stack.config, expiring);
      await reload(stack);
      await pause(2500);
      writeFileSync(stack.config, config);
      await reload(stack);
    },
  },
};

// A process of its own that holds streams; ended by whoever asked for it.
export async function openStreams(stack, count, ...topics) {
  const client = startLoad('--url', `${stack.origin}/events`, '--streams', count, '--until', 'hold', '--duration', '30m',
    ...topics.flatMap((topic) => ['--topic', topic]));
  const readers = async () => Number(/^sse_worker_(?:subscribers|readers) (\d+)/m.exec((await ask(stack, '/metrics')).text)[1]);
  stack.held ??= 0;
  const deadline = Date.now() + 60_000;
  while ((await readers()) < stack.held + count) {
    if (Date.now() > deadline) throw new Error(`only ${await readers()} of ${stack.held + count} streams are open`);
    await pause(100);
  }
  return client;
}

async function leave(stack) {
  const crowd = await openStreams(stack, 1000, 'leaving', 'leaving/{n}');
  await pause(200);
  await crowd.stop('SIGKILL');
  await pause(500);
}

async function reload(stack) {
  process.kill(stack.pids.worker[0], 'SIGHUP');
  await pause(300);
}
