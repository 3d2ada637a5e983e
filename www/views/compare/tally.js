// What one way of being told has cost, and what it has brought. Numbers are those of the feed's demo/count, each one more
// than the last, with the time it was published; other topics may have neither.

import {Tally as Numbers} from '../missed/tally.js';

const latenciesMax = 100;
const numbersMax = 1000; // that are known one by one, should they come again

export class Tally {
  requests = 0;
  bytes = 0;
  events = 0;
  late = 0; // events that were published while the page was away; those that came again are not among them
  #numbers = new Numbers(numbersMax);
  #latencies = [];

  // An event as read() gives it. late: it was published while the page was away, and its latency is nobody's.
  take({n, at}, late = false) {
    this.events += 1;
    const again = this.#numbers.take(n) === 'again';
    if (late && !again) this.late += 1;
    if (!late && at !== null) this.#latencies = [...this.#latencies, Date.now() - at].slice(-latenciesMax);
  }

  // Where events have no numbers, nobody can tell: null.
  get missed() {
    return this.#numbers.last > 0 ? this.#numbers.missing : null;
  }

  get repeated() {
    return this.#numbers.last > 0 ? this.#numbers.twice : null;
  }

  // The median of the last hundred, in milliseconds by this clock and the publisher's, and so below 0 where they differ;
  // null where events do not say when they were published.
  get latencyMs() {
    if (this.#latencies.length === 0) return null;
    return this.#latencies.toSorted((a, b) => a - b)[Math.floor(this.#latencies.length / 2)];
  }
}

// The number and the time in an event's data, or null for what it has not.
export function read(data) {
  try {
    const {n, at} = JSON.parse(data);
    return {n: Number.isSafeInteger(n) ? n : null, at: Number.isFinite(at) ? at : null};
  } catch {
    return {n: null, at: null};
  }
}
