// The text so far and the cursor that belongs to it. Both are kept over a reload, together: a cursor without its text, or
// a text without its cursor, would lose or repeat words.

import {el} from '../../shell/dom.js';

const storageKey = 'scenario.tokens';
const lengthMax = 50_000;

export class Draft {
  topic = null;
  cursor = null;
  count = 0;
  #words;
  #pending = '';
  #text = [''];
  #length = 0;
  #frame = 0;
  #save = () => this.#keep();

  // words: the element to write in.
  constructor(words) {
    this.#words = words;
    addEventListener('pagehide', this.#save);
  }

  // Returns how many words were kept of this topic.
  begin(topic) {
    const kept = this.topic === null ? load() : null;
    const same = kept?.topic === topic;
    this.topic = topic;
    this.cursor = same ? kept.cursor : null;
    this.count = same ? kept.count : 0;
    this.#pending = '';
    this.#text = same ? [kept.text, ''] : [''];
    this.#length = same ? kept.text.length : 0;
    this.#draw();
    return this.count;
  }

  add(token, id) {
    if (this.#length + token.length > lengthMax) return;
    this.cursor = id;
    this.count += 1;
    this.#length += token.length;
    this.#text[this.#text.length - 1] += token;
    this.#pending += token;
    this.#frame ||= requestAnimationFrame(() => this.#write());
  }

  restart() {
    this.count = 0;
    this.#pending = '';
    this.#text = [''];
    this.#length = 0;
    this.#draw();
  }

  close() {
    cancelAnimationFrame(this.#frame);
    removeEventListener('pagehide', this.#save);
    this.#keep();
  }

  #draw() {
    this.#words.replaceChildren();
    this.#text.forEach((part, n) => {
      if (n > 0) this.#words.append(el('span', {class: 'seam', title: 'Reloaded here'}));
      this.#words.append(el('span', null, part));
    });
  }

  #write() {
    this.#frame = 0;
    this.#words.lastElementChild?.append(this.#pending);
    this.#pending = '';
  }

  #keep() {
    if (!this.topic || !this.cursor) return;
    try {
      const {topic, cursor, count} = this;
      sessionStorage.setItem(storageKey, JSON.stringify({topic, cursor, count, text: this.#text.join('')}));
    } catch {
      // no storage: the next page begins at the beginning
    }
  }
}

function load() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(storageKey));
    const sound = typeof kept?.topic === 'string' && typeof kept.cursor === 'string' && typeof kept.text === 'string';
    return sound && Number.isInteger(kept.count) ? kept : null;
  } catch {
    return null;
  }
}
