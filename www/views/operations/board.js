// The board: a card for each chart, the totals, the ages of streams and the busiest topics. Every value is text in a list. A screen reader
// reads it when it is asked to, and is not told each second. The pictures show the same.

import {el} from '../../shell/dom.js';
import {ages, charts, totals} from './charts.js';
import {count} from './format.js';
import {Sparkline} from './sparkline.js';

// Between two events lies a second, ten at most; more than this is a hole.
const holeMs = 11_000;
const usualHoleMs = 3_500;

export class Board {
  #cards = charts.map(card);
  #totals = totals.map(total);
  #ages = ages.map(({title}) => total({title}));
  #topics = el('ol', {class: 'busiest'});
  #busiest = el('section', {hidden: true},
    el('h2', null, 'Busiest topics'), el('p', {class: 'note'}, 'Events a second, an average over about a minute.'), this.#topics);

  element;

  constructor() {
    this.element = el('div', {class: 'board'},
      el('dl', {class: 'charts', 'aria-label': 'Now'}, this.#cards.map(({element}) => element)),
      el('dl', {class: 'figures totals', 'aria-label': 'Since the start'}, this.#totals.map(({element}) => element)),
      el('section', null, el('h2', null, 'Streams by age'), el('dl', {class: 'figures ages'}, this.#ages.map(({element}) => element))),
      this.#busiest);
  }

  // What was said last, as text; without values, nothing is known.
  tell(values) {
    charts.forEach(({keys, show, note}, n) => {
      this.#cards[n].value.textContent = values ? show(values[keys[0]]) : '–';
      this.#cards[n].note.textContent = values ? note(values) : '\u00a0';
    });
    totals.forEach(({show}, n) => {
      this.#totals[n].value.textContent = values ? show(values) : '–';
      this.#totals[n].note.textContent = totals[n].note(values ?? {});
    });
    ages.forEach(({show}, n) => (this.#ages[n].value.textContent = values ? show(values) : '–'));
    this.#busiest.hidden = !values?.busiest?.length;
    this.#topics.replaceChildren(...(values?.busiest ?? []).map(({topic, rate}) =>
      el('li', null, el('span', {class: 'topic'}, topic), ' ', el('span', {class: 'rate'}, `${count(rate)}/s`))));
  }

  draw(history, fromMs, toMs, intervalMs) {
    const hole = Math.min(holeMs, Math.max(usualHoleMs, intervalMs * 2.5));
    charts.forEach(({keys, show}, n) => {
      const {line, top} = this.#cards[n];
      const scale = line.draw(keys.map((key) => history.since(fromMs, key, hole)), fromMs, toMs);
      top.textContent = show(scale);
    });
  }
}

function card({title, keys, least}) {
  const line = new Sparkline({lines: keys.length, least});
  const value = el('span', {class: 'value'}, '–');
  const note = el('span', null, '\u00a0');
  const dash = keys.length > 1 && el('i', {class: 'dash', 'aria-hidden': 'true'}); // the look of the second line
  const top = el('span', {class: 'top', 'aria-hidden': 'true'});
  const element = el('div', {class: 'card chart'},
    el('dt', null, title),
    el('dd', null, value, ' ', el('span', {class: 'note'}, dash, note), el('span', {class: 'plot'}, line.element, top)));
  return {element, line, value, note, top};
}

function total({title, note}) {
  const value = el('span', {class: 'value'}, '–');
  const words = note && el('span', {class: 'note'}, note({}));
  return {element: el('div', null, el('dt', null, title), el('dd', null, value, words && ' ', words)), value, note: words};
}
