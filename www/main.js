// Starts the page: the navigation, and the view that the address names.

import {fillNavigation, interceptLinks} from './shell/navigation.js';
import {Router} from './shell/router.js';
import {views} from './shell/views.js';

const $ = (id) => document.getElementById(id);
const mark = fillNavigation($('views'), views);

const router = new Router({
  views,
  main: $('main'),
  // The same words twice in a row are news only to who hears them twice: emptied first, they are spoken again.
  announce: (text) => {
    $('announced').textContent = '';
    $('announced').textContent = text;
  },
  onView: (name, title) => {
    mark(name);
    document.title = name === views[0].name ? 'sse-worker · events, live' : `${title} · sse-worker`;
  },
});
interceptLinks((search) => router.go(search));
router.start();
