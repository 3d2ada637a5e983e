// The signs of the states, drawn once and used by name: #sign-open and so on.

import {svg} from '../../shell/dom.js';

const line = (name, attributes) => svg(name, {class: 'line', ...attributes});
const solid = (name, attributes) => svg(name, {class: 'solid', ...attributes});
const named = (id, ...parts) => svg('g', {id: `sign-${id}`}, parts);

export const signs = () => svg('svg', {class: 'signs', 'aria-hidden': 'true', focusable: 'false'},
  named('connecting', line('circle', {r: 7, pathLength: 24, 'stroke-dasharray': '3 3'})),
  named('open', line('circle', {r: 8}), solid('circle', {r: 4})),
  named('waiting', line('path', {d: 'M-5.5-7.5h11M-5.5 7.5h11M-4-7.5c0 5 8 10 8 15M4-7.5c0 5-8 10-8 15'})),
  named('closed', line('rect', {x: -7.5, y: -7.5, width: 15, height: 15, rx: 3}), line('path', {d: 'M-3.6 0-1 2.8 3.8-2.6'})),
  named('stopped', solid('rect', {x: -5.5, y: -5.5, width: 11, height: 11, rx: 2})),
  named('failed', line('path', {d: 'M0-7.6 8.2 6.8H-8.2ZM0-2.4V2M0 4.3v.2'})),
  named('message', solid('circle', {r: 5})),
  named('lost', line('path', {d: 'M-4.5-4.5l9 9M4.5-4.5l-9 9'})));
