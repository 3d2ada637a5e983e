// A publish stream as its publisher has it: the test writes and reads when it likes, over HTTP/1.1 in chunks, over HTTP/2 or over the
// local socket. What is answered is in `text` as it came, and in `lines` parsed, where the answer is one of a publish stream.
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import {StringDecoder} from 'node:string_decoder';
import {defer} from './cleanup.mjs';
import {startPipeHub} from './pipe.mjs';
import {freePort} from './port.mjs';
import {NDJSON, encoded} from './publisher.mjs';
import {Signal} from './wait.mjs';

const bytesOf = (item) => (typeof item === 'string' || Buffer.isBuffer(item) ? item : `${JSON.stringify(item)}\n`);

export class PublishStream {
  // Of the answer; null until its head is there. The local socket has neither.
  status = null;
  headers = null;
  text = '';
  lines = [];
  // The answer is over: 'well', or 'cut' where its end did not come.
  ended = null;
  #output = null;
  #die;
  #rest = '';
  #decoder = new StringDecoder('utf8');
  #signal = new Signal();

  constructor(t) {
    defer(t, () => this.die());
  }

  // Of a way: what is written goes to `output`; `die` breaks the connection.
  begin(output, die) {
    this.#output = output;
    this.#die = die;
    output.on('error', () => {});
  }

  head(status, headers = {}) {
    Object.assign(this, {status, headers});
    this.#signal.changed();
  }

  take(bytes) {
    const text = this.#decoder.write(bytes);
    this.text += text;
    if (this.status === 200 || this.status === null) {
      const lines = (this.#rest + text).split('\n');
      this.#rest = lines.pop();
      for (const line of lines) this.lines.push(JSON.parse(line));
    }
    this.#signal.changed();
  }

  end(how) {
    this.ended ??= how;
    this.#signal.changed();
  }

  // Texts and bytes as they are, all else as a line of JSON, in one piece. Resolves when the kernel has it, or will not take it.
  write(...items) {
    const piece = items.length === 1 ? bytesOf(items[0]) : Buffer.concat(items.map((item) => Buffer.from(bytesOf(item))));
    return new Promise((done) => {
      this.#output.write(piece, () => done());
    });
  }

  get json() {
    return JSON.parse(this.text);
  }

  get ids() {
    return this.lines.filter(({id}) => id !== undefined).map(({id}) => id);
  }

  when(condition, what, ms = 10_000) {
    return this.#signal.when(() => condition(this), () => `${what}; ${this.ended ?? 'open'}, ${this.status}, ${this.lines.length} lines: ${this.text.slice(-500)}`, ms);
  }

  // The first `count` answers, once they are there.
  async answered(count, ms) {
    await this.when(() => {
      if (this.ended && this.lines.length < count) throw new Error(`${this.ended} before ${count} answers: ${this.status} ${this.text.slice(-500)}`);
      return this.lines.length >= count;
    }, `${count} answers`, ms);
    return this.lines.slice(0, count);
  }

  answering(ms) {
    return this.when(() => this.status, 'the head of the answer', ms);
  }

  done(ms) {
    return this.when(() => this.ended, 'the end of the answer', ms);
  }

  // The end of the body, and the end of the answers, which has to come: all lines.
  async finish(items = [], ms) {
    for (const item of [items].flat()) await this.write(item);
    this.#output.end();
    await this.done(ms);
    if (this.ended !== 'well') throw new Error(`the answer was ${this.ended}: ${this.status} ${this.text.slice(-500)}`);
    return this.lines;
  }

  // As a process that is killed.
  die() {
    this.#die?.();
  }

  // Takes no more answers.
  stall() {
    this.stalled?.pause();
  }
}

// Request headers: `type` as a Content-Type, undefined for none.
const headersOf = ({type = NDJSON, headers = {}}) => ({...(type ? {'Content-Type': type} : {}), ...headers});

function overHttp1(t, hub, query, {method = 'POST', path = '/publish/stream', ...more} = {}) {
  const stream = new PublishStream(t);
  const request = http.request({host: '127.0.0.1', port: hub.port, path: `${path}?${encoded(query)}`, method, agent: false, headers: headersOf(more)});
  request.setNoDelay(true);
  request.flushHeaders();
  stream.begin(request, () => request.destroy());
  request.on('error', () => stream.end('cut'));
  request.on('close', () => stream.end('cut'));
  request.on('response', (response) => {
    stream.stalled = response;
    stream.head(response.statusCode, response.headers);
    response.on('data', (bytes) => stream.take(bytes));
    response.on('error', () => stream.end('cut'));
    response.on('end', () => stream.end('well'));
  });
  return stream;
}

function overHttp2(t, hub, query, {method = 'POST', path = '/publish/stream', ...more} = {}) {
  const stream = new PublishStream(t);
  const socket = net.connect({host: '127.0.0.1', port: hub.http2Port, noDelay: true});
  const session = http2.connect(`http://127.0.0.1:${hub.http2Port}`, {createConnection: () => socket});
  session.on('error', () => stream.end('cut'));
  const names = Object.entries(headersOf(more)).map(([name, value]) => [name.toLowerCase(), value]);
  const request = session.request({':method': method, ':path': `${path}?${encoded(query)}`, ...Object.fromEntries(names)}, {endStream: false});
  stream.begin(request, () => {
    socket.destroy();
    session.destroy();
  });
  // The publisher gives up, and its connection stays. By a frame of our own (RST_STREAM with CANCEL): Node ends the body before.
  stream.cancel = () => socket.write(Buffer.from([0, 0, 4, 3, 0, 0, 0, 0, request.id, 0, 0, 0, http2.constants.NGHTTP2_CANCEL]));
  stream.stalled = request;
  request.on('response', (headers) => stream.head(headers[':status'], headers));
  request.on('data', (bytes) => stream.take(bytes));
  request.on('end', () => stream.end(request.rstCode === 0 && stream.status !== null ? 'well' : 'cut'));
  request.on('close', () => {
    stream.end('cut');
    session.destroy();
  });
  return stream;
}

function overSocket(t, hub, query = {}) {
  const stream = new PublishStream(t);
  const socket = net.connect({path: hub.publishSocket, allowHalfOpen: true});
  stream.begin(socket, () => socket.destroy());
  stream.stalled = socket;
  socket.on('data', (bytes) => stream.take(bytes));
  socket.on('end', () => stream.end('well'));
  socket.on('close', () => stream.end('cut'));
  if (Object.keys(query).length > 0) stream.write({defaults: query});
  return stream;
}

// Each opens a stream: (t, hub, query, {method, path, type, headers}), of which the local socket has only the query.
export const httpWays = {'HTTP/1.1': overHttp1, 'HTTP/2': overHttp2};
export const ways = {...httpWays, 'the local socket': overSocket};

// A hub with all these ways. `hub.again(change)` starts its worker anew, with other settings where `change` names some.
export async function startStreamHub(t, config = {}, {nginx: {site = '', ...nginx} = {}, ...more} = {}) {
  const http2Port = await freePort();
  const server = `server { listen 127.0.0.1:${http2Port} http2 sndbuf=128k; include snippets/sse-worker.locations.conf; }`;
  const hub = await startPipeHub(t, config, {...more, nginx: {...nginx, site: `${site}\n${server}`}});
  return Object.assign(hub, {http2Port});
}

// What the lines are, by their first member.
export const kinds = (lines) => lines.map((line) => Object.keys(line)[0]);

// What is stored of a topic at this moment, of few events: [{id, event, data}].
export async function stored(hub, topic) {
  const {status, body} = await hub.poll({topic, lastEventId: 'earliest'});
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body.events.map(({id, event = 'message', data}) => ({id, event, data}));
}

// The same of many events: `count` of them have to be there, and no more. Publishes one with the data `theEnd` behind them.
export const theEnd = 'the end of the test';
export async function history(t, hub, topic, count, ms = 30_000) {
  const reader = await hub.read({topic, lastEventId: 'earliest'}, {t});
  await reader.got(count, ms);
  // One more would have come before it.
  await hub.publish({topic, data: theEnd});
  await reader.when(() => reader.data.at(-1) === theEnd, 'the end', ms);
  reader.leave();
  return reader.events.slice(0, -1);
}

// Resolves once the worker has got so many bytes of publishers more than at `before`, which is what received() gave.
export const received = async (hub) => (await hub.metric('sse_worker_published_bytes_total')) ?? 0;
export const hasReceived = (hub, before, bytes, ms) =>
  hub.worker.measured((metrics) => metrics.value('sse_worker_published_bytes_total') >= before + bytes, `${bytes} bytes have arrived`, ms);
