// One way of being told: its card, with what it has cost and brought since it began, and what it came back with after a cut.

import {el} from '../../shell/dom.js';
import {statusLine} from '../../shell/status.js';
import {Absence} from './absence.js';
import {Tally, read} from './tally.js';

const number = (value) => value.toLocaleString();
const known = (value) => (value === null ? '–' : number(value));
const size = (bytes) => (bytes < 10_000 ? `${number(bytes)} B` : `${number(Math.round(bytes / 1000))} kB`);
const time = (ms) => (ms === null ? '–' : ms < 0 ? 'clocks differ' : `${number(ms)} ms`);

const names = ['Requests', 'Bytes', 'Events', 'Bytes per event', 'Missed', 'Repeated', 'Latency, median'];
const aboutLatency = 'This clock minus the publisher’s. It is right only where both clocks agree, as on one machine.';

// open(topic, cursor, { onRequest, onBytes, onData, onGap, onState }) gives what reads, with a cursor, close() and retry().
// onState is told as well. signal ends it.
export function side({name, note, open, onState, signal}) {
  const status = statusLine({retry: () => source.retry(), signal});
  const values = names.map(() => el('dd', null, '–'));
  const rows = names.map((each, n) => el('div', null, el('dt', null, each), values[n]));
  rows.at(-1).classList.add('latency');
  rows.at(-1).append(el('dd', {class: 'soft small'}, aboutLatency));
  const back = el('p', {class: 'back small'});
  let topic;
  let tally;
  let source = null;
  let cursor;
  let absence = null; // since the cut

  const element = el('section', {class: 'card', 'aria-label': name},
    el('h2', null, name), el('p', {class: 'soft small note'}, note), status.element, el('dl', {class: 'figures'}, rows), back);

  function begin(wanted) {
    end();
    topic = wanted;
    cursor = undefined;
    resume();
  }

  function resume() {
    source = open(topic, cursor, {
      onRequest: () => { tally.requests += 1; },
      onBytes: (count) => { tally.bytes += count; },
      onData: take,
      onGap() {
        absence = null;
        back.textContent = 'The server sent “gap”: it no longer holds the events after the cursor.';
      },
      onState(state, details = {}) {
        if (state === 'open') absence?.return();
        status.show(state, details);
        onState(state, details);
      },
    });
  }

  function take(all) {
    const away = absence;
    for (const event of all.map(read)) tally.take(event, away?.isLate(event.at) ?? false);
    if (!away || all.length === 0) return;
    back.textContent = away.words(tally);
    draw(); // the figures say the same in the same moment
    if (away.over) absence = null;
  }

  function cut() {
    cursor = source.cursor;
    source.close();
    absence = new Absence(tally);
    status.show('closed', {sentence: 'Disconnected'});
    back.textContent = 'Disconnected. The cursor is kept.';
  }

  // All that was counted is forgotten.
  function end() {
    source?.close();
    tally = new Tally();
    absence = null;
    status.show('closed');
    back.textContent = 'Not disconnected yet.';
    draw();
  }

  function draw() {
    const {requests, bytes, events, missed, repeated, latencyMs} = tally;
    const each = events > 0 ? Math.round(bytes / events) : null;
    [number(requests), size(bytes), number(events), known(each), known(missed), known(repeated), time(latencyMs)]
      .forEach((text, n) => { values[n].textContent = text; });
  }

  return {element, begin, cut, resume, end, draw};
}
