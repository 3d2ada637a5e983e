// A subscription with every frame as it is on the wire, for the views that show comments, retry times and bytes. States and
// their details are those of lib/stream.js, so a status line shows them.

import {Delays} from '../lib/delays.js';
import {address, readStream} from '../lib/stream_request.js';
import {onKept} from '../lib/watchdog.js';

export class Reading {
  #options;
  #cursor;
  #ending;
  #delays = new Delays();
  #timer = 0;

  // topics: names and patterns. templates: URI templates. cursor: an id, "earliest", or nothing. onFrames(frames), onState(state, details) for
  // connecting, open, waiting, refused, ended; details are those of statusLine, and status or reason ('expired', 'revoked') where
  // access was refused or has ended. token(): the token of the next request, if there is one. onRequest() for each request,
  // onBytes(count) for what is read of its body. Nothing is called after close().
  constructor({topics, templates = [], cursor, token = () => '', onFrames, onState, onRequest = () => {}, onBytes = () => {}}) {
    this.#options = {topics, templates, token, onFrames, onState, onRequest, onBytes};
    this.#cursor = cursor;
    this.#begin();
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
    this.#begin();
  }

  #begin() {
    this.#ending = new AbortController();
    const leaves = () => {
      this.close();
      addEventListener('pageshow', () => this.retry(), {once: true});
    };
    onKept(globalThis, {leaves, returns() {}}, this.#ending.signal);
    this.#read();
  }

  async #read() {
    const {signal} = this.#ending;
    const {topics, templates, token, onBytes, onRequest, onState} = this.#options;
    const held = token();
    onState('connecting');
    onRequest();
    const {what, problem, sentence, reason, ...end} = await readStream(address({topics, templates}, this.#cursor), {
      signal, onBytes,
      headers: held ? {Authorization: `Bearer ${held}`} : {},
      firstByteMs: this.#delays.firstByteMs,
      onFrames: (frames) => this.#take(frames),
    });
    if (signal.aborted) return;
    if (what === 'ended') onState('ended');
    else if (what === 'refused') onState('refused', {problem, sentence, status: end.status});
    // A cookie, or what the web server knows, may have been renewed meanwhile. A token has not.
    else if (what === 'expired' && held) onState('refused', {reason});
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
