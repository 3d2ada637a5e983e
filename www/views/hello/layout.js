// What the greeting view consists of, before anything has happened in it.

import {el, svg} from '../../shell/dom.js';
import {signs} from './signs.js';

const pageCode = `const events = new EventSource('/events');
events.onmessage = ({ data }) => show(JSON.parse(data));
events.addEventListener('close', () => events.close());`;

export function layOut(root) {
  root.append(signs(), el('h1', null, 'Server-sent events, live'),
    el('p', {class: 'lead'}, 'This page keeps one connection open. Each line below appears as soon as the server sends it.'),
    live(), recipes());
}

const live = () => el('section', {class: 'live card', id: 'live', 'data-state': 'connecting', 'aria-labelledby': 'live-title'},
  el('h2', {id: 'live-title', class: 'unseen'}, 'The greeting stream'),
  el('div', {class: 'live-head'},
    svg('svg', {class: 'sign', viewBox: '-11 -11 22 22', 'aria-hidden': 'true'}, svg('use', {id: 'sign', href: '#sign-connecting'})),
    el('p', {class: 'state', role: 'status'},
      el('strong', {id: 'state'}, 'Connecting'), ' ',
      el('span', {id: 'explained'}, el('span', {id: 'detail'}, 'The page requests a stream. '),
        el('span', {id: 'again', 'aria-hidden': 'true'}))), // a number each second is nothing to be read out
    el('div', {class: 'actions'},
      el('button', {type: 'button', id: 'start', class: 'primary'}, 'Start again'),
      el('button', {type: 'button', id: 'stop'}, 'Stop'))),
  svg('svg', {class: 'timeline', id: 'timeline', 'aria-hidden': 'true', focusable: 'false'}),
  el('dl', {class: 'figures'}, figure('Messages', 'messages', '0'), figure('First message after', 'first', '–'),
    figure('Reconnects', 'reconnects', '0')),
  el('div', {class: 'columns', 'aria-hidden': 'true'},
    el('span'), el('span', null, 'Sent at'), el('span', null, 'Message'), el('span', null, 'Interval')),
  el('div', {class: 'log', id: 'log', role: 'log', 'aria-label': 'Messages', tabindex: 0}, el('ol', {id: 'rows'})));

const figure = (name, id, value) => el('div', null, el('dt', null, name), el('dd', {id}, value));

const recipes = () => el('div', {class: 'recipes'},
  recipe({
    id: 'page', title: 'In a page', code: pageCode, copied: 'the code for a page',
    about: 'The first two lines read the stream. The third closes it when the server sends close; without it the browser reconnects.',
  }),
  recipe({
    id: 'terminal', title: 'In a terminal', code: `curl -N ${location.origin}/events`, copied: 'the command for a terminal',
    about: [el('code', null, '-N'), ' turns off the buffering of curl, so each line appears as soon as it arrives.'],
  }));

const recipe = ({id, title, code, copied, about}) => el('section', {class: 'card', 'aria-labelledby': `${id}-title`},
  el('h2', {id: `${id}-title`}, title),
  el('pre', null, el('code', {id: `${id}-code`}, code)),
  el('p', null, about),
  el('button', {type: 'button', class: 'copy', 'data-copy': `${id}-code`, hidden: true},
    'Copy', el('span', {class: 'unseen'}, ` ${copied}`)));
