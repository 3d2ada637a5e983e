// Headlines, the newest on top. Who has scrolled down to read keeps their place: what comes then waits above.

import {el} from '../../shell/dom.js';
import {gather} from './gather.js';
import {clockTime, parse, text, time} from './payload.js';
import {subscribe} from './subscribe.js';

const rowsMax = 100;

export function mountNews(box, {signal}) {
  const list = el('ol', {class: 'headlines'});
  const more = el('button', {type: 'button', class: 'primary more', hidden: true, on: {click: toTop}});
  const scroller = el('div', {class: 'scroller', tabindex: 0, role: 'region', 'aria-label': 'Headlines, newest first'}, list);
  const add = gather(show, rowsMax, signal);
  let waiting = [];

  const {element} = subscribe({topics: ['demo/news'], cursor: 'earliest', signal, onEvent: ({data}) => add(parse(data))});
  box.append(el('section', {class: 'card', 'aria-label': 'News'},
    element, el('div', {class: 'headline-box'}, more, scroller)));

  function show(arrived) {
    const first = list.childElementCount === 0;
    waiting = [...waiting, ...arrived].slice(-rowsMax);
    if (scroller.scrollTop <= 4) insert(!first);
    else offer();
  }

  function insert(animated) {
    const rows = waiting.map((news) => row(news, animated)).reverse();
    waiting = [];
    list.prepend(...rows);
    while (list.childElementCount > rowsMax) list.lastElementChild.remove();
    offer();
  }

  function offer() {
    more.hidden = waiting.length === 0;
    more.textContent = waiting.length === 1 ? '1 new headline' : `${waiting.length} new headlines`;
  }

  function toTop() {
    insert(true);
    scroller.scrollTop = 0;
    scroller.focus({preventScroll: true});
  }

  scroller.addEventListener('scroll', () => {
    if (scroller.scrollTop <= 4 && waiting.length > 0) insert(true);
  }, {passive: true});
}

function row({section, headline, at}, animated) {
  const date = time(at);
  return el('li', {class: animated ? 'new' : null},
    el('span', {class: 'section'}, text(section, 30) || 'News'),
    el('strong', {dir: 'auto'}, text(headline) || '(no headline)'),
    el('time', {datetime: date.toISOString()}, clockTime(date)));
}
