// Six uses of a stream, one at a time: ?show= names it.

import {el} from '../../shell/dom.js';
import {mountNews} from './news.js';
import {mountNotifications} from './notifications.js';
import {mountPresence} from './presence.js';
import {mountPrices} from './prices.js';
import {mountTokens} from './tokens.js';
import {mountUsers} from './users.js';

export const title = 'Scenarios';

const scenarios = {
  prices: {label: 'Prices', mount: mountPrices},
  tokens: {label: 'Tokens', mount: mountTokens},
  news: {label: 'News', mount: mountNews},
  notifications: {label: 'Notifications', mount: mountNotifications},
  users: {label: 'Two users', mount: mountUsers},
  presence: {label: 'Who reads this', mount: mountPresence},
};

export function mount(root, {query, setQuery, announce, signal}) {
  const links = Object.entries(scenarios).map(([name, {label}]) => [name, el('a', {href: `?view=scenarios&show=${name}`}, label)]);
  const box = el('div', {class: 'scenario'});
  root.append(
    el('h1', null, 'Six live examples'),
    el('p', {class: 'lead'}, 'A small backend publishes each event with one HTTP request. These examples show the events as they arrive.'),
    el('nav', {class: 'tabs', 'aria-label': 'Scenarios'}, links.map(([, link]) => link)),
    box,
  );

  let leave = null;
  let shown = null;
  function update(changed) {
    const wanted = changed.get('show');
    const name = Object.hasOwn(scenarios, wanted ?? '') ? wanted : 'prices';
    if (name === shown) return;
    shown = name;
    leave?.abort();
    leave = new AbortController();
    for (const [each, link] of links) {
      if (each === name) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
    box.dataset.show = name;
    box.replaceChildren();
    scenarios[name].mount(box, {query: changed, setQuery, announce, signal: leave.signal});
  }
  signal.addEventListener('abort', () => leave.abort());
  update(query);
  return update;
}
