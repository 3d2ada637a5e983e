// The console as somebody finds it who opens it for the first time, beside the feed of `make run`.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {violations} from './axe.js';
import {jumpsBesideRows} from './chromium.js';
import * as seen from './console_page.js';
import {setup} from './setup.js';

const running = setup({feed: true});

const {press, row, status} = seen;
const open = (query, options) => seen.open(running, query, options);
const tooMany = (page) => page.locator('.too-many');
const unread = (page) => page.locator('.unread');

test('it subscribes to what one can read, and shows what its form publishes', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open();
  await status(page, 'Live');
  await row(page, '"headline"');
  await press(page, 'Publish');
  await row(page, '{"hello":"world"}');
  assert.equal(await unread(page).textContent(), '');
  await page.waitForTimeout(3000); // as long as three figures of the rate
  assert.equal(await tooMany(page).textContent(), '');
  assert.ok(Number(await page.locator('.figures dd').nth(1).textContent()) <= 20);
  assert.deepEqual(faults, []);
  await close();
});

test('more than one can read: it says so, and what to do', {timeout: 240_000}, async () => {
  for (const width of [360, 1440]) {
    const {page, faults, close} = await open('&topics=demo/*', {width});
    await tooMany(page).filter({hasText: /^\d+ events per second are too many to read\. Pause the list, filter it, or subscribe to fewer topics\.$/})
      .waitFor({timeout: 60_000});
    assert.deepEqual(await jumpsBesideRows(page), []);
    await press(page, 'Stop');
    assert.equal(await tooMany(page).textContent(), '');
    assert.deepEqual(faults, []);
    await close();
  }
});

test('published where the list does not look: it says so, and offers to subscribe', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open('&topics=orders/*,mine&to=elsewhere');
  await status(page, 'Live');
  await page.getByLabel('Data', {exact: true}).fill('"first"');
  await press(page, 'Publish');
  await unread(page).filter({hasText: 'The list above does not show it, because it is not subscribed to elsewhere.'}).waitFor({timeout: 60_000});
  assert.deepEqual(await violations(page), []);
  await page.getByRole('button', {name: 'Subscribe to elsewhere'}).focus();
  await page.keyboard.press('Enter');
  await row(page, 'first'); // it starts after the last id seen, and so before what was published
  assert.equal(await page.getByLabel('Topics and patterns').inputValue(), 'orders/*, mine, elsewhere');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'to');
  assert.equal(await unread(page).textContent(), '');

  await page.locator('#to').fill('orders/1');
  await page.getByLabel('Data', {exact: true}).fill('"second"');
  await press(page, 'Publish');
  await row(page, 'second');
  assert.equal(await unread(page).textContent(), '', 'a pattern covers it');
  assert.deepEqual(faults, []);
  await close();
});

test('the form publishes to the first topic of the subscription, until another is typed', {timeout: 240_000}, async () => {
  const {page, close} = await open('&topics=news/*,mine');
  const to = page.locator('#to');
  assert.equal(await to.inputValue(), 'mine');
  const subscribe = async (topics) => {
    await page.getByLabel('Topics and patterns').fill(topics);
    await page.getByRole('button', {name: 'Subscribe', exact: true}).click();
  };
  await subscribe('other, mine');
  assert.equal(await to.inputValue(), 'other');
  await to.fill('typed');
  await subscribe('third');
  assert.equal(await to.inputValue(), 'typed');
  await close();
});
