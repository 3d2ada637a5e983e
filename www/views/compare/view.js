// Compare: the same events by server-sent events and by long polling, side by side; and when to choose which.

import { el } from '../../shell/dom.js';
import { Reading } from '../../shell/reading.js';
import { choices, figures } from './figures.js';
import { Polled } from './polled.js';
import { side } from './side.js';

export const title = 'Compare';

const usual = 'demo/count';
const cutMs = 3000;

export function mount(root, { query, setQuery, announce, signal }) {
  const topic = el('input', { id: 'topic', value: query.get('topic') || usual, placeholder: usual, autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'topic-problem' });
  const problem = el('span', { class: 'problem', id: 'topic-problem' });
  const sides = [
    side({ name: 'Server-sent events', note: 'One request that goes on. Bytes are those of its body, counted as they are read: a request that has not ended is not in Resource Timing.', open: openStream, onState, signal }),
    side({ name: 'Long polling', note: 'A request for whatever is next. Bytes are Resource Timing’s, heads included.', open: openPolls, onState, signal }),
  ];
  const cut = el('button', { type: 'button', class: 'primary', on: { click: cutBoth } }, 'Cut both for 3 s');

  root.append(
    el('h1', null, 'Three ways to be told'),
    el('p', { class: 'lead' }, 'The same events twice, from this worker. What does each way ask for, and what does it cost?'),
    el('form', { class: 'topic', on: { submit: (event) => { event.preventDefault(); choose(); } } },
      el('p', { class: 'field' }, el('label', { for: 'topic' }, 'Topic'), topic, problem),
      el('button', { type: 'submit' }, 'Compare')),
    el('div', { class: 'sides' }, sides.map(({ element }) => element)),
    el('p', { class: 'after' }, cut),
    el('section', { class: 'card', 'aria-labelledby': 'socket' },
      el('h2', { id: 'socket' }, 'And WebSockets?'),
      el('p', { class: 'soft small' }, 'They need a server of their own, so here are the figures of ', el('code', null, 'make bench'), ': 1,000 readers, 100 bytes, two cores, the load client on them too. p99 is from the publisher to the reader.'),
      table('Figures of make bench', ['', 'deliveries a second, as fast as it goes', 'CPU a delivery at 50 events/s', 'p99 at 50 events/s'],
        figures.map(({ way, deliveries, cpuUs, p99Ms }) => [way, deliveries.toLocaleString(), `${cpuUs} µs`, `${p99Ms} ms`]))),
    el('section', { class: 'card choices', 'aria-labelledby': 'which' },
      el('h2', { id: 'which' }, 'When to choose which'),
      table('The three ways, point by point', ['', 'Server-sent events', 'Long polling', 'WebSocket'], choices)));

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
    setQuery({ topic: topic.value === usual ? null : topic.value });
    begin(topic.value);
  }

  function begin(name) {
    clearTimeout(timer);
    const foreign = name.startsWith('$');
    show(foreign ? 'topic: what begins with $ is a stream of the worker’s own, and cannot be polled' : '');
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
  function onState(state, { problem: said }) {
    if (state === 'open') show('');
    else if (state === 'refused' && said?.startsWith('topic: ')) show(said);
  }

  function cutBoth() {
    if (cut.getAttribute('aria-disabled') === 'true') return;
    cut.setAttribute('aria-disabled', 'true');
    for (const each of sides) each.cut();
    announce('Both are cut');
    timer = setTimeout(() => {
      cut.setAttribute('aria-disabled', 'false');
      for (const each of sides) each.resume();
    }, cutMs);
  }
}

function openStream(topic, cursor, { onData, onGap, ...on }) {
  return new Reading({
    topics: [topic],
    cursor,
    ...on,
    onFrames(frames) {
      if (frames.some(({ event }) => event === 'gap')) onGap();
      onData(frames.filter(({ data, event }) => data !== undefined && event !== 'gap' && event !== 'close').map(({ data }) => data));
    },
  });
}

const openPolls = (topic, cursor, { onData, ...on }) =>
  new Polled({ topics: [topic], cursor, ...on, onEvents: (events) => onData(events.map(({ data }) => data)) });

function table(name, heads, rows) {
  return el('div', { class: 'wide after', tabindex: '0', role: 'region', 'aria-label': name },
    el('table', null,
      el('thead', null, el('tr', null, heads.map((head) => (head ? el('th', { scope: 'col' }, head) : el('td'))))),
      el('tbody', null, rows.map(([first, ...rest]) => el('tr', null, el('th', { scope: 'row' }, first), rest.map((cell) => el('td', null, cell)))))));
}
