// HTTP/1 as bytes on a socket, so that a test sees what a client sees: versions, headers, chunks and when
// each one came.
import net from 'node:net';
import {defer} from './cleanup.mjs';
import {parseHeaders} from './headers.mjs';
import {FrameParser, events} from './sse.mjs';
import {now, Signal} from './wait.mjs';

export class HttpAnswer {
  status = null;
  version = null;
  headers = null;
  body = Buffer.alloc(0);
  pieces = [];
  complete = false;
  ended = null;
  error = null;
  #rest = Buffer.alloc(0);
  #frames = new FrameParser();
  #signal = new Signal();
  #socket;

  constructor(socket, {head = false} = {}) {
    this.#socket = socket;
    this.withoutBody = head;
    socket.on('data', (bytes) => {
      this.#receive(bytes, now());
      this.#signal.changed();
    });
    socket.on('error', (error) => (this.error = error.code));
    for (const what of ['end', 'close']) socket.on(what, () => this.#close());
  }

  get frames() {
    return this.#frames.frames;
  }

  get text() {
    return this.body.toString('utf8');
  }

  get json() {
    return JSON.parse(this.text);
  }

  header(name) {
    return this.headers?.get(name);
  }

  leave() {
    this.#socket.destroy();
  }

  // Takes nothing any more.
  stall() {
    this.#socket.pause();
  }

  async head(ms) {
    await this.#reached(() => this.headers, 'the head of the answer', ms);
    return this;
  }

  async done(ms) {
    await this.#reached(() => this.complete, 'the end of the answer', ms);
    return this;
  }

  async events(count, ms) {
    await this.#reached(() => events(this.frames).length >= count, `${count} events`, ms);
    return events(this.frames);
  }

  #reached(condition, what, ms) {
    return this.#signal.when(
      () => {
        if (condition()) return true;
        if (this.ended) throw new Error(`closed${this.error ? ` (${this.error})` : ''} before ${what}`);
        return false;
      },
      what,
      ms,
    );
  }

  #close() {
    this.ended ??= now();
    // Without a length or chunks the end of the connection is the end of the answer.
    if (this.headers && !this.header('content-length') && !this.header('transfer-encoding'))
      this.complete = true;
    this.#signal.changed();
  }

  #receive(bytes, at) {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    if (!this.headers && !this.#readHead()) return;
    if (this.withoutBody || this.status === 204 || this.status === 304) this.complete = true;
    else if (this.header('transfer-encoding') === 'chunked') while (this.#readChunk(at));
    else {
      this.#append(this.#rest, at);
      this.#rest = Buffer.alloc(0);
      if (this.body.length >= Number(this.header('content-length') ?? Infinity)) this.complete = true;
    }
  }

  #readHead() {
    const blank = this.#rest.indexOf('\r\n\r\n');
    if (blank < 0) return false;
    const text = this.#rest.toString('latin1', 0, blank + 2);
    const [, version, status] = /^HTTP\/(\d\.\d) (\d{3})[^\r]*\r\n/.exec(text);
    Object.assign(this, {version, status: Number(status)});
    this.headers = parseHeaders(text.slice(text.indexOf('\r\n') + 2));
    this.#rest = this.#rest.subarray(blank + 4);
    return true;
  }

  #readChunk(at) {
    const line = this.#rest.indexOf('\r\n');
    if (line < 0 || this.complete) return false;
    const size = Number.parseInt(this.#rest.toString('latin1', 0, line), 16);
    if (this.#rest.length < line + 2 + size + 2) return false;
    this.#append(this.#rest.subarray(line + 2, line + 2 + size), at);
    this.#rest = this.#rest.subarray(line + 2 + size + 2);
    this.complete = size === 0;
    return true;
  }

  #append(bytes, at) {
    if (bytes.length === 0) return;
    this.pieces.push({at, text: bytes.toString('utf8')});
    this.body = Buffer.concat([this.body, bytes]);
    if (this.header('content-type')?.startsWith('text/event-stream')) this.#frames.push(bytes, at);
  }
}

export function http(t, port, path, {method = 'GET', version = '1.1', headers = {}, body = ''} = {}) {
  const socket = net.connect({host: '127.0.0.1', port, noDelay: true});
  defer(t, () => socket.destroy());
  const all = {
    Host: `127.0.0.1:${port}`,
    ...(body ? {'Content-Length': Buffer.byteLength(body)} : {}),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${method} ${path} HTTP/${version}\r\n${lines.join('')}\r\n${body}`);
  return new HttpAnswer(socket, {head: method === 'HEAD'});
}
