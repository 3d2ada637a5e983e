// Every link of the pages leads somewhere: the file is there, and so is the heading.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {root} from '../lib/places.mjs';
import {brokenLinks} from './lib/broken_links.mjs';
import {links} from './lib/markdown.mjs';
import {allPages, read} from './lib/pages.mjs';

test('links lead somewhere', () => {
  assert.deepEqual(allPages.flatMap((page) => brokenLinks(root, page)), []);
});

test('the README leads to every page', () => {
  const linked = new Set(links(read('README.md')).map(({target}) => target.split('#')[0]));
  assert.deepEqual(allPages.filter((page) => /^(docs\/|[A-Z]+\.md)/.test(page) && page !== 'README.md' && !linked.has(page)), []);
});
