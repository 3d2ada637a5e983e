// A text that is written token by token, and a page that is reloaded in the middle of it, twice.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {defer} from '../lib/cleanup.mjs';
import {seeded} from '../lib/random.mjs';
import {startHub} from '../lib/hub.mjs';
import {launch} from './chromium.js';

const file = fileURLToPath(new URL('../clients/tokens.html', import.meta.url));
const server = `location = /tokens { default_type text/html; alias ${file}; }`;
const total = 500;

function tokens(random) {
  const words = ['The', ' quick', ' brown', '\n', '\n\n', ' fox', ',', ' ', ' naïve', ' 🙂', '  -', ' data:', 'id: 7', '<b>', '&amp;'];
  return Array.from({length: total}, (_, n) => (n % 10 === 9 ? ` (${n})` : random.one(words)));
}

for (const [query, how] of [['?keep', 'keeps its cursor and its text'], ['', 'begins again from what is held']]) {
  test(`reloaded twice, a page that ${how} shows the complete text once`, {timeout: 240_000}, async (t) => {
    const random = seeded(t);
    const hub = await startHub(t, {}, {nginx: {server}});
    const browser = await launch();
    defer(t, () => browser.close());
    const page = await browser.newPage();
    const faults = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    await page.goto(`http://127.0.0.1:${hub.port}/tokens${query}`);
    const shown = () => page.locator('#text').textContent();
    const reaches = (length) =>
      page.waitForFunction((least) => document.getElementById('text').textContent.length >= least, length);

    const all = tokens(random);
    const reloads = [random.between(50, 200), random.between(250, 450)];
    let reloading = Promise.resolve();
    for (const [n, data] of all.entries()) {
      // Publishing does not wait for the page, but each reload shall hit it while it shows something.
      if (reloads.includes(n)) {
        await reloading;
        await reaches(all.slice(0, n - 40).join('').length);
        assert.ok(all.join('').startsWith(await shown()));
        reloading = page.reload({waitUntil: 'commit'});
      }
      await hub.publish({topic: 'chat/42', data});
    }
    await hub.publish({topic: 'chat/42', close: 1});
    await reloading;

    const complete = async () => {
      await page.waitForFunction(() => document.title !== 'writing');
      assert.equal(await page.title(), 'complete');
      assert.equal(await shown(), all.join(''));
    };
    await complete();
    t.diagnostic(`reloaded after ${reloads} of ${total} events`);

    await page.reload();
    await complete();
    assert.deepEqual(faults, []);
  });
}
