// The frames that came, newest below: the last 500 of them, or fewer where they are large. Drawn once a frame of the screen,
// however many come; a thousand that come at once cost what fits. Frames are text and nothing but text.

import {el} from '../../shell/dom.js';

const rowsMax = 500;
const charsMax = 8 * 1024 * 1024; // of the frames held; a row on the screen has a few thousand at most
const dataCharsShown = 4000;

export class Rows {
  #list;
  #scroller;
  #held = []; // { frame, at }, the latest, whether they are drawn or not
  #waiting = []; // the latest of those that came while paused
  #drawn = 0; // of #held, from its beginning
  #scheduled = 0;
  #raw = false;
  #filter = '';
  #paused = false;

  constructor() {
    this.#list = el('ol', {class: 'frames'});
    this.#scroller = el('div', {class: 'frames-box', role: 'log', 'aria-live': 'off', 'aria-label': 'Frames', tabindex: '0'}, this.#list);
    this.element = this.#scroller;
  }

  add(frames) {
    const at = new Date();
    const fresh = frames.map((frame) => ({frame, at}));
    if (this.#paused) this.#waiting = latest([...this.#waiting, ...fresh]);
    else this.#hold(fresh);
  }

  set raw(raw) { this.#raw = raw; this.#again(); }
  set filter(text) { this.#filter = text.toLowerCase(); this.#again(); }
  set paused(paused) {
    this.#paused = paused;
    if (!paused) this.#hold(this.#waiting.splice(0));
  }

  clear() {
    this.#held = [];
    this.#waiting = [];
    this.#again();
  }

  close() {
    cancelAnimationFrame(this.#scheduled);
  }

  #hold(fresh) {
    const all = [...this.#held, ...fresh];
    this.#held = latest(all);
    this.#drawn = Math.max(0, this.#drawn - (all.length - this.#held.length));
    this.#schedule();
  }

  #again() {
    this.#drawn = 0;
    this.#list.replaceChildren();
    this.#schedule();
  }

  #schedule() {
    cancelAnimationFrame(this.#scheduled);
    this.#scheduled = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    // Who reads further up keeps their place.
    const follows = this.#scroller.scrollHeight - this.#scroller.scrollTop - this.#scroller.clientHeight < 40;
    const fresh = this.#held.slice(this.#drawn).filter(({frame}) => frame.raw.toLowerCase().includes(this.#filter));
    this.#drawn = this.#held.length;
    this.#list.append(...fresh.map(({frame, at}) => this.#row(frame, at)));
    while (this.#list.childElementCount > rowsMax) this.#list.firstElementChild.remove();
    if (follows) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  #row(frame, at) {
    const time = el('time', {class: 'soft'}, at.toISOString().slice(11, 23));
    if (this.#raw) return el('li', null, time, el('pre', {class: 'raw'}, clipped(frame.raw)));
    const what = frame.data !== undefined ? (frame.event || 'message') : frame.comment !== undefined ? 'comment' : frame.id !== undefined ? 'cursor' : 'retry';
    const text = frame.data ?? frame.comment ?? (frame.retry !== undefined ? `${frame.retry} ms` : '');
    return el('li', {'data-kind': frame.data !== undefined ? 'event' : 'other'}, time,
      el('span', {class: 'kind'}, clipped(what, 80)),
      el('code', {class: 'id'}, clipped(frame.id ?? '', 120)),
      el('pre', {class: 'data'}, clipped(text)));
  }
}

// As many of the last as may be held; one is, whatever its size.
function latest(entries) {
  let from = entries.length;
  for (let chars = 0; from > 0 && entries.length - from < rowsMax; --from) {
    chars += entries[from - 1].frame.raw.length;
    if (chars > charsMax && from < entries.length) break;
  }
  return entries.slice(from);
}

const clipped = (text, most = dataCharsShown) =>
  (text.length > most ? `${text.slice(0, most)} … ${(text.length - most).toLocaleString()} more characters` : text);
