// One tab of the model, and what it must be true of it: each event once and in order, unless a gap was told in between.

import assert from 'node:assert/strict';

export class Tab {
  log = [];
  gaps = 0;
  #next; // index of the event that must come next; null where that is not known
  #floor = Infinity; // the first event must not be after this one

  // options of SharedStream or Stream; next: index that belongs to the cursor, if there is one.
  constructor({world, server, wanted, make, next = null, cursor, env}) {
    Object.assign(this, {world, server, wanted, env});
    this.#next = next;
    this.stream = make({
      cursor,
      onEvent: ({data}) => this.#take(Number(data)),
      onGap: () => {
        this.log.push('gap');
        this.gaps += 1;
        this.#next = null;
        this.#floor = Infinity;
      },
      onState: (state) => {
        this.log.push(state);
        // Asleep for longer than a token lives, twice in a row: the page asks again.
        if (state === 'refused') world.after(1000, () => this.stream.retry(), env);
        if (state === 'open' && cursor === undefined && this.#next === null && this.gaps === 0) this.#floor = Math.min(this.#floor, wanted.length);
      },
    });
  }

  #take(number) {
    if (this.env.dead) return;
    const index = this.wanted.indexOf(number);
    this.log.push(number);
    assert.ok(index >= 0, `${number} was not asked for`);
    if (this.#next === null) assert.ok(index <= this.#floor, `lost since it was open: ${number} comes first; ${this.log.slice(-12)}`);
    else assert.equal(number, this.wanted[this.#next], `lost or repeated; ${this.log.slice(-12)}`);
    this.#next = index + 1;
    this.#floor = Infinity;
  }

  // What a page may keep for its next life.
  get place() {
    return {cursor: this.stream.cursor, next: this.#next};
  }

  // All that was published has come.
  finish() {
    if (this.#next === null) assert.ok(this.gaps > 0 || this.#floor >= this.wanted.length || this.#floor === Infinity, `nothing came after it was open; ${this.log.slice(-12)}`);
    else assert.equal(this.#next, this.wanted.length, `${this.wanted.length - this.#next} of ${this.wanted.length} did not come; ${this.stream.state}; ${this.log.slice(-12)}`);
    assert.ok(this.gaps === 0 || this.server.gaps > 0, 'a gap that the server did not tell');
  }
}
