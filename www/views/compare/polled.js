// The same topic by long polling: one request after the other, each from where the last one ended. States are those of
// shell/reading.js. Bytes are what Resource Timing says was on the wire, heads included.

import { address } from '../../shell/reading.js';

const waitSeconds = 25;
const retryMs = 1500;

export class Polled {
  #options;
  #cursor;
  #ending = new AbortController();
  #timer = 0;
  #observer;

  constructor({ topics, cursor, onEvents, onGap, onState, onRequest, onBytes }) {
    this.#options = { topics, onEvents, onGap, onState, onRequest, onBytes };
    this.#cursor = cursor;
    this.#observer = new PerformanceObserver((list) => {
      for (const { name, transferSize } of list.getEntries()) if (name.includes('&poll=')) onBytes(transferSize);
      performance.clearResourceTimings(); // or the browser's list is full after a while, and says no more
    });
    this.#observer.observe({ type: 'resource' });
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
    const { signal } = this.#ending;
    const { topics, onEvents, onGap, onState, onRequest } = this.#options;
    onState('connecting');
    try {
      for (;;) {
        onRequest();
        const answer = await fetch(`${address(topics, this.#cursor)}&poll=${waitSeconds}`, { signal, cache: 'no-store' });
        const { events, lastEventId, gap, closed, detail } = await answer.json();
        if (signal.aborted) return;
        if (!answer.ok && answer.status < 500) return onState('refused', { problem: detail });
        if (!answer.ok) break;
        onState('open');
        if (gap) onGap(gap);
        this.#cursor = lastEventId;
        onEvents(events);
        if (closed) return onState('ended');
      }
    } catch {
      if (signal.aborted) return;
    }
    this.#timer = setTimeout(() => this.#run(), retryMs);
    onState('waiting', { untilMs: performance.now() + retryMs });
  }
}
