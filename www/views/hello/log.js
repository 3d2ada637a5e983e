// The list of messages, oldest first, and of what happened to the connection between them. It holds a bounded number of
// rows, and follows the newest unless the reader has scrolled away from the end.

import {clockTime, duration, fullTime} from './format.js';

const rowsMax = 200;

export class Log {
  #box;
  #list;
  #atEnd = true;
  #frame = 0;

  // box scrolls, list is the <ol> inside.
  constructor(box, list) {
    this.#box = box;
    this.#list = list;
    box.addEventListener('scroll', () => {
      this.#atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 8;
    }, {passive: true});
  }

  clear() {
    this.#list.replaceChildren();
  }

  message({number, text, raw, sent, waitedMs}) {
    const time = element('time', '', sent ? clockTime(sent) : 'no time given');
    if (sent) {
      time.dateTime = sent.toISOString();
      time.title = fullTime(sent);
    }
    const body = element('span', raw ? 'text raw' : 'text', text);
    body.dir = 'auto';
    const waited = element('span', 'waited', duration(waitedMs));
    this.#append('row', [element('span', 'number', number), body, time, waited]);
  }

  // The status line has announced this already: it is here to be read, not to be spoken twice.
  note(state, text) {
    const row = this.#append('note', [sign(state), element('span', '', text)]);
    row.dataset.state = state;
  }

  #append(className, parts) {
    const row = element('li', className);
    if (className === 'note') row.setAttribute('aria-live', 'off');
    row.append(...parts);
    this.#list.append(row);
    while (this.#list.childElementCount > rowsMax) this.#list.firstElementChild.remove();
    this.#follow();
    return row;
  }

  // Once a frame, however many rows came: each look at a size makes the browser lay out the list.
  #follow() {
    if (!this.#atEnd || this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#box.scrollTop = this.#box.scrollHeight;
    });
  }
}

function element(name, className, text = '') {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

const svg = 'http://www.w3.org/2000/svg';

function sign(name) {
  const picture = document.createElementNS(svg, 'svg');
  picture.setAttribute('viewBox', '-11 -11 22 22');
  picture.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(svg, 'use');
  use.setAttribute('href', `#sign-${name}`);
  picture.append(use);
  return picture;
}
