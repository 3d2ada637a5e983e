// A subscription with every frame as it is on the wire, for the views that show comments, retry times and bytes. States and
// their details are those of lib/stream.js, so a status line shows them.

import {Delays} from '../lib/delays.js';
import {address, readStream} from '../lib/stream_request.js';

export class Reading {
  #options;
  #cursor;
  #ending = new AbortController();
  #delays = new Delays();
  #timer = 0;

  // topics: names and patterns. cursor: an id, "earliest", or nothing. onFrames(frames), onState(state, details) for
  // connecting, open, waiting, refused, ended; details are those of statusLine. onRequest() for each request,
  // onBytes(count) for what is read of its body. Nothing is called after close().
  constructor({topics, cursor, onFrames, onState, onRequest = () => {}, onBytes = () => {}}) {
    this.#options = {topics, onFrames, onState, onRequest, onBytes};
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
    const {signal} = this.#ending;
    const {topics, onBytes, onRequest, onState} = this.#options;
    onState('connecting');
    onRequest();
    const {what, problem, sentence, ...end} = await readStream(address({topics}, this.#cursor), {
      signal, onBytes,
      firstByteMs: this.#delays.firstByteMs,
      onFrames: (frames) => this.#take(frames),
    });
    if (signal.aborted) return;
    if (what === 'ended') onState('ended');
    else if (what === 'refused') onState('refused', {problem, sentence});
    else if (end.atOnce) this.#read();
    else this.#wait(problem, end);
  }

  #take(frames) {
    for (const {id, retry} of frames) {
      if (id !== undefined) this.#cursor = id;
      if (retry !== undefined) this.#delays.retry(retry);
    }
    // nginx answers in the place of a worker that is down, with an empty stream: a frame of the worker's own is the sign.
    if (frames.some(({comment, id, data}) => comment !== undefined || id !== undefined || data !== undefined)) {
      this.#delays.succeeded();
      this.#options.onState('open');
    }
    this.#options.onFrames(frames);
  }

  #wait(problem, {retryAfterMs}) {
    const delayMs = this.#delays.next(retryAfterMs);
    this.#timer = setTimeout(() => this.#read(), delayMs);
    this.#options.onState('waiting', {untilMs: performance.now() + delayMs, problem});
  }
}
