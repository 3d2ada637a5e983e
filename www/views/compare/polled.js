// The same topic by long polling: one request after the other, each from where the last one ended. States are those of
// shell/reading.js. Bytes are what Resource Timing says was on the wire, heads included.

import {Refusal, describe} from '../../lib/answer.js';
import {Delays} from '../../lib/delays.js';
import {poll} from '../../lib/polling.js';
import {address} from '../../lib/stream_request.js';

export class Polled {
  #options;
  #cursor;
  #ending = new AbortController();
  #delays = new Delays();
  #timer = 0;
  #observer;

  // topics, cursor, onState, onRequest, onBytes: as of Reading. onEvents(events) of an answer, onGap(gap).
  constructor({topics, cursor, onEvents, onGap, onState, onRequest, onBytes}) {
    this.#options = {topics, onEvents, onGap, onState, onRequest};
    this.#cursor = cursor;
    this.#observer = new PerformanceObserver((list) => {
      for (const {name, transferSize} of list.getEntries()) if (name.includes('&poll=')) onBytes(transferSize);
      performance.clearResourceTimings(); // or the browser's list is full after a while, and says no more
    });
    this.#observer.observe({type: 'resource'});
    this.#run();
  }

  get cursor() {
    return this.#cursor;
  }

  close() {
    this.#ending.abort();
    clearTimeout(this.#timer);
    this.#observer.disconnect();
  }

  // At once instead of when the time has come.
  retry() {
    clearTimeout(this.#timer);
    this.#run();
  }

  async #run() {
    const {signal} = this.#ending;
    const {topics, onEvents, onGap, onState, onRequest} = this.#options;
    onState('connecting');
    try {
      // The first answer comes at once, so that the page knows that there is somebody, and where it is.
      for (let waits = false; ; waits = true) {
        onRequest();
        const {events, lastEventId, gap, closed} = await poll(address({topics}, this.#cursor), {waits, signal});
        if (signal.aborted) return;
        this.#delays.succeeded();
        onState('open');
        if (gap) onGap(gap);
        this.#cursor = lastEventId;
        onEvents(events);
        if (closed) return onState('ended');
      }
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  #fail(error) {
    const problem = error instanceof Refusal ? describe(error.status, error.text) : '';
    if (error instanceof Refusal && !error.passes) return this.#options.onState('refused', {problem});
    const delayMs = this.#delays.next(error.retryAfterMs);
    this.#timer = setTimeout(() => this.#run(), delayMs);
    return this.#options.onState('waiting', {untilMs: performance.now() + delayMs, problem});
  }
}
