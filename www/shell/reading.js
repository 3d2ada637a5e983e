// A subscription read as bytes, so that one sees what is on the wire: EventSource hides comments, retry times and frames
// without data. States and their details are those of lib/stream.js, and so a status line shows them.

import { FrameParser } from './frames.js';

const delaysMs = [1000, 2000, 4000, 8000, 15000];
const problemCharsMax = 2000;
const foreignCharsMax = 200;

export class Reading {
  #options;
  #cursor;
  #ending = new AbortController();
  #failures = 0;
  #timer = 0;

  // topics: names and patterns. cursor: an id, "earliest", or nothing. onFrames(frames), onState(state, details) for
  // connecting, open, waiting, refused, ended; details are those of statusLine. onRequest() for each that is made,
  // onBytes(count) for what is read of its body. Nothing is called after close().
  constructor({ topics, cursor, onFrames, onState, onRequest = () => {}, onBytes = () => {} }) {
    this.#options = { topics, onFrames, onState, onRequest, onBytes };
    this.#cursor = cursor;
    this.#read();
  }

  get cursor() {
    return this.#cursor;
  }

  close() {
    clearTimeout(this.#timer);
    this.#ending.abort();
  }

  // At once instead of when the time has come, and after close(); from the last id seen.
  retry() {
    this.close();
    this.#ending = new AbortController();
    this.#read();
  }

  async #read() {
    const { signal } = this.#ending;
    const tell = (...what) => signal.aborted || this.#options.onState(...what);
    tell('connecting');
    this.#options.onRequest();
    try {
      const answer = await fetch(address(this.#options.topics, this.#cursor), { signal, cache: 'no-store' });
      if (answer.status === 204) return tell('ended');
      if (!answer.ok) {
        const problem = describe(answer.status, await answer.text());
        return answer.status < 500 ? tell('refused', { problem }) : this.#wait(signal, problem);
      }
      if (await this.#take(answer, signal)) return tell('ended');
    } catch (error) {
      if (error instanceof RangeError) return this.#giveUp(signal, error.message);
      // Else the connection broke off, or there was none: what matters is the same.
    }
    this.#wait(signal);
  }

  // True when the server said that it is over.
  async #take(answer, signal) {
    const parser = new FrameParser();
    const reader = answer.body.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done || signal.aborted) return false;
      this.#options.onBytes(value.length);
      const frames = parser.push(value);
      if (frames.length === 0) continue;
      // nginx answers for a worker that is down with an empty stream: a frame of our own is the sign.
      if (frames.some(({ comment, id }) => comment !== undefined || id !== undefined)) {
        this.#failures = 0;
        this.#options.onState('open');
      }
      for (const { id } of frames) if (id !== undefined) this.#cursor = id;
      this.#options.onFrames(frames);
      if (frames.some(isEnd)) return true;
    }
  }

  // Asked again, the same frame would come again.
  #giveUp(signal, problem) {
    if (signal.aborted) return;
    this.close();
    this.#options.onState('refused', { sentence: 'Given up', problem });
  }

  #wait(signal, problem) {
    if (signal.aborted) return;
    const most = delaysMs[Math.min(this.#failures, delaysMs.length - 1)];
    this.#failures += 1;
    const delayMs = most * (0.75 + Math.random() / 2); // or all pages would come back in the same moment
    this.#timer = setTimeout(() => this.#read(), delayMs);
    this.#options.onState('waiting', { untilMs: performance.now() + delayMs, problem });
  }
}

export function address(topics, cursor) {
  const query = new URLSearchParams(topics.map((topic) => ['topic', topic]));
  if (cursor) query.set('lastEventId', cursor);
  return `/events?${query}`;
}

// Anybody may publish an event of the type "close", but what is published has an id, and the server's own word that it is
// over has none. EventSource cannot tell them apart: it gives every event the last id that came.
const isEnd = ({ event, id, data }) => event === 'close' && id === undefined && data !== undefined;

// The problem's own words (RFC 9457), or, where there are none, how what came instead begins.
export function describe(status, text) {
  try {
    const { title, detail } = JSON.parse(text);
    const words = detail ?? title;
    if (words !== undefined) return clipped(String(words), problemCharsMax);
  } catch {
    // not the worker's answer
  }
  return clipped(`${status} ${text}`.trim(), foreignCharsMax);
}

const clipped = (text, most) => (text.length > most ? `${text.slice(0, most)}…` : text);
