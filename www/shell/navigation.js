// The links between views. They are real links: they open in a new tab, can be copied, and without a modifier key they
// change the view in place.

import {el} from './dom.js';

// Fills nav and returns show(name), which marks the current one.
export function fillNavigation(nav, views) {
  const links = new Map(views.map(({name, label}) => [name, el('a', {href: `?view=${name}`}, label)]));
  nav.append(el('ul', null, [...links.values()].map((link) => el('li', null, link))));
  nav.hidden = links.size < 2;
  return (current) => {
    for (const [name, link] of links) {
      if (name === current) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
  };
}

// Calls go(search) for a click on any link within the page that only changes what is shown. Views may hold such links too.
export function interceptLinks(go) {
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href]');
    if (!link || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.target || link.hasAttribute('download')) return;
    const {origin, pathname, search, hash} = link;
    if (origin !== location.origin || pathname !== location.pathname || hash) return;
    event.preventDefault();
    go(search);
  });
}
