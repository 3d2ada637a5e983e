// Stock prices: a hundred quotes a second over one stream. The switch moves this reader to a slow line, where it is given
// the latest quote of each share instead of all of them.

import {el} from '../../shell/dom.js';
import {statusLine} from '../../shell/status.js';
import {Stream} from '../../lib/stream.js';
import {Chart} from './chart.js';
import {Delivery} from './delivery.js';
import {Market} from './market.js';
import {parse} from './payload.js';
import {Quotes} from './quotes.js';

const settleMs = 600; // by then there is a quote of each share, and the table need not grow under the reader's eyes

const sentences = {
  fast: 'Every quote arrives as soon as it is published. Switch to the slow line to see what a client with a slow connection gets.',
  slow: 'This line passes 24 KB per second; the feed publishes more than twice as much. nginx and the kernel buffer a few seconds of quotes for such a client, so the newest quote shown is about 2 to 7 seconds old. The delay does not grow beyond that: while quotes wait in the worker, it keeps only the newest of each share.',
  none: 'This server has no slow line. The slow line is part of make run and its feed.',
};

export function mountPrices(box, {query, setQuery, announce, signal}) {
  const market = new Market();
  const delivery = new Delivery();
  const quotes = new Quotes(choose);
  let slow = query.get('slow') === '1';
  let chosen = query.get('share') ?? 'CORA';
  let leave = null;
  let stream = null;
  let firstMs = Infinity;
  let oldestMs = 0; // the highest age of a quote since the subscription, in ms

  const status = statusLine({retry: () => stream.retry(), signal});
  const toggle = el('button', {type: 'button', class: 'switch', role: 'switch', on: {click: () => change(!slow)}}, 'Slow line');
  const figure = (name) => [name, el('dd', null, '–')];
  const figures = ['Published', 'Seen here', 'Skipped', 'Newest quote'].map(figure);
  const words = el('span');
  const longest = el('span');
  const note = el('p', {class: 'small soft about-line'}, words, ' ', longest);
  const picture = el('div', {class: 'chart'});
  const chartTitle = el('h2', {id: 'chart-title'});
  box.append(
    el('section', {class: 'card', 'aria-label': 'Delivery'},
      el('div', {class: 'row-head'}, status.element, toggle),
      el('dl', {class: 'figures'}, figures.map(([name, value]) => el('div', null, el('dt', null, name), value))),
      note),
    el('div', {class: 'two'},
      el('section', {class: 'card', 'aria-label': 'Shares'}, quotes.element),
      el('section', {class: 'card', 'aria-labelledby': 'chart-title'}, chartTitle,
        el('div', {role: 'img', 'aria-label': 'The price over the last minute'}, picture))));
  const chart = new Chart(picture, signal);

  function subscribe() {
    leave?.abort();
    leave = new AbortController();
    delivery.restart();
    oldestMs = 0;
    longest.textContent = slow ? 'Highest so far: –' : '';
    toggle.setAttribute('aria-checked', String(slow));
    words.textContent = slow ? sentences.slow : sentences.fast;
    stream = new Stream({
      topics: ['demo/prices'],
      path: slow ? '/demo/slow' : '/events',
      signal: leave.signal,
      onState: (state, details) => {
        status.show(state, state === 'open' && slow ? {sentence: 'Live, over a slow line'} : details);
        if (slow && state === 'refused') words.textContent = sentences.none;
      },
      onEvent: ({data}) => {
        const quote = parse(data);
        if (!market.take(quote)) return;
        firstMs = Math.min(firstMs, performance.now());
        delivery.take(quote.n, quote.at, Date.now());
      },
    });
  }

  function change(to) {
    slow = to;
    setQuery({slow: slow ? '1' : null});
    subscribe();
    announce(slow ? 'Reading over a slow line' : 'Reading over a fast line');
  }

  function choose(symbol) {
    chosen = symbol;
    setQuery({share: symbol});
    draw();
  }

  function draw() {
    if (performance.now() - firstMs < settleMs) return;
    const {all} = market;
    if (all.length === 0) return;
    const share = market.get(chosen) ?? all[0];
    chartTitle.textContent = `${share.symbol} · ${share.name}`;
    quotes.show(all, share.symbol);
    chart.show(share);
  }

  function tell() {
    const {published, seen, skipped, ageMs} = delivery.read(Date.now());
    const rate = (value) => (value === null ? '–' : `${Math.round(value)}/s`);
    const age = ageMs === null ? '–' : ageMs < 1000 ? `${Math.round(ageMs)} ms old` : `${(ageMs / 1000).toFixed(1)} s old`;
    if (slow && ageMs > oldestMs) {
      oldestMs = ageMs;
      longest.textContent = `Highest so far: ${(oldestMs / 1000).toFixed(1)} s.`;
    }
    [rate(published), rate(seen), skipped.toLocaleString(), age].forEach((text, n) => { figures[n][1].textContent = text; });
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
