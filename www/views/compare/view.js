// Compare: the same events by server-sent events and by long polling, side by side; and when to choose which.

import { el } from '../../shell/dom.js';
import { Reading } from '../../shell/reading.js';
import { statusLine } from '../../shell/status.js';
import { Absence } from './absence.js';
import { choices, figures } from './figures.js';
import { Polled } from './polled.js';
import { Tally, read } from './tally.js';

export const title = 'Compare';

const cutMs = 3000;
const number = (value) => value.toLocaleString();
const size = (bytes) => (bytes < 10_000 ? `${number(bytes)} B` : `${number(Math.round(bytes / 1000))} kB`);

export function mount(root, { query, announce, signal }) {
  const topic = query.get('topic') || 'demo/count';
  const sides = [
    side('Server-sent events', 'One request that goes on. Bytes are those of its body, counted as they are read: a request that has not ended is not in Resource Timing.', openStream),
    side('Long polling', 'A request for whatever is next. Bytes are Resource Timing’s, heads included.', openPolls),
  ];
  const cut = el('button', { type: 'button', class: 'primary', on: { click: cutBoth } }, 'Cut both for 3 s');

  root.append(
    el('h1', null, 'Three ways to be told'),
    el('p', { class: 'lead' }, 'The same events twice, from this worker: ', el('code', null, topic), '. What does each way ask for, and what does it cost?'),
    el('div', { class: 'sides' }, sides.map(({ element }) => element)),
    el('p', { class: 'after' }, cut),
    el('section', { class: 'card', 'aria-labelledby': 'socket' },
      el('h2', { id: 'socket' }, 'And WebSockets?'),
      el('p', { class: 'soft' }, 'They need a server of their own, so here are the figures of ', el('code', null, 'make bench'), ': 1,000 readers, 100 bytes, two cores, the load client on them too. p99 is from the publisher to the reader.'),
      table('Figures of make bench', ['', 'deliveries a second, as fast as it goes', 'CPU a delivery at 50 events/s', 'p99 at 50 events/s'],
        figures.map(({ way, deliveries, cpuUs, p99Ms }) => [way, number(deliveries), `${cpuUs} µs`, `${p99Ms} ms`]))),
    el('section', { class: 'card', 'aria-labelledby': 'which' },
      el('h2', { id: 'which' }, 'When to choose which'),
      table('The three ways, point by point', ['', 'Server-sent events', 'Long polling', 'WebSocket'], choices)));

  let timer = 0;
  for (const each of sides) each.begin();
  const drawing = setInterval(() => sides.forEach((each) => each.draw()), 250);
  signal.addEventListener('abort', () => {
    clearInterval(drawing);
    clearTimeout(timer);
    for (const each of sides) each.end();
  });

  function cutBoth() {
    if (cut.getAttribute('aria-disabled') === 'true') return;
    cut.setAttribute('aria-disabled', 'true');
    for (const each of sides) each.cut();
    announce('Both are cut');
    timer = setTimeout(() => {
      cut.removeAttribute('aria-disabled');
      for (const each of sides) each.begin();
    }, cutMs);
  }

  function side(name, note, open) {
    const tally = new Tally();
    const status = statusLine({ retry: () => source?.retry(), signal });
    const rows = ['Requests', 'Bytes', 'Events', 'Bytes an event', 'Missed', 'Repeated', 'Latency, median'].map((each) => [each, el('dd', null, '–')]);
    const back = el('p', { class: 'back small' }, 'Not cut yet.');
    let source = null;
    let cursor;
    let absence = null; // since the cut

    const mine = {
      element: el('section', { class: 'card', 'aria-label': name },
        el('h2', null, name), el('p', { class: 'soft small note' }, note), status.element,
        el('dl', { class: 'figures' }, rows.map(([each, value]) => el('div', null, el('dt', null, each), value))), back),
      begin() {
        source = open(topic, cursor, {
          onRequest: () => { tally.requests += 1; },
          onBytes: (count) => { tally.bytes += count; },
          onData: take,
          onGap: () => {
            absence = null;
            back.textContent = 'The server said “gap”: what came after the cursor is not held any more.';
          },
          onState(state, details) {
            if (state === 'open') absence?.return();
            status.show(state, details);
          },
        });
      },
      cut() {
        cursor = source.cursor;
        source.close();
        absence = new Absence(tally);
        status.show('closed', { sentence: 'Cut' });
        back.textContent = 'Away, with the cursor in hand.';
      },
      end: () => source?.close(),
      draw() {
        const { requests, bytes, events, latencyMs, missed, repeated } = tally;
        const values = [number(requests), size(bytes), number(events), events > 0 ? number(Math.round(bytes / events)) : '–',
          missed === null ? '–' : number(missed), repeated === null ? '–' : number(repeated),
          latencyMs === null ? '–' : `${number(latencyMs)} ms`];
        values.forEach((value, n) => { rows[n][1].textContent = value; });
      },
    };
    return mine;

    function take(all) {
      const away = absence;
      for (const event of all.map(read)) tally.take(event, away?.isLate(event.at) ?? false);
      if (!away || all.length === 0) return;
      back.textContent = away.words(tally);
      if (away.over) absence = null;
    }
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
