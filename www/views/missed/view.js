// Nothing missed: the page leaves, comes back with its cursor, and counts.

import {el} from '../../shell/dom.js';
import {statusLine} from '../../shell/status.js';
import {Stream} from '../../lib/stream.js';
import {Absence} from './absence.js';
import {Strip} from './strip.js';
import {Tally} from './tally.js';

export const title = 'Nothing missed';

const topic = 'demo/count';
const squares = 400;
const stays = {3: '3 s', 10: '10 s', 30: '30 s', 75: '75 s, longer than the events are retained'};
const historyMax = 12;
const silentMs = 6000;

export function mount(root, {query, setQuery, announce, signal}) {
  const tally = new Tally(squares * 4);
  const strip = new Strip(squares);
  const status = statusLine({retry: () => stream.retry(), signal});
  const away = el('button', {type: 'button', class: 'primary', on: {click: toggle}}, 'Go offline');
  const unknown = el('button', {type: 'button', on: {click: () => { leave('never-given-out'); comeBack(); }}}, 'Try an unknown cursor');
  const choice = el('select', {id: 'stay', on: {change: () => setQuery({away: choice.value === '10' ? null : choice.value})}},
    Object.entries(stays).map(([value, words]) => el('option', {value}, words)));
  choice.value = Object.hasOwn(stays, query.get('away') ?? '') ? query.get('away') : '10';
  const request = el('code', {class: 'request'});
  const numbers = ['Last number', 'Missing', 'Repeated'].map((name) => [name, el('dd', null, '–')]);
  const history = el('ol', {class: 'absences'});
  const hint = el('p', {class: 'small soft', hidden: true},
    `No backend publishes under ${topic}. `, el('code', null, 'make run'), ' starts one.');

  root.append(
    el('h1', null, 'Nothing missed'),
    el('p', {class: 'lead'}, 'The feed publishes twenty numbered events a second. Go offline and come back: the server sends the events after your cursor.'),
    el('section', {class: 'card missed', 'aria-label': 'The stream'},
      el('div', {class: 'missed-head'}, status.element,
        el('div', {class: 'buttons'}, away,
          el('span', {class: 'stay'}, el('label', {for: 'stay'}, 'for'), choice), unknown)),
      hint,
      strip.element,
      el('p', {class: 'legend', 'aria-hidden': 'true'}, [['live', 'live'], ['replayed', 'replayed'], ['known', 'replayed, received before'], ['lost', 'missing']]
        .map(([kind, words]) => el('span', null, el('i', {class: kind}), words))),
      el('dl', {class: 'figures'}, numbers.map(([name, value]) => el('div', null, el('dt', null, name), value)))),
    el('section', {class: 'card', 'aria-labelledby': 'asked'},
      el('h2', {id: 'asked'}, 'Request'), el('pre', null, request),
      el('h2', {class: 'after'}, 'Result of each absence'), history));

  let stream = null;
  let leaving = null;
  let absence = null;
  let timer = 0;
  let frame = 0;
  let silence = setTimeout(() => { hint.hidden = false; }, silentMs);

  function subscribe(cursor) {
    leaving = new AbortController();
    stream = new Stream({topics: [topic], cursor, signal: leaving.signal, onEvent: take, onGap: gap, onState: (state, details) => {
      request.textContent = `GET ${decodeURIComponent(stream?.url ?? `/events?topic=${topic}`)}`;
      if (state === 'waiting' && !absence && tally.last > 0) absence = new Absence(stream.cursor, tally.last);
      if (state === 'open' && absence && !absence.back) absence.return();
      status.show(state, details);
    }});
    request.textContent = `GET ${decodeURIComponent(stream.url)}`;
  }

  function take({data}) {
    clearTimeout(silence);
    hint.hidden = true;
    const {n, at} = read(data);
    const before = tally.last;
    const what = tally.take(n);
    if (!what) return;
    if (what === 'anew') strip.clear();
    if (absence && !absence.back) absence.return();
    const replayed = absence?.take(n, at, what) ?? false;
    if (what === 'new' && before > 0 && n > before + 1) strip.markRange(before, n - 1, 'lost');
    strip.mark(n, replayed ? (what === 'again' ? 'known' : 'replayed') : 'live');
    if (absence?.done) conclude();
    frame ||= requestAnimationFrame(tell);
  }

  function gap(data) {
    const said = read(data);
    absence ??= new Absence(stream.cursor, tally.last);
    if (!absence.back) absence.return();
    absence.gap = {reason: String(said.reason)};
  }

  function conclude() {
    const {words, cursor, gap: told, lost} = absence;
    absence = null;
    history.prepend(el('li', {class: told || lost > 0 ? 'warned' : null}, words, ' ',
      el('span', {class: 'soft small'}, 'Cursor sent: ', el('code', null, cursor ?? 'none'))));
    while (history.childElementCount > historyMax) history.lastElementChild.remove();
    announce(words);
  }

  function tell() {
    frame = 0;
    [tally.last, tally.missing, tally.twice].forEach((value, n) => { numbers[n][1].textContent = value.toLocaleString(); });
  }

  function leave(cursor = stream.cursor) {
    absence = new Absence(cursor, tally.last);
    leaving.abort();
  }

  function comeBack() {
    clearInterval(timer);
    timer = 0;
    away.textContent = 'Go offline';
    unknown.disabled = choice.disabled = false;
    absence.return();
    subscribe(absence.cursor);
  }

  function toggle() {
    if (timer) return comeBack();
    leave();
    away.textContent = 'Come back now';
    unknown.disabled = choice.disabled = true;
    const until = performance.now() + Number(choice.value) * 1000;
    const count = () => {
      const left = Math.ceil((until - performance.now()) / 1000);
      if (left <= 0) comeBack();
      else status.show('closed', {sentence: 'Offline', problem: '', untilMs: null, note: `back in ${left} s`});
    };
    count();
    timer = setInterval(count, 250);
  }

  signal.addEventListener('abort', () => {
    clearInterval(timer);
    clearTimeout(silence);
    cancelAnimationFrame(frame);
    leaving.abort();
  });
  subscribe();
}

function read(data) {
  try {
    const value = JSON.parse(data);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
