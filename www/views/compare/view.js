// Compare: the same events by server-sent events and by long polling, side by side; and when to choose which.

import {el} from '../../shell/dom.js';
import {Reading} from '../../shell/reading.js';
import {choices, figures} from './figures.js';
import {Polled} from './polled.js';
import {side} from './side.js';

export const title = 'Compare';

const usual = 'demo/count';
const cutMs = 3000;

export function mount(root, {query, setQuery, announce, signal}) {
  const topic = el('input', {id: 'topic', value: query.get('topic') || usual, placeholder: usual, autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'topic-problem'});
  const problem = el('span', {class: 'problem', id: 'topic-problem'});
  const sides = [
    side({name: 'Server-sent events', note: 'One request that stays open. The bytes are those of its body, counted as the page reads them: Resource Timing lists a request only after it has ended.', open: openStream, onState, signal}),
    side({name: 'Long polling', note: 'One request after another; each answer brings the next events. The bytes are those of Resource Timing and include headers.', open: openPolls, onState, signal}),
  ];
  const cut = el('button', {type: 'button', class: 'primary', on: {click: cutBoth}}, 'Disconnect both for 3 s');

  root.append(
    el('h1', null, 'SSE, long polling and WebSocket compared'),
    el('p', {class: 'lead'}, 'This page reads the same events twice, as server-sent events (SSE) and by long polling, and counts what each needs.'),
    el('form', {class: 'topic', on: {submit: (event) => { event.preventDefault(); choose(); }}},
      el('p', {class: 'field'}, el('label', {for: 'topic'}, 'Topic'), topic, problem),
      el('button', {type: 'submit'}, 'Compare')),
    el('div', {class: 'sides'}, sides.map(({element}) => element)),
    el('p', {class: 'after'}, cut),
    el('section', {class: 'card', 'aria-labelledby': 'socket'},
      el('h2', {id: 'socket'}, 'WebSocket'),
      el('p', {class: 'soft small'}, 'WebSocket needs another server, so these figures are from ', el('code', null, 'make bench'), ': 1,000 readers, events of 100 bytes, two cores that also run the load client. p99 is the time from publisher to reader that 99 % of the events do not exceed.'),
      table('Figures of make bench', ['', 'Deliveries per second, maximum', 'CPU per delivery at 50 events/s', 'p99 at 50 events/s'],
        figures.map(({way, deliveries, cpuUs, p99Ms}) => [way, deliveries.toLocaleString(), `${cpuUs} µs`, `${p99Ms} ms`]))),
    el('section', {class: 'card choices', 'aria-labelledby': 'which'},
      el('h2', {id: 'which'}, 'Which one to choose'),
      table('SSE, long polling and WebSocket, point by point', ['', 'Server-sent events', 'Long polling', 'WebSocket'], choices)));

  let timer = 0;
  const drawing = setInterval(() => sides.forEach((each) => each.draw()), 250);
  signal.addEventListener('abort', () => {
    clearInterval(drawing);
    clearTimeout(timer);
    for (const each of sides) each.end();
  });
  begin(topic.value);

  function choose() {
    topic.value = topic.value.trim() || usual;
    setQuery({topic: topic.value === usual ? null : topic.value});
    begin(topic.value);
  }

  function begin(name) {
    clearTimeout(timer);
    const foreign = name.startsWith('$');
    show(foreign ? 'topic: names that begin with $ belong to the worker, and its streams do not support long polling' : '');
    cut.setAttribute('aria-disabled', foreign);
    for (const each of sides) {
      if (foreign) each.end();
      else each.begin(name);
    }
  }

  function show(text) {
    if (problem.textContent === text) return;
    problem.textContent = text;
    if (text) topic.setAttribute('aria-invalid', 'true');
    else topic.removeAttribute('aria-invalid');
  }

  // "FIELD: what is wrong" belongs to its field.
  function onState(state, {problem: said}) {
    if (state === 'open') show('');
    else if (state === 'refused' && said?.startsWith('topic: ')) show(said);
  }

  function cutBoth() {
    if (cut.getAttribute('aria-disabled') === 'true') return;
    cut.setAttribute('aria-disabled', 'true');
    for (const each of sides) each.cut();
    announce('Both are disconnected');
    timer = setTimeout(() => {
      cut.setAttribute('aria-disabled', 'false');
      for (const each of sides) each.resume();
    }, cutMs);
  }
}

function openStream(topic, cursor, {onData, onGap, ...on}) {
  return new Reading({
    topics: [topic],
    cursor,
    ...on,
    onFrames(frames) {
      if (frames.some(({event}) => event === 'gap')) onGap();
      onData(frames.filter(({data, event}) => data !== undefined && event !== 'gap' && event !== 'close').map(({data}) => data));
    },
  });
}

const openPolls = (topic, cursor, {onData, ...on}) =>
  new Polled({topics: [topic], cursor, ...on, onEvents: (events) => onData(events.map(({data}) => data))});

// On a narrow screen each row is a block of its own, with the name of the column above each cell. The roles are needed because a
// browser does not report a table to screen readers once its rows are laid out as blocks.
function table(name, heads, rows) {
  return el('div', {class: 'wide after', tabindex: '0', role: 'region', 'aria-label': name},
    el('table', {role: 'table'},
      el('thead', {role: 'rowgroup'}, el('tr', {role: 'row'}, heads.map((head) => (head ? el('th', {scope: 'col', role: 'columnheader'}, head) : el('td', {role: 'cell'}))))),
      el('tbody', {role: 'rowgroup'}, rows.map(([first, ...rest]) => el('tr', {role: 'row'}, el('th', {scope: 'row', role: 'rowheader'}, first),
        rest.map((cell, n) => el('td', {role: 'cell', 'data-column': heads[n + 1]}, cell)))))));
}
