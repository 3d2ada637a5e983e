// How much of what is published arrives, and how old it is then. The publisher numbers its events; the gaps between the
// numbers are what this reader was not sent.

const windowMs = 4000;

export class Delivery {
  #first = 0;
  #last = 0;
  #seen = 0;
  #recent = [];

  restart() {
    this.#first = 0;
    this.#seen = 0;
    this.#recent = [];
  }

  // n: its number; at: when it was published; now: when it came, both in milliseconds since 1970.
  take(n, at, now) {
    if (!Number.isSafeInteger(n) || !Number.isFinite(at)) return;
    if (this.#seen === 0 || n <= this.#last) {
      this.restart(); // the publisher began anew
      this.#first = n;
    }
    this.#last = n;
    this.#seen += 1;
    this.#recent.push({n, at, now});
    if (this.#recent.length > 4000) this.#recent.splice(0, 2000);
  }

  // Rates are of the last seconds, null where there is too little to tell.
  read(now) {
    while (this.#recent.length > 0 && now - this.#recent[0].now > windowMs) this.#recent.shift();
    const [oldest, newest] = [this.#recent[0], this.#recent.at(-1)];
    const enough = this.#recent.length > 2 && newest.now - oldest.now > 500 && newest.at > oldest.at;
    return {
      published: enough ? ((newest.n - oldest.n) * 1000) / (newest.at - oldest.at) : null,
      seen: enough ? ((this.#recent.length - 1) * 1000) / (newest.now - oldest.now) : null,
      skipped: this.#seen > 0 ? this.#last - this.#first + 1 - this.#seen : 0,
      ageMs: newest ? Math.max(0, now - newest.at) : null,
    };
  }
}
