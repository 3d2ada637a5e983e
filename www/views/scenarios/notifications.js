// What a person is told: a count of what is unread, a list, and a toast for what comes in while they watch.

import {el, svg} from '../../shell/dom.js';
import {gather} from './gather.js';
import {clockTime, parse, text, time} from './payload.js';
import {subscribe} from './subscribe.js';
import {Toasts} from './toasts.js';

const rowsMax = 50;
const freshMs = 3000; // what is older when it arrives was held for the reader: it is listed, without a toast
const kinds = {mention: '@', build: '⚙', delivery: '↓', reminder: '!'};

export function mountNotifications(box, {signal}) {
  const toasts = new Toasts(signal);
  const count = el('span', {class: 'badge', hidden: true});
  const spoken = el('span', {class: 'unseen'});
  const bell = el('p', {class: 'bell'}, svg('svg', {viewBox: '0 0 24 24', 'aria-hidden': 'true'},
    svg('path', {d: 'M6 17V11a6 6 0 0 1 12 0v6l1.5 2h-15ZM10 21h4'})), count, spoken);
  const list = el('ul', {class: 'notices'});
  const scroller = el('div', {class: 'scroller', tabindex: 0, role: 'region', 'aria-label': 'Notifications, newest first'}, list);
  const readAll = el('button', {type: 'button', on: {click: () => { for (const row of unread()) mark(row); }}}, 'Mark all as read');
  const add = gather(show, rowsMax, signal);

  const {element} = subscribe({topics: ['demo/notifications'], cursor: 'earliest', signal, onEvent: ({data}) => add(parse(data))});
  box.append(el('section', {class: 'card', 'aria-label': 'Notifications'},
    el('div', {class: 'row-head'}, element, bell, readAll), scroller), toasts.element);

  const unread = () => list.querySelectorAll('.unread');

  function show(arrived) {
    const before = list.offsetHeight;
    for (const notice of arrived.slice(-rowsMax)) {
      list.prepend(row(notice));
      if (Date.now() - time(notice.at) < freshMs) toasts.add(`${text(notice.from, 60)} ${text(notice.text)}`);
    }
    // Nothing moves away under a pointer, nor for somebody further down.
    const busy = scroller.scrollTop > 4 || scroller.matches(':hover, :focus-within');
    if (busy && before > 0) scroller.scrollTop += list.offsetHeight - before;
    while (list.childElementCount > rowsMax) list.lastElementChild.remove();
    tell();
  }

  function tell() {
    const many = unread().length;
    count.hidden = many === 0;
    count.textContent = many;
    spoken.textContent = `${many} unread`;
    readAll.setAttribute('aria-disabled', String(many === 0));
    const titled = untold(document.title);
    document.title = many > 0 ? `(${many}) ${titled}` : titled;
  }

  function mark(item) {
    item.classList.remove('unread');
    item.querySelector('button')?.remove();
    tell();
  }

  function row({kind, from, text: words, at}) {
    const date = time(at);
    const item = el('li', {class: 'unread'},
      el('span', {class: 'kind', 'aria-hidden': 'true'}, Object.hasOwn(kinds, kind ?? '') ? kinds[kind] : '•'),
      el('p', {dir: 'auto'}, el('strong', null, text(from, 60) || 'Somebody'), ' ', text(words) || '(no text)'),
      el('time', {datetime: date.toISOString()}, clockTime(date)),
      el('button', {type: 'button', class: 'quiet', on: {click: () => {
        const next = item.nextElementSibling?.querySelector('button') ?? readAll;
        mark(item);
        next.focus({preventScroll: true});
      }}}, 'Read', el('span', {class: 'unseen'}, `: ${text(from, 60)} ${text(words)}`)));
    return item;
  }

  tell();
  signal.addEventListener('abort', () => { document.title = untold(document.title); });
}

const untold = (title) => title.replace(/^\(\d+\) /, '');
