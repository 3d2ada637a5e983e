// The console under more than anybody can read: counted, drawn as far as it fits, and in reach of the hand.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import * as seen from './console_page.js';
import {setup} from './setup.js';

const running = setup();

const {drawn, events, press, row, status, texts} = seen;
const open = (query) => seen.open(running, query);
const publish = (...all) => seen.publish(running, ...all);

const ahead = 10; // batches that the page may have still to come

test('a flood is counted and does not fill the page', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open('&topics=flood');
  await status(page, 'Live');
  const batch = Array.from({length: 1000}, (_, n) => ({topic: 'flood', data: `drop ${n}`}));
  for (let n = 0; n < 20; ++n) await publish(...batch);
  await events(page, 20_000);
  await page.waitForFunction(() => document.querySelector('.frames li:last-child')?.textContent.includes('drop 999'));
  assert.equal(await page.locator('.frames li').count(), 500);
  assert.deepEqual(faults, []);
  await close();
});

test('under a flood it is drawn, and fields and buttons answer', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open('&topics=rush');
  await status(page, 'Live');
  // How long a picture takes depends on the machine; how much is put into it does not.
  await page.evaluate(() => {
    window.mostRows = 0;
    let rows = 0;
    const isRow = (node) => node.nodeName === 'LI';
    new MutationObserver((changes) => {
      for (const {addedNodes} of changes) rows += [...addedNodes].filter(isRow).length;
    }).observe(document.querySelector('.frames'), {childList: true});
    requestAnimationFrame(function frame() {
      window.mostRows = Math.max(window.mostRows, rows);
      rows = 0;
      requestAnimationFrame(frame);
    });
  });
  let rushing = true;
  const flood = (async () => {
    for (let turn = 0; rushing; ++turn) {
      await publish(...Array.from({length: 1000}, (_, n) => ({topic: 'rush', data: `drop ${n} of ${turn} ${'x'.repeat(100)}`})));
      // Always more than the page can show; but on a busy machine not ever more, which would leave no moment for the hand.
      await page.waitForFunction((least) => Number(document.querySelector('.figures dd').textContent.replace(/\D/g, '')) >= least,
        (turn - ahead) * 1000, {timeout: 60_000});
    }
  })();
  try {
    for (let n = 0; n < 3; ++n) {
      await page.getByLabel('Show only frames that contain').fill(`drop ${n + 1}99 of`);
      await page.waitForFunction((text) => {
        const all = [...document.querySelectorAll('.frames li')];
        return all.length > 0 && all.every(({textContent}) => textContent.includes(text));
      }, `drop ${n + 1}99 of`, {timeout: 60_000});
      await page.getByLabel('Show only frames that contain').fill('');
      await press(page, 'Pause');
      await drawn(page);
      const still = await texts(page);
      assert.ok(still.length > 0);
      await drawn(page);
      assert.deepEqual(await texts(page), still);
      await press(page, 'Pause');
      await page.waitForFunction((last) => ![undefined, last].includes([...document.querySelectorAll('.frames .data')].at(-1)?.textContent), still.at(-1), {timeout: 60_000});
    }
  } finally {
    rushing = false;
    await flood;
  }
  const mostRows = await page.evaluate(() => window.mostRows);
  assert.ok(mostRows > 0 && mostRows <= 1000, `${mostRows} rows for one picture`); // all that are shown, by a click and by a frame
  assert.deepEqual(faults, []);
  await close();
});

test('large frames push the oldest out sooner', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open('&topics=large');
  await status(page, 'Live');
  await publish({topic: 'large', data: 'the smallest'});
  await row(page, 'the smallest');
  for (let n = 1; n <= 9; ++n) await publish({topic: 'large', data: `${n}${'x'.repeat(1_000_000)}`});
  await events(page, 10);
  await press(page, 'Raw');
  await row(page, 'data: 9');
  assert.equal(await page.locator('.frames li', {hasText: 'the smallest'}).count(), 0);
  assert.ok(await page.locator('.frames li').count() >= 8);
  assert.deepEqual(faults, []);
  await close();
});
