// Operations: what the worker does, second by second, told by the worker itself over one stream.

import { el } from '../../shell/dom.js';
import { Board } from './board.js';
import { valuesOf } from './charts.js';
import { History } from './history.js';
import { StatsStream } from './stats_stream.js';

export const title = 'Operations';

const url = '/events?topic=$stats';
const spans = [2, 5]; // minutes
const minuteMs = 60_000;
const intervalMs = 1_000;
// The lines begin with this much and grow to what is asked for, so that a newcomer sees more than a corner.
const firstMs = 30_000;

const words = {
  connecting: () => 'Connecting',
  live: () => 'Live',
  waiting: ({ seconds }) => (seconds > 0 ? `Reconnecting in ${seconds} s` : 'Reconnecting'),
  refused: () => 'Not for this reader',
  paused: () => 'Paused',
};
const spoken = { live: 'Live again', waiting: 'The worker does not answer. Reconnecting.', paused: 'Paused' };

export function mount(root, { query, setQuery, announce, signal }) {
  const board = new Board();
  const history = new History(Math.max(...spans) * minuteMs);
  let minutes = spanOf(query);
  let state = null;
  let values = null;
  let lastMs = -Infinity;
  const startedMs = performance.now();
  let frame = 0;

  const sign = el('span', { class: 'dot', 'aria-hidden': 'true' });
  const told = el('strong', null, words.connecting());
  const detail = el('p', { class: 'problem', hidden: true });
  const pause = el('button', { type: 'button', on: { click: toggle } }, 'Pause');
  const choices = spans.map((span) => el('button', { type: 'button', on: { click: () => choose(span) } }, `${span} min`));
  const bar = el('div', { class: 'bar', 'data-state': 'connecting' },
    el('p', { class: 'now' }, sign, told),
    el('div', { class: 'buttons', role: 'group', 'aria-label': 'Time shown' }, choices),
    pause);
  root.append(
    el('h1', null, 'What the worker does'),
    el('p', { class: 'lead' }, 'A stream of the worker’s own figures, one event a second. Nothing here is polled.'),
    bar, detail, board.element);
  markChoice();

  const stream = new StatsStream({ url, onFigures: take, onState: enter });
  // While nothing comes the lines move on all the same, and one sees how long.
  const moving = setInterval(redraw, intervalMs);
  signal.addEventListener('abort', () => {
    stream.close();
    clearInterval(moving);
    cancelAnimationFrame(frame);
  });
  stream.start();

  function take(figures) {
    const nowMs = performance.now();
    values = valuesOf(figures, nowMs - lastMs < 15_000 ? values : null);
    lastMs = nowMs;
    history.add(nowMs, values);
    redraw();
  }

  // Once a frame, however many events came; not at all while nobody can see it.
  function redraw() {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      if (state === 'paused') return;
      const nowMs = performance.now();
      board.tell(state === 'live' ? values : null);
      const shownMs = Math.min(minutes * minuteMs, Math.max(firstMs, nowMs - startedMs));
      board.draw(history, nowMs - shownMs, nowMs, intervalMs);
    });
  }

  function enter(next, more) {
    told.textContent = words[next](more);
    detail.textContent = more.detail ?? '';
    detail.hidden = !more.detail;
    const before = state;
    if (next === before) return;
    state = next;
    bar.dataset.state = next;
    board.element.hidden = next === 'refused';
    pause.textContent = next === 'paused' ? 'Go on' : next === 'refused' ? 'Try again' : 'Pause';
    if (next === 'refused') announce(more.detail);
    else if (spoken[next] && !(next === 'live' && before === 'connecting')) announce(spoken[next]);
    redraw();
  }

  function toggle() {
    if (state === 'paused' || state === 'refused') stream.start();
    else stream.pause();
  }

  function choose(span) {
    minutes = span;
    setQuery({ minutes: span === spans[0] ? null : span }, { replace: true });
    markChoice();
    redraw();
  }

  function markChoice() {
    choices.forEach((choice, n) => choice.setAttribute('aria-pressed', String(spans[n] === minutes)));
  }

  return (changed) => {
    minutes = spanOf(changed);
    markChoice();
    redraw();
  };
}

function spanOf(query) {
  const wanted = Number(query.get('minutes'));
  return spans.includes(wanted) ? wanted : spans[0];
}
