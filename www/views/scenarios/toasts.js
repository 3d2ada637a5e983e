// Short words in the corner. A few at a time, gone by themselves unless somebody points at them; all they say stays
// readable elsewhere.

import {el} from '../../shell/dom.js';

const shownMax = 3;
const shownMs = 5000;

export class Toasts {
  #timers = new Map();

  constructor(signal) {
    this.element = el('div', {class: 'toasts', role: 'status'});
    signal.addEventListener('abort', () => { for (const timer of this.#timers.values()) clearTimeout(timer); });
  }

  add(words) {
    while (this.element.childElementCount >= shownMax) this.#remove(this.element.firstElementChild);
    const toast = el('p', {class: 'toast', dir: 'auto', on: {
      pointerenter: () => clearTimeout(this.#timers.get(toast)),
      pointerleave: () => this.#expire(toast),
    }}, words);
    this.element.append(toast);
    this.#expire(toast);
  }

  #expire(toast) {
    this.#timers.set(toast, setTimeout(() => this.#remove(toast), shownMs));
  }

  #remove(toast) {
    clearTimeout(this.#timers.get(toast));
    this.#timers.delete(toast);
    toast.remove();
  }
}
