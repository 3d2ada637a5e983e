// A text that is written while one reads it. The page keeps the text and its cursor over a reload, and goes on from there;
// the topic's close says that it is finished.

import {el} from '../../shell/dom.js';
import {statusLine} from '../../shell/status.js';
import {Stream} from '../../lib/stream.js';
import {Draft} from './draft.js';
import {parse, text} from './payload.js';
import {subscribe} from './subscribe.js';

export function mountTokens(box, {announce, signal}) {
  const status = statusLine({retry: () => reading?.retry(), signal});
  const title = el('h2', null, 'Waiting for a text');
  const words = el('div', {class: 'words'});
  const bar = el('progress', {max: 1, value: 0, 'aria-label': 'Written so far'});
  const count = el('span', {class: 'soft small'});
  const note = el('p', {class: 'small soft note-line'});
  const draft = new Draft(words);
  let reading = null; // the text
  let leave = null;
  let latest = null; // which text it is
  let settling = 0;

  function begin() {
    if (draft.topic === latest.topic && reading) return;
    leave?.abort();
    leave = new AbortController();
    title.textContent = text(latest.title, 80) || 'Untitled';
    bar.max = Math.min(100_000, Math.max(1, Number(latest.tokens) || 1));
    const kept = draft.begin(latest.topic);
    note.textContent = kept > 0
      ? `This page was reloaded. It kept ${kept} words and requested the rest.`
      : 'Reload the page in the middle of a sentence: the text continues where it stopped.';
    progress();
    reading = new Stream({
      topics: [latest.topic],
      cursor: draft.cursor ?? 'earliest',
      names: ['end'],
      signal: leave.signal,
      onState: (state, details) => {
        if (state === 'ended') ended();
        else status.show(state, state === 'open' ? {sentence: 'Receiving the text'} : details);
      },
      onGap: () => { draft.restart(); note.textContent = 'The server no longer retains the beginning of the text.'; },
      onEvent: ({type, data, id}) => {
        if (type === 'message') draft.add(data, id);
        progress();
      },
    });
  }

  function progress() {
    bar.value = Math.min(draft.count, bar.max);
    count.textContent = `${draft.count.toLocaleString()} of ${bar.max.toLocaleString()} words`;
  }

  function ended() {
    status.show('ended', {sentence: 'Complete: the topic is closed'});
    note.textContent = 'The last event closed the topic, so the page does not reconnect. The next text begins in a moment.';
    announce('The text is complete');
  }

  const {hint} = subscribe({
    topics: ['demo/tokens'],
    cursor: 'earliest',
    signal,
    onState: (state, details) => {
      if (!reading || (reading.state === 'ended' && state !== 'open')) status.show(state, details);
    },
    onEvent: ({data}) => {
      const told = parse(data);
      if (typeof told.topic !== 'string' || !told.topic.startsWith('demo/tokens/')) return;
      latest = told;
      clearTimeout(settling);
      settling = setTimeout(begin, 60); // those that are over come in one go with the one that is not
    },
  });
  box.append(el('section', {class: 'card', 'aria-label': 'Text'},
    el('div', {class: 'row-head'}, status.element,
      el('button', {type: 'button', on: {click: () => location.reload()}}, 'Reload the page')),
    title, el('p', {class: 'progress'}, bar, count), words, note, hint));
  signal.addEventListener('abort', () => {
    clearTimeout(settling);
    leave?.abort();
    draft.close();
  });
}
