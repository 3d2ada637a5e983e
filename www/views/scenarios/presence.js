// Who reads this: windows join and leave. A window with a token gets their names, another one their number.

import {el} from '../../shell/dom.js';
import {statusLine} from '../../shell/status.js';
import {Stream} from '../../lib/stream.js';
import {tokenOf, users} from './demo_tokens.js';
import {clockTime, parse, text} from './payload.js';
import {Readers} from './readers.js';

const topic = 'demo/presence';
const namesShown = 20;
const rowsMax = 20;
const nameCharsMax = 40;
const without = 'none'; // ?as=none: a window without a token

export function mountPresence(box, {query, signal}) {
  const wanted = query.get('as') ?? 'alice';
  const user = Object.hasOwn(users, wanted) ? wanted : null;
  const status = statusLine({retry: () => stream.retry(), signal});
  const hint = el('p', {class: 'hint small soft', hidden: true});
  const count = el('p', {class: 'present', role: 'status'});
  const names = el('ul', {class: 'present-names'});
  const changes = el('ol', {class: 'received changes'});
  const readers = new Readers();
  let frame = 0;

  box.append(
    el('div', {class: 'pair'},
      el('section', {class: 'card', 'aria-labelledby': 'present'},
        el('h2', {id: 'present'}, 'Who reads this'),
        status.element, hint, count, names,
        el('p', {class: 'small soft note-line'}, user
          ? `This window has the token of ${users[user]}. The token grants the topic, so the window gets the names.`
          : 'This window has no token. It gets the number of readers, and no names.')),
      el('section', {class: 'card', 'aria-labelledby': 'changes'},
        el('h2', {id: 'changes'}, 'Joined and left'),
        el('p', {class: 'windows'}, el('span', {class: 'small soft'}, 'Open another window'), Object.entries(users).map(([name, words]) => opener(name, `as ${words}`)), opener(without, 'without a token')),
        el('div', {class: 'scroller', tabindex: 0, role: 'region', 'aria-label': 'Who joined and left, newest first'}, changes))),
    el('p', {class: 'small soft'}, 'Each window subscribes to ', el('code', null, topic), ' with ', el('code', null, 'presence=true'),
      '. The worker itself counts the readers and sends these events. All windows of one user are one reader, and each window without a token is one. A reader who closes the window leaves after a few seconds, because a reader who comes back within this time has not left.'));

  const stream = new Stream({
    path: '/events?presence=true',
    topics: [topic],
    names: ['here', 'join', 'leave'],
    signal,
    token: user ? tokenOf(user, {signal, onMissing: () => explain('This server has no tokens for the two users. They are part of ')}) : undefined,
    onState: (state, details) => {
      status.show(state, details);
      if (details.status === 400) explain(`This server does not count the readers of ${topic}. It does after `);
      if (state !== 'open') readers.forget();
      draw();
    },
    // Events that are missing need no care: the stream that follows a gap begins with all that holds.
    onEvent: ({type, data}) => {
      const said = parse(data);
      if (readers.take(type, said)) tell(type, said);
      draw();
    },
  });

  function explain(words) {
    hint.replaceChildren(words, el('code', null, 'make run'), ' and its feed.');
    hint.hidden = false;
  }

  // With names, the number alone is no row: `join` and `leave` say the same.
  function tell(type, {subject}) {
    const words = {
      here: user ? null : inWords(readers.count),
      join: `${nameOf(subject)} joined`,
      leave: `${nameOf(subject)} left`,
    }[type];
    if (!words) return;
    const now = new Date();
    changes.prepend(el('li', null, el('span', {dir: 'auto'}, words), el('time', {datetime: now.toISOString()}, clockTime(now))));
    while (changes.childElementCount > rowsMax) changes.lastElementChild.remove();
  }

  function draw() {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      const words = readers.count === null ? 'Not known' : inWords(readers.count);
      if (count.textContent !== words) count.textContent = words; // what is written is read out
      const shown = [...readers.names].slice(0, namesShown);
      const others = (readers.count ?? 0) - shown.length;
      names.replaceChildren(
        ...shown.map((name) => el('li', {dir: 'auto'}, nameOf(name), name === user ? ' (you)' : '')),
        ...(user && others > 0 ? [el('li', {class: 'unnamed'}, `${others.toLocaleString()} more`)] : []));
    });
  }

  draw();
  signal.addEventListener('abort', () => cancelAnimationFrame(frame));
}

const opener = (as, words) => el('a', {href: `?view=scenarios&show=presence&as=${as}`, target: '_blank', rel: 'noopener'}, words);
const inWords = (count) => (count === 1 ? '1 reader' : `${count.toLocaleString()} readers`);
const nameOf = (subject) => (Object.hasOwn(users, subject) ? users[subject] : text(subject, nameCharsMax) || '(no name)');
