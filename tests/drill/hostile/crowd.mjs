// The two ways to attack: so many a second, or so many at once. Both count what they were answered, and end when told to.

// At least one of whatever there is in full.
export const scaled = (full, scale) => Math.max(1, Math.round(full * scale));

export class Tally {
  counts = {};

  add(what, count = 1) {
    this.counts[what] = (this.counts[what] ?? 0) + count;
  }
}

// Calls `act(n)`, which returns a promise, `rate` times a second; no more than `most` of them are under way.
export class Paced {
  #timer;
  #began = performance.now();
  #next = 0;
  #underWay = new Set();

  constructor(rate, most, act) {
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - this.#began) / 1000) * rate);
      for (; this.#next < due && this.#underWay.size < most; ++this.#next) {
        const one = act(this.#next).finally(() => this.#underWay.delete(one));
        this.#underWay.add(one);
      }
      this.#next = Math.max(this.#next, due - most); // what could not be done in time is not made up for
    }, 5);
  }

  async stop() {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
  }
}

// Holds `count` connections, opened `rate` a second by `open(n)`; one that ends is opened again after `again` milliseconds,
// and after `life` milliseconds each is given up and opened again, where that is given.
export class Crowd {
  most = 0;
  #open = new Map();
  #timers = new Set();
  #running = true;
  #paced;

  constructor({count, rate, again = 1000, life}, open) {
    Object.assign(this, {again, life, open});
    let n = 0;
    this.#paced = setInterval(() => {
      for (let some = 0; some < Math.max(1, rate / 50) && n < count; ++some) this.#hold(n++);
      if (n === count) clearInterval(this.#paced);
    }, 20);
  }

  get held() {
    return this.#open.size;
  }

  #later(ms, action) {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (this.#running) action();
    }, ms);
    this.#timers.add(timer);
    return timer;
  }

  #hold(n) {
    const connection = this.open(n);
    this.#open.set(n, connection);
    this.most = Math.max(this.most, this.#open.size);
    const end = this.life && this.#later(this.life * (0.5 + Math.random()), () => connection.destroy());
    connection.on('close', () => {
      clearTimeout(end);
      this.#timers.delete(end);
      this.#open.delete(n);
      if (this.#running) this.#later(this.again, () => this.#hold(n));
    });
  }

  stop() {
    this.#running = false;
    clearInterval(this.#paced);
    for (const timer of this.#timers) clearTimeout(timer);
    for (const connection of this.#open.values()) connection.destroy();
  }
}
