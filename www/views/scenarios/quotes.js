// The table of shares: a row each, made once and then kept up to date.

import {el, svg} from '../../shell/dom.js';

const [width, height] = [120, 28];

export class Quotes {
  #rows = new Map();
  #body = el('tbody');
  #choose;

  // choose(symbol) when a row's button is pressed.
  constructor(choose) {
    this.#choose = choose;
    this.element = el('div', {class: 'wide quotes', tabindex: 0, role: 'region', 'aria-label': 'Prices'},
      el('table', null,
        el('thead', null, el('tr', null, el('th', {scope: 'col'}, 'Share'), el('th', {scope: 'col', class: 'number'}, 'Price'),
          el('th', {scope: 'col', class: 'number'}, 'Change'), el('th', {scope: 'col'}, 'Minute'))),
        this.#body));
  }

  show(shares, chosen) {
    const known = this.#rows.size;
    for (const share of shares) {
      if (!this.#rows.has(share.symbol)) this.#rows.set(share.symbol, this.#row(share));
      const row = this.#rows.get(share.symbol);
      row.button.setAttribute('aria-pressed', String(share.symbol === chosen));
      if (!share.changed) continue;
      share.changed = false;
      fill(row, share);
    }
    if (this.#rows.size !== known) this.#body.replaceChildren(...shares.map(({symbol}) => this.#rows.get(symbol).element));
  }

  #row({symbol, name}) {
    const button = el('button', {type: 'button', class: 'share', on: {click: () => this.#choose(symbol)}},
      el('strong', null, symbol), ' ', el('span', {class: 'soft small'}, name));
    const price = el('td', {class: 'number'});
    const change = el('td', {class: 'number'});
    const line = svg('path', {class: 'spark'});
    const base = svg('path', {class: 'spark-base'});
    const picture = svg('svg', {viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', 'aria-hidden': 'true'}, base, line);
    return {element: el('tr', null, el('td', null, button), price, change, el('td', null, picture)), button, price, change, line, base};
  }
}

function fill({price, change, line, base}, share) {
  price.textContent = share.price.toFixed(2);
  const percent = (100 * (share.price - share.open)) / share.open;
  change.textContent = `${percent < 0 ? '▼' : '▲'} ${Math.abs(percent).toFixed(2)} %`;
  change.className = percent < 0 ? 'number warn' : 'number rise';
  const values = [...share.trend, share.price];
  const [low, high] = [Math.min(...values, share.open), Math.max(...values, share.open)];
  const y = (value) => (high === low ? height / 2 : 2 + ((high - value) * (height - 4)) / (high - low)).toFixed(1);
  const x = (n) => ((n * width) / Math.max(1, values.length - 1)).toFixed(1);
  line.setAttribute('d', values.map((value, n) => `${n ? 'L' : 'M'}${x(n)} ${y(value)}`).join(''));
  base.setAttribute('d', `M0 ${y(share.open)}H${width}`);
}
