// What one way of being told has cost, and what it has brought. Numbers are those of the feed's demo/count, each one more
// than the last, with the time it was published; other topics have neither.

const latenciesMax = 100;

export class Tally {
  requests = 0;
  bytes = 0;
  events = 0;
  missed = null; // where events have no numbers, nobody can tell
  #last = null;
  #latencies = [];

  // data: the text of an event. Returns its number, or null.
  take(data) {
    this.events += 1;
    const { n, at } = read(data);
    if (at !== null) this.#latencies = [...this.#latencies, Math.max(0, Date.now() - at)].slice(-latenciesMax);
    if (n !== null) {
      this.missed ??= 0;
      if (this.#last !== null && n > this.#last + 1) this.missed += n - this.#last - 1;
      this.#last = n;
    }
    return n;
  }

  // The median of the last hundred, in milliseconds; null where events do not say when they were published.
  get latencyMs() {
    if (this.#latencies.length === 0) return null;
    return this.#latencies.toSorted((a, b) => a - b)[Math.floor(this.#latencies.length / 2)];
  }
}

function read(data) {
  try {
    const { n, at } = JSON.parse(data);
    return { n: Number.isSafeInteger(n) ? n : null, at: Number.isFinite(at) ? at : null };
  } catch {
    return { n: null, at: null };
  }
}
