// Two users, each with a token of their own. A private event reaches the one whose token names one of its topics, although both read
// the public topic that it has as well.

import {el} from '../../shell/dom.js';
import {statusLine} from '../../shell/status.js';
import {describe} from '../../lib/answer.js';
import {Stream} from '../../lib/stream.js';
import {tokenOf, users} from './demo_tokens.js';
import {gather} from './gather.js';
import {clockTime, parse, text, time} from './payload.js';

const rowsMax = 20;
const textCharsMax = 120;
const board = 'demo/board';
const own = (user) => `demo/users/${user}`;
const settleMs = 1000; // who has received nothing by then gets nothing

export function mountUsers(box, {signal}) {
  const hint = el('p', {class: 'hint small soft', hidden: true},
    'This server has no tokens for the two users. They are part of ', el('code', null, 'make run'), ' and its feed.');
  const to = el('select', {id: 'user-to'},
    [...Object.entries(users).map(([user, name]) => [user, `Only ${name}`]), ['all', 'Everybody']].map(([value, words]) => el('option', {value}, words)));
  const words = el('input', {id: 'user-text', value: 'Your order has been paid', maxlength: textCharsMax, autocomplete: 'off', required: true});
  const result = el('p', {class: 'small sent', role: 'status'});
  const readers = Object.fromEntries(Object.keys(users).map((user) => [user, reader(user, {signal, onMissing: () => { hint.hidden = false; }})]));
  box.append(
    el('section', {class: 'card', 'aria-label': 'Publish'},
      el('form', {class: 'send', on: {submit}},
        el('p', {class: 'field'}, el('label', {for: to.id}, 'For'), to),
        el('p', {class: 'field'}, el('label', {for: words.id}, 'Text'), words),
        el('button', {type: 'submit', class: 'primary'}, 'Publish')),
      result, hint),
    el('div', {class: 'pair'}, Object.values(readers).map(({element}) => element)),
    el('p', {class: 'small soft'}, 'Both subscribe to ', el('code', null, board), ', which is public. An event for one user is published to that user\'s topic and to ', el('code', null, board), ' with ',
      el('code', null, 'private'), ': the worker sends it only where the token names one of its topics, live and from the history.'));

  async function submit(event) {
    event.preventDefault();
    const user = to.value;
    const topic = user === 'all' ? [board] : [own(user), board];
    result.textContent = '';
    try {
      const answer = await fetch('/publish', {
        method: 'POST',
        headers: {'Content-Type': 'application/json'},
        body: JSON.stringify({topic, private: user !== 'all', data: {for: user, text: words.value, at: Date.now()}}),
        signal,
      });
      const said = await answer.text();
      if (!answer.ok) result.textContent = describe(answer.status, said);
      else setTimeout(tell, settleMs, parse(said).id);
    } catch {
      result.textContent = 'The server did not answer. It is unknown whether the event was stored.';
    }
  }

  function tell(id) {
    result.textContent = Object.entries(readers).map(([user, {has}]) => `${users[user]} received ${has(id) ? 'it' : 'nothing'}.`).join(' ');
  }
}

// One user's card. onMissing(): there is no token. has(id): whether this event has come.
function reader(user, {signal, onMissing}) {
  const status = statusLine({retry: () => stream.retry(), signal});
  const list = el('ol', {class: 'received'});
  const ids = new Set();
  const add = gather((arrived) => {
    list.prepend(...arrived.map(row).reverse());
    while (list.childElementCount > rowsMax) list.lastElementChild.remove();
  }, rowsMax, signal);
  const stream = new Stream({
    topics: [own(user), board],
    cursor: 'earliest',
    signal,
    token: tokenOf(user, {signal, onMissing}),
    onState: (state, details) => status.show(state, details),
    onEvent: ({data, id}) => {
      ids.add(id);
      if (ids.size > 10 * rowsMax) ids.delete(ids.values().next().value);
      add(parse(data));
    },
  });
  const element = el('section', {class: 'card', 'aria-labelledby': `user-${user}`},
    el('h2', {id: `user-${user}`}, users[user]),
    status.element,
    el('p', {class: 'small soft'}, 'Token for ', el('code', null, own(user))),
    el('div', {class: 'scroller', tabindex: 0, role: 'region', 'aria-label': `Received by ${users[user]}, newest first`}, list));
  return {element, has: (id) => ids.has(id)};
}

function row({for: user, text: words, at}) {
  const date = time(at);
  const secret = Object.hasOwn(users, user ?? '');
  return el('li', null,
    el('span', {class: secret ? 'mark secret' : 'mark'}, secret ? 'private' : 'public'),
    el('span', {dir: 'auto'}, text(words, textCharsMax) || '(no text)'),
    el('time', {datetime: date.toISOString()}, clockTime(date)));
}
