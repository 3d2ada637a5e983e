// Stock prices: a hundred quotes a second over one stream. The switch moves this reader to a slow line, where it is given
// the latest quote of each share instead of all of them.

import { el } from '../../shell/dom.js';
import { statusLine } from '../../shell/status.js';
import { Stream } from '../../lib/stream.js';
import { Chart } from './chart.js';
import { Delivery } from './delivery.js';
import { Market } from './market.js';
import { parse } from './payload.js';
import { Quotes } from './quotes.js';

const settleMs = 600; // by then there is a quote of each share, and the table need not grow under the reader's eyes

const words = {
  fast: 'Every quote arrives, the moment it is published. Choose the slow line and see what becomes of a reader who cannot take them all.',
  slow: '24 KB a second fit through this line, and more than twice as much is published. What waits is replaced by the newer quote of the same share: fewer arrive, but they do not get older and older.',
  none: 'This server has no slow line: it belongs to make run and its feed.',
};

export function mountPrices(box, { query, setQuery, announce, signal }) {
  const market = new Market();
  const delivery = new Delivery();
  const quotes = new Quotes(choose);
  let slow = query.get('slow') === '1';
  let chosen = query.get('share') ?? 'CORA';
  let leave = null;
  let stream = null;
  let firstMs = Infinity;

  const status = statusLine({ retry: () => stream.retry(), signal });
  const toggle = el('button', { type: 'button', class: 'switch', role: 'switch', on: { click: () => change(!slow) } }, 'Slow line');
  const figure = (name) => [name, el('dd', null, '–')];
  const figures = ['Published', 'Seen here', 'Skipped', 'Newest is'].map(figure);
  const note = el('p', { class: 'small soft about-line' });
  const picture = el('div', { class: 'chart' });
  const chartTitle = el('h2', { id: 'chart-title' });
  box.append(
    el('section', { class: 'card', 'aria-label': 'Delivery' },
      el('div', { class: 'row-head' }, status.element, toggle),
      el('dl', { class: 'figures' }, figures.map(([name, value]) => el('div', null, el('dt', null, name), value))),
      note),
    el('div', { class: 'two' },
      el('section', { class: 'card', 'aria-label': 'Shares' }, quotes.element),
      el('section', { class: 'card', 'aria-labelledby': 'chart-title' }, chartTitle,
        el('div', { role: 'img', 'aria-label': 'The price over the last minute' }, picture))));
  const chart = new Chart(picture, signal);

  function subscribe() {
    leave?.abort();
    leave = new AbortController();
    delivery.restart();
    toggle.setAttribute('aria-checked', String(slow));
    note.textContent = slow ? words.slow : words.fast;
    stream = new Stream({
      topics: ['demo/prices'],
      path: slow ? '/demo/slow' : '/events',
      signal: leave.signal,
      onState: (state, details) => {
        status.show(state, state === 'open' && slow ? { sentence: 'Live, over a slow line' } : details);
        if (slow && state === 'refused') note.textContent = words.none;
      },
      onEvent: ({ data }) => {
        const quote = parse(data);
        if (!market.take(quote)) return;
        firstMs = Math.min(firstMs, performance.now());
        delivery.take(quote.n, quote.at, Date.now());
      },
    });
  }

  function change(to) {
    slow = to;
    setQuery({ slow: slow ? '1' : null });
    subscribe();
    announce(slow ? 'Reading over a slow line' : 'Reading over a fast line');
  }

  function choose(symbol) {
    chosen = symbol;
    setQuery({ share: symbol });
    draw();
  }

  function draw() {
    if (performance.now() - firstMs < settleMs) return;
    const { all } = market;
    if (all.length === 0) return;
    const share = market.get(chosen) ?? all[0];
    chartTitle.textContent = `${share.symbol} · ${share.name}`;
    quotes.show(all, share.symbol);
    chart.show(share);
  }

  function tell() {
    const { published, seen, skipped, ageMs } = delivery.read(Date.now());
    const rate = (value) => (value === null ? '–' : `${Math.round(value)}/s`);
    const age = ageMs === null ? '–' : ageMs < 1000 ? `${Math.round(ageMs)} ms old` : `${(ageMs / 1000).toFixed(1)} s old`;
    [rate(published), rate(seen), skipped.toLocaleString(), age].forEach((words, n) => { figures[n][1].textContent = words; });
  }

  // Four times a second is as fast as one can read; a hundred quotes a second are a blur.
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  let frame = 0;
  const timer = setInterval(() => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => { draw(); tell(); });
  }, calm ? 1000 : 250);
  signal.addEventListener('abort', () => {
    clearInterval(timer);
    cancelAnimationFrame(frame);
    leave.abort();
  });
  subscribe();
}
