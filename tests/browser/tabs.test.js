// Many tabs, one stream: what the view says of it is so.

import assert from 'node:assert/strict';
import {describe, it, test} from 'node:test';
import {violations} from './axe.js';
import {openPage, screenshot} from './chromium.js';
import {setup} from './setup.js';

const running = setup({feed: true});
const url = () => `${running.stack.url}?view=tabs`;
const figure = (page, n, text) => page.waitForFunction(([index, wanted]) => document.querySelectorAll('.figures dd')[index]?.textContent === wanted, [n, text], {timeout: 60_000});
const moving = (page) => page.waitForFunction(() => Number(document.querySelector('.figures dd')?.textContent) > 5, null, {timeout: 60_000});

test('three tabs, one stream; one of them goes, the others go on', {timeout: 240_000}, async () => {
  const {page, faults, close} = await openPage(running.browser, url());
  await moving(page);
  const [second] = await Promise.all([page.context().waitForEvent('page'), page.getByRole('link', {name: 'Open another tab'}).click()]);
  const third = await page.context().newPage();
  await third.goto(url());
  for (const each of [page, second, third]) {
    await moving(each);
    await figure(each, 1, '3');
    await figure(each, 2, '1');
  }
  await page.close();
  await figure(second, 1, '2');
  await second.waitForFunction((before) => Number(document.querySelector('.figures dd').textContent.replace(/\D/g, '')) > before + 20,
    Number((await second.locator('.figures dd').first().textContent()).replace(/\D/g, '')));
  await second.getByLabel('Shared by').selectOption('own');
  await moving(second);
  assert.match(second.url(), /by=own/);
  await figure(second, 2, '2');
  assert.deepEqual(faults, []);
  await close();
});

test('a dead worker: the seconds are counted, and it goes on', {timeout: 240_000}, async () => {
  const {page, close} = await openPage(running.browser, url());
  await moving(page);
  process.kill(running.stack.workerPid, 'SIGKILL');
  await page.locator('.status', {hasText: /Connection lost.*Reconnecting in \d+ s/}).waitFor({timeout: 60_000});
  await page.locator('.status', {hasText: 'Live'}).waitFor({timeout: 60_000});
  await close();
});

describe('many tabs at', {concurrency: 2}, () => {
  for (const [width, colorScheme] of [[360, 'light'], [360, 'dark'], [1440, 'light'], [1440, 'dark']]) {
    it(`${width} px, ${colorScheme}`, {timeout: 240_000}, async () => {
      const {page, faults, close} = await openPage(running.browser, url(), {width, colorScheme});
      await moving(page);
      assert.ok(await page.evaluate(() => window.layoutShift) < 0.01, 'nothing jumps'); // before axe and the camera lay it out
      assert.deepEqual(await violations(page), []);
      await screenshot(page, `tabs-${width}-${colorScheme}`, {fullPage: true});
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      assert.deepEqual(faults, []);
      await close();
    });
  }
});
