// The greeting as a reader sees it: it arrives one by one, ends when the server says so, and starts again on request.

import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {countReaches, messageCount, openPage, reach} from './chromium.js';
import {setup} from './setup.js';

const running = setup();
// A busy machine may take longer than the ten seconds that the greeting usually takes.
const lasting = setup({settings: 'greeting: {duration_seconds: 600}'});
// Longer than the worker ever asks a reader to wait before it reconnects.
const quietMs = 7_000;

describe('the greeting stream', {concurrency: true}, () => {
  it('five greetings arrive one by one, the server closes, and nothing reconnects', {timeout: 240_000}, async () => {
    const {page, faults, requests, close} = await openPage(running.browser, running.stack.url);
    await countReaches(page, 1);
    await reach(page, 'closed');

    const rows = await page.locator('#rows .row').evaluateAll((all) => all.map((row) => ({
      text: row.querySelector('.text').textContent,
      sent: Date.parse(row.querySelector('time').dateTime),
      waited: row.querySelector('.waited').textContent,
    })));
    assert.deepEqual(rows.map(({text}) => text), Array(5).fill('Hello World'));
    for (let i = 1; i < rows.length; ++i) {
      // A busy machine sends and shows them late, but each for itself: held back on the way, they would all have waited next
      // to nothing.
      assert.ok(rows[i].sent - rows[i - 1].sent > 1000, `sent ${rows[i - 1].sent}, then ${rows[i].sent}`);
      const [, waited, unit] = /^([\d.]+) (m?s)$/.exec(rows[i].waited);
      assert.ok(Number(waited) * (unit === 's' ? 1000 : 1) > 500, `waited ${rows[i].waited}`);
    }
    assert.deepEqual(await page.evaluate(() => window.states), ['connecting', 'open', 'closed']);
    assert.equal(await page.locator('#state').textContent(), 'Closed by the server');
    assert.equal(await page.locator('#messages').textContent(), '5');
    assert.equal(await page.locator('#reconnects').textContent(), '0');

    const again = await page.waitForRequest('**/events', {timeout: quietMs}).catch(() => null);
    assert.equal(again, null, 'the page connected again after the close');
    assert.equal(requests.length, 1);
    assert.ok(await page.evaluate(() => window.layoutShift) < 0.001, 'nothing jumped');

    await page.getByRole('button', {name: 'Start again'}).click();
    await reach(page, 'open');
    await countReaches(page, 1);
    assert.ok(await messageCount(page) < 5, 'the counter began anew');
    assert.equal(requests.length, 2);
    assert.deepEqual(faults, []);
    await close();
  });

  it('stopped and started by keyboard', {timeout: 240_000}, async () => {
    const {page, faults, requests, close} = await openPage(lasting.browser, lasting.stack.url);
    await reach(page, 'open');
    const stop = page.getByRole('button', {name: 'Stop'});
    await page.locator('#main').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await reach(page, 'stopped');
    assert.equal(await stop.getAttribute('aria-disabled'), 'true');
    assert.ok(await stop.evaluate((button) => button === document.activeElement), 'the focus stays where it was');

    await page.keyboard.press('Enter');
    const count = await messageCount(page);
    const again = await page.waitForRequest('**/events', {timeout: quietMs}).catch(() => null);
    assert.equal(again, null, 'the page connected again after the stop');
    assert.equal(await messageCount(page), count);

    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Space');
    await reach(page, 'open');
    assert.equal(requests.length, 2);
    assert.deepEqual(faults, []);
    await close();
  });

  it('started twice while open, only one stream remains', {timeout: 240_000}, async () => {
    const {page, faults, requests, close} = await openPage(lasting.browser, lasting.stack.url);
    await countReaches(page, 1);
    const restart = page.getByRole('button', {name: 'Start again'});
    await restart.click();
    await restart.click();
    await countReaches(page, 2);
    assert.equal(await messageCount(page), 2);
    assert.equal(requests.length, 3);
    assert.deepEqual(faults, []);
    await close();
  });
});
