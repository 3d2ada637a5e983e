// A scenario's stream with its status line, and a word when nobody publishes.

import {el} from '../../shell/dom.js';
import {statusLine} from '../../shell/status.js';
import {Stream} from '../../lib/stream.js';

const silentMs = 6000;

// Options as of Stream. Returns { element, hint, stream }: element holds the status line and the hint.
export function subscribe({signal, onEvent, onState, ...options}) {
  const status = statusLine({retry: () => stream.retry(), signal});
  const hint = el('p', {class: 'hint small soft', hidden: true},
    `No backend publishes under ${options.topics[0]}. `, el('code', null, 'make run'), ' starts one.');
  let silence = setTimeout(() => { hint.hidden = false; }, silentMs);
  signal.addEventListener('abort', () => clearTimeout(silence));
  const stream = new Stream({
    ...options,
    signal,
    onState: (state, details) => {
      status.show(state, details);
      if (state !== 'open' && state !== 'connecting') clearTimeout(silence);
      onState?.(state, details);
    },
    onEvent: (event) => {
      if (silence) {
        clearTimeout(silence);
        silence = 0;
        hint.hidden = true;
      }
      onEvent(event);
    },
  });
  return {element: el('div', {class: 'subscription'}, status.element, hint), hint, stream};
}
