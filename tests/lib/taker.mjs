// A reader that takes bytes as a test says and looks at nothing but ids, so that a thousand of them can take gigabytes.
// HTTP/1.0: the body comes without chunks.
import net from 'node:net';
import {defer} from './cleanup.mjs';
import {Signal} from './wait.mjs';

const marker = Buffer.from('\nid: ');
const gap = Buffer.from('\nevent: gap\n');
// Longer than a line with an id, so that one that is cut in two is found.
const tailBytes = 256;

export class Taker {
  // Of the last event, and how many came.
  last = 0;
  events = 0;
  gaps = 0;
  bytes = 0;
  // Sentences.
  wrong = [];
  ended = false;
  #socket;
  #rest = Buffer.alloc(0);
  #signal = new Signal();
  #place = null;
  // The next event may be nearer than a step: the place is that of another topic's event.
  #loose = true;

  // Its events are `step` places apart, unless it `skips`. `onEvent(place)` is told of each.
  constructor(t, port, query, {step = 1, skips = false, onEvent} = {}) {
    Object.assign(this, {step, skips, onEvent});
    this.#socket = net.connect({host: '127.0.0.1', port});
    defer(t, () => this.#socket.destroy());
    this.#socket.write(`GET /events?${query} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n`);
    this.#socket.on('data', (bytes) => this.#take(bytes));
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => {
      this.ended = true;
      this.#signal.changed();
    });
  }

  // The stream has begun, and has a place.
  opened(ms = 20000) {
    return this.when(() => this.#place !== null, 'the stream begins', ms);
  }

  stall() {
    this.#socket.pause();
  }

  unstall() {
    this.#socket.resume();
  }

  // Of a stalled one: about so many bytes, as soon as they are there.
  async takeSome(count, ms = 20000) {
    const wanted = this.bytes + count;
    this.unstall();
    await this.when(() => this.bytes >= wanted, `${count} bytes`, ms);
    this.stall();
  }

  leave() {
    this.#socket.destroy();
  }

  when(condition, what, ms) {
    const look = () => {
      if (this.wrong.length > 0) throw new Error(this.wrong[0]);
      if (this.ended) throw new Error(`ended at ${this.last} before ${what}`);
      return condition();
    };
    return this.#signal.when(look, () => `${what}; at ${this.last} after ${this.bytes} bytes`, ms);
  }

  #take(bytes) {
    this.bytes += bytes.length;
    const all = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes;
    let from = 0;
    for (let at = all.indexOf(marker); at >= 0; at = all.indexOf(marker, from)) {
      const end = all.indexOf(10, at + marker.length);
      if (end < 0) break;
      const place = Number(all.toString('latin1', all.lastIndexOf('-', end) + 1, end));
      // After a blank line it is a cursor alone.
      if (all[at - 1] === 10) this.#moved(place);
      else if (all.subarray(Math.max(from, at - tailBytes), at).includes(gap)) this.#gap(place);
      else this.#event(place);
      from = end;
    }
    this.#rest = Buffer.from(all.subarray(Math.max(from, all.length - tailBytes)));
    this.#signal.changed();
  }

  #moved(place) {
    this.#place = place;
    this.#loose = true;
  }

  #gap(place) {
    this.gaps += 1;
    this.#moved(place);
  }

  #event(place) {
    const next = this.#place + this.step;
    const right = this.skips ? place > this.#place : this.#loose ? place <= next : place === next;
    if (!right || place <= this.#place) this.wrong.push(`${place} came after ${this.#place}`);
    this.events += 1;
    this.#loose = false;
    this.#place = this.last = place;
    this.onEvent?.(place);
  }
}
