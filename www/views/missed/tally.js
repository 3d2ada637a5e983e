// Keeps account of numbered events: which came, which came as part of a replay, which are lost, which came twice. Bounded:
// only the latest `size` numbers are remembered one by one.

export class Tally {
  #size;
  #first = 0;
  #last = 0;
  #seen = new Set();
  received = 0;
  twice = 0;
  missing = 0;

  constructor(size) {
    this.#size = size;
  }

  get last() {
    return this.#last;
  }

  get size() {
    return this.#size;
  }

  // Returns what it was: 'new', 'again', or 'anew' when the numbering began from the start; nothing for no number. The
  // numbers it jumped over are lost until they come after all.
  take(n) {
    if (!Number.isSafeInteger(n) || n < 1) return null;
    this.received += 1;
    if (this.#seen.has(n)) {
      this.twice += 1;
      return 'again';
    }
    const anew = this.#last > 0 && n <= this.#last - this.#size;
    if (anew) this.#seen.clear();
    if (this.#last === 0 || anew) {
      this.#first = n;
      this.#last = n - 1;
    }
    if (n > this.#last) {
      this.missing += n - this.#last - 1;
      this.#last = n;
    } else if (n >= this.#first) {
      this.missing = Math.max(0, this.missing - 1);
    }
    this.#seen.add(n);
    if (this.#seen.size > 2 * this.#size) this.#forget();
    return anew ? 'anew' : 'new';
  }

  #forget() {
    for (const n of this.#seen) if (n <= this.#last - this.#size) this.#seen.delete(n);
  }
}
