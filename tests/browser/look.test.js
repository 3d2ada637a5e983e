// For everybody: both widths, both colour schemes, by keyboard, with a screen reader, without motion.

import assert from 'node:assert/strict';
import {describe, it, test} from 'node:test';
import {violations} from './axe.js';
import {countReaches, jumps, openPage, reach, screenshot} from './chromium.js';
import {setup} from './setup.js';

// A busy machine may take longer than the ten seconds that the greeting usually takes.
const running = setup({settings: 'greeting: {duration_seconds: 600}'});
describe('the page at', {concurrency: 2}, () => {
  for (const [width, colorScheme] of [[360, 'light'], [360, 'dark'], [1440, 'light'], [1440, 'dark']]) {
    it(`${width} px, ${colorScheme}`, {timeout: 240_000}, async () => {
      const {page, faults, close} = await openPage(running.browser, running.stack.url, {width, colorScheme});
      await countReaches(page, 2);
      assert.deepEqual(await jumps(page), []); // before the camera and axe, which lay the page out for themselves
      await screenshot(page, `${width}-${colorScheme}`, {fullPage: true});
      assert.deepEqual(await violations(page), [], 'while open');
      await page.getByRole('button', {name: 'Stop'}).click();
      await reach(page, 'stopped');
      assert.deepEqual(await violations(page), [], 'when stopped');

      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      assert.deepEqual(faults, []);
      await close();
    });
  }
});

test('without motion, nothing moves', {timeout: 240_000}, async () => {
  const {page, close} = await openPage(running.browser, running.stack.url, {reducedMotion: 'reduce'});
  await countReaches(page, 1);
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  await close();
});

test('what changes is announced, once', {timeout: 240_000}, async () => {
  const {page, close} = await openPage(running.browser, running.stack.url);
  await countReaches(page, 1);
  assert.match(await page.locator('.state').ariaSnapshot(), /status:.*\n?.*Open/);
  assert.match(await page.getByRole('log', {name: 'Messages'}).ariaSnapshot(), /Hello World/);
  await page.getByRole('button', {name: 'Stop'}).click();
  const note = page.locator('#rows .note').last();
  assert.equal(await note.textContent(), 'Stopped by you');
  assert.equal(await note.getAttribute('aria-live'), 'off');
  await close();
});

test('the recipes name this host, and can be copied', {timeout: 240_000}, async () => {
  const {page, close} = await openPage(running.browser, running.stack.url,
    {permissions: ['clipboard-read', 'clipboard-write']});
  const {origin} = new URL(running.stack.url);
  assert.equal(await page.locator('#terminal-code').textContent(), `curl -N ${origin}/events`);
  await page.getByRole('button', {name: 'Copy the command for a terminal'}).click();
  await page.locator('#announced', {hasText: 'Copied'}).waitFor({state: 'attached', timeout: 60_000});
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `curl -N ${origin}/events`);
  await close();
});
