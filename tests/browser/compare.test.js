// Compare: what both ways cost is counted, and neither misses anything over a cut or a dead worker.

import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { violations } from './axe.js';
import { openPage, screenshot } from './chromium.js';
import { setup } from './setup.js';

const running = setup({ feed: true });
const open = (query = '', options = {}) => openPage(running.browser, `${running.stack.url}?view=compare${query}`, options);
// [requests, bytes, events, bytes an event, latency, missed] of each side.
const figures = (page) => page.evaluate(() => [...document.querySelectorAll('.sides .card')].map((side) =>
  [...side.querySelectorAll('dd')].map((value) => value.textContent)));
const digits = (text) => Number(text.replace(/\D/g, ''));
const moving = (page, events = 10) => page.waitForFunction((wanted) => {
  const sides = [...document.querySelectorAll('.sides .card')];
  return sides.length === 2 && sides.every((side) => Number(side.querySelectorAll('dd')[2].textContent.replace(/\D/g, '')) >= wanted);
}, events, { timeout: 20_000 });

test('one request beside one an event, and what that costs', { timeout: 60_000 }, async () => {
  const { page, faults, close } = await open();
  await moving(page, 40);
  const [stream, polls] = await figures(page);
  assert.equal(stream[0], '1');
  assert.ok(digits(polls[0]) > 20, polls[0]);
  assert.ok(digits(polls[3]) > 2 * digits(stream[3]), `${polls[3]} B beside ${stream[3]} B an event`);
  for (const side of [stream, polls]) {
    assert.match(side[4], /^\d+ ms$/);
    assert.equal(side[5], '0');
  }
  assert.deepEqual(faults, []);
  await close();
});

test('cut: both come back with their cursor, and nothing is missed', { timeout: 60_000 }, async () => {
  const { page, faults, close } = await open();
  await moving(page);
  await page.getByRole('button', { name: 'Cut both' }).click();
  await page.locator('.status', { hasText: 'Cut' }).first().waitFor();
  for (const side of [0, 1]) {
    await page.locator('.back').nth(side).filter({ hasText: /Back after \d+ requests?, with [\d,]+ events at once; none missed\./ }).waitFor({ timeout: 15_000 });
  }
  assert.equal((await figures(page))[0][0], '2');
  assert.deepEqual((await figures(page)).map((side) => side[5]), ['0', '0']);
  assert.deepEqual(faults, []);
  await close();
});

test('what is not held any more is said, and stays said', { timeout: 60_000 }, async () => {
  const { page, faults, close } = await open('', {
    // As if the page had been away for longer than the history: its cursor leads nowhere.
    before: (opened) => opened.route(/lastEventId=[0-9a-f]+-/, (route, request) =>
      route.continue({ url: request.url().replace(/lastEventId=[0-9a-f]+-\d+/, 'lastEventId=gone') })),
  });
  await page.locator('.sides .status', { hasText: 'Live' }).first().waitFor();
  await page.waitForFunction(() => document.querySelectorAll('.sides .card')[0]?.querySelectorAll('dd')[2].textContent > 5);
  await page.getByRole('button', { name: 'Cut both' }).click();
  await page.locator('.back').first().filter({ hasText: 'The server said “gap”' }).waitFor({ timeout: 15_000 });
  const before = digits((await figures(page))[0][2]);
  await page.waitForFunction((wanted) => Number(document.querySelectorAll('.sides .card')[0].querySelectorAll('dd')[2].textContent.replace(/\D/g, '')) > wanted + 20, before);
  assert.match(await page.locator('.back').first().textContent(), /The server said “gap”/);
  assert.deepEqual(faults, []);
  await close();
});

test('a dead worker: both count the seconds, come back, and miss nothing', { timeout: 60_000 }, async () => {
  const { page, close } = await open();
  await moving(page);
  process.kill(await running.stack.workerPid(), 'SIGKILL');
  await page.locator('.status', { hasText: /Connection lost.*Reconnecting in \d+ s/ }).first().waitFor({ timeout: 8_000 });
  await moving(page, digits((await figures(page))[0][2]) + 60);
  assert.deepEqual((await figures(page)).map((side) => side[5]), ['0', '0']);
  await close();
});

test('another topic, and whatever is in its data', { timeout: 60_000 }, async () => {
  const { page, faults, close } = await open('&topic=evil<b>');
  await page.locator('.status', { hasText: 'Live' }).first().waitFor({ timeout: 8_000 });
  for (const data of ['<img src=x onerror=window.hit=1>', '{"n":1e400,"at":"x"}', 'null', '[]']) {
    const answer = await fetch(`${running.stack.url}publish`, { method: 'POST', body: new URLSearchParams({ topic: 'evil<b>', data }) });
    assert.equal(answer.status, 200);
  }
  await moving(page, 4);
  assert.deepEqual((await figures(page)).map((side) => [side[4], side[5]]), [['–', '–'], ['–', '–']]);
  assert.equal(await page.evaluate(() => window.hit), undefined);
  assert.equal(await page.locator('main b').count(), 0);
  assert.deepEqual(faults, []);
  await close();
});

test('a topic that is refused says why, on both sides', { timeout: 60_000 }, async () => {
  const { page, close } = await open(`&topic=${'x'.repeat(2000)}`);
  for (const side of [0, 1]) await page.locator('.status').nth(side).filter({ hasText: 'topic: has 2000 bytes' }).waitFor({ timeout: 8_000 });
  await close();
});

describe('compare at', { concurrency: 2 }, () => {
  for (const [width, colorScheme] of [[360, 'light'], [360, 'dark'], [1440, 'light'], [1440, 'dark']]) {
    it(`${width} px, ${colorScheme}`, { timeout: 60_000 }, async () => {
      const { page, faults, close } = await open('', { width, colorScheme });
      await moving(page, 30);
      assert.deepEqual(await violations(page), []);
      await screenshot(page, `compare-${width}-${colorScheme}`, { fullPage: true });
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      assert.ok(await page.evaluate(() => window.layoutShift) < 0.01, 'nothing jumps');
      assert.deepEqual(faults, []);
      await close();
    });
  }
});
