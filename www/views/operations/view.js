// Operations: the statistics of the worker, one event a second, over one stream.

import {el} from '../../shell/dom.js';
import {statusLine} from '../../shell/status.js';
import {Stream} from '../../lib/stream.js';
import {Board} from './board.js';
import {valuesOf} from './charts.js';
import {History} from './history.js';

export const title = 'Operations';

const spans = [2, 5]; // minutes
const minuteMs = 60_000;
const intervalMs = 1_000;
// The lines begin with this much and grow to what is asked for, so that a newcomer sees more than a corner.
const firstMs = 30_000;
// Events further apart than this have nothing to do with each other.
const apartMs = 15_000;

export function mount(root, {query, setQuery, signal}) {
  const board = new Board();
  const history = new History(Math.max(...spans) * minuteMs);
  const startedMs = performance.now();
  let minutes = spanOf(query);
  let stream = null; // none while paused
  let reader = null; // the stream of all topics, while it is wanted
  let values = null;
  let lastMs = -Infinity;
  let frame = 0;

  const status = statusLine({retry: () => stream?.retry(), signal});
  const pause = el('button', {type: 'button', 'aria-pressed': 'false', on: {click: () => (stream ? stop() : start())}}, 'Pause');
  const read = el('button', {type: 'button', 'aria-pressed': 'false', on: {click: () => readAll(!reader)}}, 'Subscribe to all topics');
  const choices = spans.map((span) => el('button', {type: 'button', on: {click: () => choose(span)}}, `${span} min`));
  const bar = el('div', {class: 'bar'},
    el('div', {class: 'buttons', role: 'group', 'aria-label': 'Period shown'}, choices), pause, read);
  root.append(
    el('h1', null, 'Statistics of the worker'),
    el('p', {class: 'lead'}, 'The worker sends its statistics as a stream, one event a second.'),
    el('div', {class: 'head'}, status.element, bar), board.element);

  // While nothing comes the lines move on all the same, and one sees for how long.
  const moving = setInterval(redraw, intervalMs);
  signal.addEventListener('abort', () => {
    stream?.close();
    reader?.close();
    clearInterval(moving);
    cancelAnimationFrame(frame);
  });
  markChoice();
  readAll(query.get('read') === 'all');
  start();

  function start() {
    pause.setAttribute('aria-pressed', 'false');
    stream = new Stream({topics: ['$stats'], onEvent: take, onState: enter});
  }

  function stop() {
    stream.close();
    stream = null;
    pause.setAttribute('aria-pressed', 'true');
    status.show('closed', {sentence: 'Paused'});
    root.dataset.state = 'closed';
  }

  function enter(state, details) {
    status.show(state, details);
    root.dataset.state = state;
    board.element.hidden = bar.hidden = state === 'refused';
    redraw();
  }

  function take({data}) {
    const figures = parse(data);
    if (!figures) return;
    const nowMs = performance.now();
    values = valuesOf(figures, nowMs - lastMs < apartMs ? values : null);
    lastMs = nowMs;
    history.add(nowMs, values);
    redraw();
  }

  // Once a frame, however many events came; not at all while nobody can see it.
  function redraw() {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      if (!stream) return;
      const nowMs = performance.now();
      const shownMs = Math.min(minutes * minuteMs, Math.max(firstMs, nowMs - startedMs));
      board.tell(stream.state === 'open' ? values : null);
      board.draw(history, nowMs - shownMs, nowMs, intervalMs);
    });
  }

  // One more reader, whose events nobody looks at: what reading costs is then to be seen.
  function readAll(wanted) {
    reader?.close();
    reader = wanted ? new EventSource('/events?topic=*') : null;
    read.setAttribute('aria-pressed', String(wanted));
    setQuery({read: wanted ? 'all' : null}, {replace: true});
  }

  function choose(span) {
    minutes = span;
    setQuery({minutes: span === spans[0] ? null : span}, {replace: true});
    markChoice();
    redraw();
  }

  function markChoice() {
    choices.forEach((choice, n) => choice.setAttribute('aria-pressed', String(spans[n] === minutes)));
  }

  return (changed) => {
    minutes = spanOf(changed);
    markChoice();
    if (Boolean(reader) !== (changed.get('read') === 'all')) readAll(!reader);
    redraw();
  };
}

function spanOf(query) {
  const wanted = Number(query.get('minutes'));
  return spans.includes(wanted) ? wanted : spans[0];
}

function parse(data) {
  try {
    const value = JSON.parse(data);
    return typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
