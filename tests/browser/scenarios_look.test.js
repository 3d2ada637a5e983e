// The live examples for everybody: both widths, both colour schemes, by keyboard, without motion; and without a feed.

import assert from 'node:assert/strict';
import {describe, it, test} from 'node:test';
import {violations} from './axe.js';
import {jumps, openPage, screenshot} from './chromium.js';
import {setup} from './setup.js';
import {Stack} from '../lib/stack.mjs';

const running = setup({feed: true});
const filled = {prices: '.quotes tbody tr:nth-child(8)', tokens: '.words span', news: '.headlines li:nth-child(6)', notifications: '.notices li', users: '.pair .card:last-child .status[data-state="open"]', presence: '.present-names li'};

describe('scenarios at', {concurrency: 2}, () => {
  for (const [width, colorScheme] of [[360, 'light'], [360, 'dark'], [1440, 'light'], [1440, 'dark']]) {
    for (const [show, something] of Object.entries(filled)) {
      it(`${width} px, ${colorScheme}: ${show}`, {timeout: 240_000}, async () => {
        const url = `${running.stack.url}?view=scenarios&show=${show}`;
        const {page, faults, close} = await openPage(running.browser, url, {width, colorScheme});
        await page.locator(something).first().waitFor({timeout: 60_000});
        await page.waitForTimeout(1_500); // for the picture: something has happened
        // Lists grow at their top, which is their nature; nothing else may move. This comes before the camera and axe, which
        // lay the page out for themselves.
        if (show === 'prices') assert.deepEqual(await jumps(page), []);
        await screenshot(page, `scenarios-${show}-${width}-${colorScheme}`, {fullPage: true});
        assert.deepEqual(await violations(page), []);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
        assert.deepEqual(faults, []);
        await close();
      });
    }
  }
});

test('by keyboard, from one to the next and back', {timeout: 240_000}, async () => {
  const {page, faults, close} = await openPage(running.browser, `${running.stack.url}?view=scenarios`, {reducedMotion: 'reduce'});
  await page.locator(filled.prices).waitFor({timeout: 60_000});
  const tab = page.getByRole('link', {name: 'News'});
  await tab.focus();
  await page.keyboard.press('Enter');
  await page.locator(filled.news).waitFor({timeout: 60_000});
  assert.equal(await tab.getAttribute('aria-current'), 'true');
  assert.ok(await tab.evaluate((link) => link === document.activeElement), 'the focus stays where it was');
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  await page.goBack();
  await page.locator(filled.prices).waitFor({timeout: 60_000});
  assert.deepEqual(faults, []);
  await close();
});

test('without a feed it says what is missing', {timeout: 240_000}, async () => {
  const stack = await Stack.start();
  try {
    const {page, close} = await openPage(running.browser, `${stack.url}?view=scenarios&show=news`);
    await page.getByText('No backend publishes under demo/news.').waitFor({timeout: 60_000});
    await page.goto(`${stack.url}?view=scenarios&show=prices&slow=1`);
    await page.locator('.status', {hasText: 'Refused 404'}).waitFor({timeout: 60_000});
    await page.getByText('This server has no slow line').waitFor({timeout: 60_000});
    await page.goto(`${stack.url}?view=scenarios&show=users`);
    await page.getByText('This server has no tokens for the two users.').waitFor({timeout: 60_000});
    await page.locator('.status', {hasText: 'Refused The page could not get a token: /demo/tokens answered 404'}).first().waitFor({timeout: 60_000});
    await close();
  } finally {
    await stack.stop();
  }
});
