// A reader that does what an EventSource does: keeps its cursor, comes back when the stream ends, stops at
// anything but 200. And what a test wants of it besides: to drop, to stop reading, to leave.
import http from 'node:http';
import {StringDecoder} from 'node:string_decoder';
import {defer} from './cleanup.mjs';
import {FrameParser, events} from './sse.mjs';
import {Signal, now} from './wait.mjs';

export class Reader {
  events = [];
  gaps = [];
  cursor;
  // Set by `event: close`: after it nobody comes back.
  closed = false;
  // Of the present stream, or of the last one.
  headers = null;
  // {status, headers, text} of an answer that is no stream.
  refused = null;
  // What went wrong in taking the stream apart.
  fault = null;
  connects = 0;
  // When the present connection has ended, if it has.
  ended = null;
  #where;
  #options;
  #request = null;
  #response = null;
  #timer = null;
  #left = false;
  #signal = new Signal();

  // `cursor` goes into the header, also of the first request. `again` is after how many milliseconds to come
  // back, false for never. With `take`, events are handed to it and not kept. `path` is another one than /events, and
  // `headers` go with every request.
  constructor(t, port, query, {cursor, again = false, take, path = '/events', headers = {}} = {}) {
    this.#where = {host: '127.0.0.1', port, path: `${path}?${query}`, agent: false, headers};
    this.#options = {again, take};
    this.cursor = cursor;
    defer(t, () => this.leave());
    this.#connect();
  }

  get open() {
    return this.#response !== null;
  }

  #connect() {
    this.connects += 1;
    this.ended = null;
    // Node takes bytes as latin1 in a header; a browser sends UTF-8.
    const cursor = this.cursor && Buffer.from(this.cursor).toString('latin1');
    const headers = {...this.#where.headers, ...(cursor && {'Last-Event-ID': cursor})};
    const request = http.get({...this.#where, headers});
    this.#request = request;
    // What an older connection still has to say does not count any more.
    const present = () => request === this.#request;
    request.on('response', (response) => present() && this.#answered(response));
    request.on('error', () => present() && this.#end());
    request.on('close', () => present() && this.#end());
  }

  #answered(response) {
    if (response.statusCode !== 200) return this.#refusal(response);
    this.#response = response;
    this.headers = response.headers;
    const parser = new FrameParser();
    response.on('error', () => {});
    response.on('data', (bytes) => {
      if (this.#response !== response) return;
      try {
        parser.push(bytes);
        this.#take(parser.frames);
        parser.frames = [];
      } catch (error) {
        this.fault = error;
      }
      this.#signal.changed();
    });
    return this.#signal.changed();
  }

  #refusal(response) {
    const decoder = new StringDecoder('utf8');
    const refused = {status: response.statusCode, headers: response.headers, text: ''};
    response.on('data', (bytes) => (refused.text += decoder.write(bytes)));
    response.on('end', () => {
      this.refused = refused;
      this.#signal.changed();
    });
  }

  #take(frames) {
    for (const frame of frames) if (frame.id !== undefined) this.cursor = frame.id;
    for (const {id, event, data} of events(frames)) {
      if (event === 'close') this.closed = true;
      else if (event === 'gap') this.gaps.push(JSON.parse(data));
      else if (this.#options.take) this.#options.take({id, event, data});
      else this.events.push({id, event, data});
    }
  }

  #end() {
    this.#request = this.#response = null;
    this.ended = now();
    this.#signal.changed();
    if (this.#left || this.closed || this.refused || this.#options.again === false) return;
    this.#timer = setTimeout(() => this.#connect(), this.#options.again);
  }

  // Breaks the connection where it is and comes back like after any other end.
  drop() {
    if (!this.#request) return;
    const request = this.#request;
    this.#end();
    request.destroy();
  }

  // Takes no more from the socket.
  stall() {
    this.#response.pause();
  }

  unstall() {
    this.#response.resume();
  }

  leave() {
    this.#left = true;
    clearTimeout(this.#timer);
    this.#request?.destroy();
  }

  // Waits for `condition(reader)`.
  when(condition, what, ms) {
    const look = () => {
      if (this.fault) throw this.fault;
      return condition(this);
    };
    const seen = () => {
      const rest = {connects: this.connects, refused: this.refused, closed: this.closed, gaps: this.gaps};
      return `${what}; seen ${this.events.length} events, ${JSON.stringify(rest)}`;
    };
    return this.#signal.when(look, seen, ms);
  }

  // Subscribed: what is published from now on has to come.
  async opened(ms) {
    await this.when((reader) => reader.open || reader.refused, 'the stream opens', ms);
    if (this.refused) throw new Error(`refused: ${JSON.stringify(this.refused)}`);
    return this;
  }

  async got(count, ms) {
    await this.when((reader) => reader.events.length >= count, `${count} events`, ms);
    return this.events;
  }

  over(ms) {
    return this.when((reader) => reader.ended, 'the stream ends', ms);
  }

  get data() {
    return this.events.map((event) => event.data);
  }
}
