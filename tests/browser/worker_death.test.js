// The worker dies under an open page: the page says so, and goes on by itself.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {countReaches, jumps, messageCount, openPage, reach, screenshot} from './chromium.js';
import {setup} from './setup.js';

// A busy machine may take longer than the ten seconds that the greeting usually takes.
const running = setup({settings: 'greeting: {duration_seconds: 600}'});

test('the page waits, reconnects by itself and goes on', {timeout: 240_000}, async () => {
  const {page, faults, requests, close} = await openPage(running.browser, running.stack.url, {width: 360});
  await countReaches(page, 1);
  const before = await messageCount(page);
  process.kill(running.stack.workerPid, 'SIGKILL');

  await reach(page, 'waiting');
  assert.equal(await page.locator('#state').textContent(), 'Waiting to reconnect');
  await page.locator('#explained', {hasText: /^Connection lost\. Reconnecting in \d s\.$/}).waitFor({timeout: 60_000});
  await screenshot(page, 'waiting');

  await reach(page, 'open');
  await countReaches(page, before + 2);
  assert.ok(requests.length >= 2);
  assert.equal(await page.locator('#reconnects').textContent(), '1');
  assert.deepEqual(await page.evaluate(() => window.states), ['connecting', 'open', 'waiting', 'open']);
  assert.deepEqual(await page.locator('#rows .note').allTextContents(), ['Connection lost', 'Reconnected']);

  assert.deepEqual(await jumps(page), []);
  await screenshot(page, 'reconnected');
  assert.deepEqual(faults, []);
  await close();
});
