// A square for each number, at a place of its own: number n is at n modulo the count of squares. So nothing moves, and the
// newest walks over the field like the hand of a clock. The words beside it say the same, so it is hidden from screen readers.

import {el} from '../../shell/dom.js';

const ahead = 8; // squares kept free before the newest, so that one sees where it is

export class Strip {
  #cells;
  #changes = new Map();
  #frame = 0;
  #newest = 0;

  constructor(count) {
    this.#cells = Array.from({length: count}, () => el('i'));
    this.element = el('div', {class: 'strip', 'aria-hidden': 'true'}, this.#cells);
  }

  // kind: live, replayed, lost or known.
  mark(n, kind) {
    const count = this.#cells.length;
    if (n <= this.#newest - count) return;
    this.#changes.set(n % count, kind);
    if (n > this.#newest) {
      this.#newest = n;
      for (let free = 1; free <= ahead; ++free) this.#changes.set((n + free) % count, '');
    }
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  // The numbers after `from` up to `to` are not there.
  markRange(from, to, kind) {
    for (let n = Math.max(from + 1, to - this.#cells.length + 1); n <= to; ++n) this.mark(n, kind);
  }

  clear() {
    this.#newest = 0;
    this.#cells.forEach((_, n) => this.#changes.set(n, ''));
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    for (const [at, kind] of this.#changes) this.#cells[at].className = kind;
    this.#changes.clear();
  }
}
