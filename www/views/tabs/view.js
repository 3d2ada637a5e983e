// Many tabs, one stream: this tab beside its siblings, over one connection.

import {el} from '../../shell/dom.js';
import {statusLine} from '../../shell/status.js';
import {SharedStream} from '../../lib/shared_stream.js';

export const title = 'Many tabs';

const ways = {worker: 'a SharedWorker', lock: 'a lock and a channel', own: 'one stream per tab'};
const topic = 'demo/count';
const rowsMax = 8;

export function mount(root, {query, setQuery, signal}) {
  const status = statusLine({retry: () => shared.retry(), signal});
  const figures = ['Events in this tab', 'Tabs with this stream', 'Streams at the worker'].map((name) => [name, el('dd', null, '–')]);
  const [had, tabs, streams] = figures.map(([, value]) => value);
  const list = el('ol', {class: 'last'});
  const choice = el('select', {id: 'by', on: {change: () => { setQuery({by: choice.value === 'auto' ? null : choice.value}); begin(); }}},
    [['auto', 'automatic'], ...Object.entries(ways)].map(([value, words]) => el('option', {value}, words)));
  choice.value = Object.hasOwn(ways, query.get('by') ?? '') ? query.get('by') : 'auto';
  const how = el('p', {class: 'soft small'});

  root.append(
    el('h1', null, 'Many tabs, one stream'),
    el('p', {class: 'lead'}, 'A browser opens six connections to a host over HTTP/1.1, and every stream needs one. Open this view in several tabs: all of them share one stream.'),
    el('section', {class: 'card', 'aria-label': 'This tab'},
      el('div', {class: 'tabs-head'}, status.element,
        el('a', {class: 'more', href: location.href, target: '_blank', rel: 'noopener'}, 'Open another tab')),
      el('dl', {class: 'figures'}, figures.map(([name, value]) => el('div', null, el('dt', null, name), value))),
      el('p', {class: 'field after'}, el('label', {for: 'by'}, 'Shared by'), choice),
      how,
      el('h2', {class: 'after'}, 'Latest events'), list),
    el('section', {class: 'card', 'aria-labelledby': 'yours'},
      el('h2', {id: 'yours'}, 'In your own page'),
      el('pre', null, el('code', null, `import { SharedStream } from '/lib/shared_stream.js';

new SharedStream({
  topics: ['orders'],
  onEvent: ({ data }) => show(data),
  onState: (state, { untilMs, problem }) => tell(state, untilMs, problem),
});`)),
      el('p', {class: 'soft small after'}, 'Copy the folder; it needs no build: ', el('a', {href: '/lib/README.md'}, 'how to use it'), '. If the tab that reads is closed, another tab continues from its cursor; no event is lost or repeated.')));

  let shared = null;
  let count = 0;
  let fresh = [];
  let frame = 0;

  function begin() {
    shared?.close();
    count = 0;
    fresh = [];
    tabs.textContent = '–';
    list.replaceChildren();
    shared = new SharedStream({
      topics: [topic],
      by: choice.value === 'auto' ? undefined : choice.value,
      onEvent({data, id}) {
        count += 1;
        fresh = [...fresh, {data, id}].slice(-rowsMax);
        frame ||= requestAnimationFrame(draw);
      },
      onTabs: (number) => { tabs.textContent = number.toLocaleString(); },
      onState(state, details) {
        status.show(state, details);
        if (shared) say(); // it may have changed: not every SharedWorker can be loaded
      },
    });
    say();
  }

  function say() {
    how.textContent = `This browser: ${ways[shared.by]}.`;
  }

  function draw() {
    frame = 0;
    had.textContent = count.toLocaleString();
    list.replaceChildren(...fresh.map(({data, id}) => el('li', null, el('code', {class: 'soft'}, id.slice(0, 60)), el('code', null, data.slice(0, 200)))));
  }

  // The worker's own word for it.
  async function ask() {
    try {
      streams.textContent = (await (await fetch('/healthz', {signal, cache: 'no-store'})).json()).streams.toLocaleString();
    } catch {
      streams.textContent = '–';
    }
  }
  const asking = setInterval(ask, 2000);
  signal.addEventListener('abort', () => {
    shared.close();
    clearInterval(asking);
    cancelAnimationFrame(frame);
  });
  begin();
  ask();
}
