// A FastCGI peer: what nginx is to the worker, or what an attacker would be. Sends any bytes, decodes what
// comes back.
import net from 'node:net';
import {Answer} from './answer.mjs';
import {defer} from './cleanup.mjs';
import {END_REQUEST, get, request} from './records.mjs';
import {events} from './sse.mjs';
import {now, Signal} from './wait.mjs';

export class Peer {
  answers = [new Answer()];
  // Records about the worker itself: they belong to no request.
  management = [];
  opened = now();
  end = null;
  #rest = Buffer.alloc(0);
  #signal = new Signal();
  #socket;

  constructor(socket) {
    this.#socket = socket;
    socket.on('data', (bytes) => this.#receive(bytes));
    // A reset is one way to be closed; what matters to a test is that and when.
    socket.on('error', (error) => this.#ended(error.code));
    socket.on('end', () => this.#ended('end'));
    socket.on('close', () => this.#ended('close'));
  }

  #ended(how) {
    this.end ??= {at: now(), how};
    this.#signal.changed();
  }

  #receive(bytes) {
    const at = now();
    let rest = Buffer.concat([this.#rest, bytes]);
    while (rest.length >= 8) {
      const size = 8 + rest.readUInt16BE(4) + rest[6];
      if (rest.length < size) break;
      const content = rest.subarray(8, 8 + rest.readUInt16BE(4));
      this.#record({at, version: rest[0], type: rest[1], id: rest.readUInt16BE(2), content});
      rest = rest.subarray(size);
    }
    this.#rest = rest;
    this.#signal.changed();
  }

  #record(record) {
    if (record.version !== 1) throw new Error(`the worker answered in version ${record.version}`);
    if (record.id === 0) {
      this.management.push(record);
      return;
    }
    this.answers.at(-1).add(record);
    if (record.type === END_REQUEST) this.answers.push(new Answer());
  }

  write(bytes) {
    if (!this.#socket.destroyed && this.#socket.writable) this.#socket.write(bytes);
  }

  // One byte per turn of the event loop, so that the worker sees the bytes come one at a time.
  async drip(bytes) {
    for (const byte of bytes) {
      this.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
  }

  // Stops reading, as a stalled client does.
  stall() {
    this.#socket.pause();
  }

  // Says "I send no more" and goes on listening.
  finish() {
    this.#socket.end();
  }

  leave() {
    this.#socket.destroy();
  }

  when(condition, what, ms) {
    return this.#signal.when(condition, what, ms);
  }

  // The answer with this number, complete.
  async answer(number = 0, ms = 5000) {
    const complete = () => {
      if (this.answers[number]?.end) return this.answers[number];
      if (this.end) throw new Error(`closed (${this.end.how}) before the end of answer ${number}`);
      return null;
    };
    return this.when(complete, `answer ${number} is complete`, ms);
  }

  // The first `count` events of a stream.
  async events(count, ms = 5000) {
    const enough = () => {
      const seen = events(this.answers[0].frames);
      if (seen.length >= count) return seen;
      if (this.end) throw new Error(`closed (${this.end.how}) after ${seen.length} events of ${count}`);
      return null;
    };
    return this.when(enough, () => `${count} events, seen ${events(this.answers[0].frames).length}`, ms);
  }

  // Milliseconds from opening to the worker's closing.
  async closed(ms = 5000) {
    await this.when(() => this.end, 'the worker closes the connection', ms);
    return this.end.at - this.opened;
  }

  // True once every byte of an answer's record has been taken apart: nothing half is left.
  get clean() {
    return this.#rest.length === 0;
  }
}

const options = (address) => (typeof address === 'string' ? {path: address} : address);

// An open connection, or a rejection with the system's code.
export function connect(t, address) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({...options(address), allowHalfOpen: true, noDelay: true});
    defer(t, () => socket.destroy());
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(new Peer(socket));
    });
  });
}

// A connection on which one request has been sent whole.
export async function open(t, address, path, {parameters = {}, ...more} = {}) {
  const peer = await connect(t, address);
  peer.write(request(get(path, parameters), more));
  return peer;
}

// One request, one complete answer.
export async function fetch(t, address, path, {ms, ...more} = {}) {
  const peer = await open(t, address, path, more);
  const answer = await peer.answer(0, ms);
  if (!more.keep) await peer.closed(ms);
  peer.leave();
  return answer;
}
