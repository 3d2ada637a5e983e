// One line about a Stream: a dot and a sentence, and a way out where there is one. Its height never changes.

import { el } from './dom.js';

const sentences = {
  connecting: 'Connecting',
  open: 'Live',
  waiting: 'Connection lost',
  refused: 'Refused',
  ended: 'Ended by the server',
  closed: 'Not connected',
};

// Returns { element, show(state, details) } for onState. retry() is called by the button that comes with trouble; signal
// ends the counting down.
export function statusLine({ retry, signal }) {
  const word = el('span', null, sentences.connecting);
  const more = el('span', { class: 'soft' });
  const count = el('span', { class: 'soft', 'aria-hidden': 'true' }); // a number each second is nothing to be read out
  const button = el('button', { type: 'button', class: 'quiet', hidden: true, on: { click: () => retry() } }, 'Try now');
  const element = el('p', { class: 'status', 'data-state': 'connecting' },
    el('span', { role: 'status' }, word, ' ', more), count, button);
  let timer = 0;

  function tick(untilMs) {
    count.textContent = `Reconnecting in ${Math.max(1, Math.ceil((untilMs - performance.now()) / 1000))} s`;
  }

  function show(state, { untilMs, problem = '', sentence } = {}) {
    clearInterval(timer);
    element.dataset.state = state;
    word.textContent = sentence ?? sentences[state];
    more.textContent = problem;
    count.textContent = '';
    button.hidden = state !== 'waiting' && state !== 'refused';
    if (state === 'waiting' && untilMs) {
      tick(untilMs);
      timer = setInterval(tick, 250, untilMs);
    }
  }

  signal.addEventListener('abort', () => clearInterval(timer));
  return { element, show };
}
