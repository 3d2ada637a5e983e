// The greeting stream, and what the page shows of it.

import {offerCopies} from './copy.js';
import {duration} from './format.js';
import {Greeting, isLive} from './greeting.js';
import {layOut} from './layout.js';
import {Log} from './log.js';
import {readMessage} from './message.js';
import {Timeline} from './timeline.js';
import {reopened, words} from './words.js';

export const title = 'Hello';

export function mount(root, {announce, signal}) {
  layOut(root);
  const $ = (id) => document.getElementById(id);
  const log = new Log($('log'), $('rows'));
  const timeline = new Timeline($('timeline'));

  // Of this run, that is since the last start: messages, reconnects, and when the last message came.
  let run = {messages: 0, reconnects: 0, lastMs: 0};

  let counting = 0;

  function begin() {
    run = {messages: 0, reconnects: 0, lastMs: performance.now()};
    log.clear();
    timeline.start();
    $('messages').textContent = 0;
    $('reconnects').textContent = 0;
    $('first').textContent = '–';
  }

  function showState(state, before) {
    if (state === 'connecting') begin();
    clearInterval(counting);
    $('again').textContent = '';
    const {title, detail, note} = words[state];
    $('live').dataset.state = state;
    $('sign').setAttribute('href', `#sign-${state}`);
    $('state').textContent = title;
    $('detail').textContent = `${detail} `;
    $('stop').setAttribute('aria-disabled', String(!isLive(state)));

    if (state === 'open') {
      timeline.draw('live');
    } else if (state === 'waiting') {
      timeline.draw('idle');
      timeline.mark('lost');
    } else if (!isLive(state)) {
      timeline.mark(state);
      timeline.stop();
    }
    if (state === 'open' && before === 'waiting') {
      $('reconnects').textContent = ++run.reconnects;
      log.note(state, reopened);
    } else if (note) {
      log.note(state, note);
    }
  }

  function showWait(ms) {
    const until = performance.now() + ms;
    const tell = () => {
      const left = Math.ceil((until - performance.now()) / 1000);
      $('again').textContent = left > 0 ? `Reconnecting in ${left} s.` : 'Reconnecting.';
    };
    clearInterval(counting);
    counting = setInterval(tell, 250);
    tell();
  }

  function showMessage(data) {
    const now = performance.now();
    const waitedMs = now - run.lastMs;
    run.lastMs = now;
    run.messages += 1;
    if (run.messages === 1) $('first').textContent = duration(waitedMs);
    $('messages').textContent = run.messages.toLocaleString();
    log.message({number: run.messages, ...readMessage(data), waitedMs});
    timeline.mark('message');
  }

  const greeting = new Greeting({url: '/events', onState: showState, onMessage: showMessage, onWait: showWait});
  $('start').addEventListener('click', () => greeting.start());
  $('stop').addEventListener('click', () => greeting.stop());
  offerCopies(root, announce);
  signal.addEventListener('abort', () => {
    greeting.close();
    timeline.stop();
    clearInterval(counting);
  });
  greeting.start();
}
