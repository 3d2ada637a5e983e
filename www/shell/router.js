// The address decides what is shown: ?view=NAME and the view's own parameters beside it. A view is loaded when it is first
// asked for, and the one before stays until it is there, so nothing flickers. Lives as long as the page.

import {el} from './dom.js';

export class Router {
  #views;
  #main;
  #announce;
  #onView;
  #current = null; // { name, leave: AbortController, update }
  #wanted = 0;
  #search = null; // the address as shown

  // views: as in views.js, the first being the default. onView(name, title) once a view is shown.
  constructor({views, main, announce, onView}) {
    this.#views = views;
    this.#main = main;
    this.#announce = announce;
    this.#onView = onView;
    // It comes for a mere #fragment, too.
    addEventListener('popstate', () => {
      if (location.search !== this.#search) this.#show({focus: true});
    });
  }

  start() {
    return this.#show({focus: false});
  }

  go(search) {
    history.pushState(null, '', search || location.pathname);
    scrollTo(0, 0);
    return this.#show({focus: true});
  }

  async #show({focus}) {
    const turn = ++this.#wanted;
    this.#search = location.search;
    const {name, query} = this.#address();
    if (name === this.#current?.name && this.#current.update) return this.#current.update(query);

    const view = this.#views.find((known) => known.name === name);
    let shown;
    try {
      shown = view ? await load(view) : missing(name);
    } catch {
      shown = broken(() => location.reload());
    }
    if (turn !== this.#wanted) return; // the reader has gone elsewhere meanwhile
    try {
      wear(view ? sheetsOf(view) : []);
      this.#mount(name, shown, query);
    } catch (error) {
      console.error(error);
      shown = broken(() => location.reload());
      this.#mount(name, shown, query);
    }
    this.#onView(name, shown.title);
    if (focus) this.#focus();
  }

  #mount(name, {mount}, query) {
    this.#current?.leave.abort();
    const leave = new AbortController();
    const {signal} = leave;
    this.#current = {name, leave, update: null};
    const root = el('section', {class: 'view', 'data-view': name});
    this.#main.replaceChildren(root);
    const setQuery = (changes, options) => {
      if (!signal.aborted) this.#setQuery(changes, options);
    };
    this.#current.update = mount(root, {query, setQuery, announce: this.#announce, signal}) ?? null;
  }

  // Parameters that are null go; the others are set. The view is not told: it knows.
  #setQuery(changes, {replace = true} = {}) {
    const {searchParams} = new URL(location.href);
    for (const [key, value] of Object.entries(changes)) {
      if (key === 'view') continue;
      if (value === null || value === undefined) searchParams.delete(key);
      else searchParams.set(key, value);
    }
    const search = searchParams.toString();
    history[replace ? 'replaceState' : 'pushState'](null, '', search ? `?${search}` : location.pathname);
    this.#search = location.search;
  }

  #address() {
    const query = new URLSearchParams(location.search);
    const name = query.get('view') ?? this.#views[0].name;
    query.delete('view');
    return {name, query};
  }

  #focus() {
    const heading = this.#main.querySelector('h1');
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus({preventScroll: true});
  }
}

async function load(view) {
  const [module] = await Promise.all([view.load(), ...sheetsOf(view).map(style)]);
  return module;
}

const sheetsOf = (view) => [...(view.sheets ?? []), ...(view.styled ? [`views/${view.name}/view.css`] : [])];

const sheets = new Map(); // href: { link, loaded }

// Resolves when the rules are there; they apply from wear() on. A sheet that cannot be had leaves a plain view, which is
// better than none.
function style(href) {
  if (!sheets.has(href)) {
    const link = el('link', {rel: 'stylesheet', href, media: 'not all'});
    const loaded = new Promise((resolve) => {
      for (const type of ['load', 'error']) link.addEventListener(type, resolve);
    });
    document.head.append(link);
    sheets.set(href, {link, loaded});
  }
  return sheets.get(href).loaded;
}

// A view's rules are its own: those of the one before end with it, so that both may use the same simple names.
function wear(hrefs) {
  for (const [href, {link}] of sheets) link.media = hrefs.includes(href) ? 'all' : 'not all';
}

const missing = (name) => ({
  title: 'Not found',
  mount(root) {
    root.append(
      el('h1', null, 'No such view'),
      el('p', {class: 'lead'}, `There is no view with the name “${name.slice(0, 60)}”. `, el('a', {href: '?view=hello'}, 'Open the greeting')),
    );
  },
});

const broken = (again) => ({
  title: 'Not loaded',
  mount(root) {
    root.append(
      el('h1', null, 'The view did not load'),
      el('p', {class: 'lead'}, 'The server did not deliver it. It may be restarting.'),
      el('p', {class: 'after'}, el('button', {type: 'button', class: 'primary', on: {click: again}}, 'Try again')),
    );
  },
});
