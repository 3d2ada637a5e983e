// One line about a Stream: a dot and a sentence, and a way out where there is one. Its height never changes.

import {el} from './dom.js';

const sentences = {
  connecting: 'Connecting',
  open: 'Live',
  waiting: 'Connection lost',
  refused: 'Refused',
  ended: 'Ended by the server',
  closed: 'Not connected',
};

// Returns { element, show(state, details) } for onState. details may also hold a sentence to use instead, and a note to
// stand behind it unheard. retry() is called by the button that comes with trouble; signal
// ends the counting down.
export function statusLine({retry, signal}) {
  const word = el('span', null, sentences.connecting);
  const more = el('span', {class: 'soft'});
  const count = el('span', {class: 'soft', 'aria-hidden': 'true'}); // a number each second is nothing to be read out
  const button = el('button', {type: 'button', class: 'quiet', hidden: true, on: {click: () => retry()}}, 'Try now');
  const element = el('p', {class: 'status', 'data-state': 'connecting'},
    el('span', {role: 'status'}, word, ' ', more), count, button);
  let timer = 0;

  function tick(untilMs) {
    count.textContent = `Reconnecting in ${Math.max(1, Math.ceil((untilMs - performance.now()) / 1000))} s`;
  }

  function show(state, {untilMs, problem = '', sentence, note = ''} = {}) {
    clearInterval(timer);
    element.dataset.state = state;
    // Written only when they change: what is written is read out.
    for (const [part, words] of [[word, sentence ?? sentences[state]], [more, problem]]) {
      if (part.textContent !== words) part.textContent = words;
    }
    count.textContent = note;
    button.hidden = state !== 'waiting' && state !== 'refused';
    if (state === 'waiting' && untilMs) {
      tick(untilMs);
      timer = setInterval(tick, 250, untilMs);
    }
  }

  signal.addEventListener('abort', () => clearInterval(timer));
  return {element, show};
}
