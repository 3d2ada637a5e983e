// Nothing is cut off where the screen is narrow: the links to the views and the tables are seen whole.

import assert from 'node:assert/strict';
import {describe, it, test} from 'node:test';
import {openPage} from './chromium.js';
import {setup} from './setup.js';

const running = setup({feed: true});
const names = ['hello', 'scenarios', 'missed', 'console', 'compare', 'operations', 'tabs'];
const open = (name, width) => openPage(running.browser, `${running.stack.url}?view=${name}`, {width});

// What of these elements lies outside the window, or of the boxes around it that scroll or cut: a line each.
const hidden = (page, selector) => page.evaluate((wanted) => [...document.querySelectorAll(wanted)].flatMap((each) => {
  const {left, right} = each.getBoundingClientRect();
  const boxes = [{left: 0, right: document.documentElement.clientWidth}];
  for (let box = each.parentElement; box !== document.body; box = box.parentElement) {
    if (getComputedStyle(box).overflowX !== 'visible') boxes.push(box.getBoundingClientRect());
  }
  return boxes.some((box) => left < box.left - 1 || right > box.right + 1) ? [`${each.tagName} ${each.textContent.slice(0, 40)}`] : [];
}), selector);

describe('the navigation', {concurrency: 2}, () => {
  for (const width of [320, 360, 480, 768, 1024, 1440]) {
    it(`${width} px`, {timeout: 240_000}, async () => {
      for (const name of ['hello', 'tabs']) {
        const {page, close} = await open(name, width);
        await page.locator('.view').waitFor({timeout: 60_000});
        assert.equal(await page.locator('#views a').count(), names.length);
        assert.deepEqual(await hidden(page, '#views a'), []);
        assert.ok(await page.locator('#views a').evaluateAll((all) => all.every((link) => link.getBoundingClientRect().height >= 24)), 'large enough for a finger');
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
        await close();
      }
    });
  }
});

describe('tables and code', {concurrency: 2}, () => {
  for (const name of names) {
    it(name, {timeout: 240_000}, async () => {
      const {page, close} = await open(name, 360);
      await page.locator('.view').waitFor({timeout: 60_000});
      if (name === 'scenarios') await page.locator('.quotes tbody tr').nth(7).waitFor({timeout: 60_000});
      assert.deepEqual(await hidden(page, 'main :is(th, td, pre, button, input, dt, dd):not(thead *, .quotes span)'), []);
      await close();
    });
  }
});

test('the comparison is a table for a screen reader, and on a narrow screen each cell has the name of its column', {timeout: 240_000}, async () => {
  for (const [width, named] of [[360, true], [1440, false]]) {
    const {page, close} = await open('compare', width);
    const table = page.getByRole('region', {name: 'SSE, long polling and WebSocket, point by point'}).getByRole('table');
    await table.waitFor({timeout: 60_000});
    assert.deepEqual(await table.getByRole('columnheader').allTextContents(), ['Server-sent events', 'Long polling', 'WebSocket']);
    assert.equal(await table.getByRole('rowheader').count(), 6);
    const cells = table.locator('tbody td');
    assert.equal(await cells.count(), 18);
    const labels = await cells.evaluateAll((all) => all.slice(0, 3).map((cell) => getComputedStyle(cell, '::before').content));
    assert.deepEqual(labels, named ? ['"Server-sent events"', '"Long polling"', '"WebSocket"'] : ['none', 'none', 'none']);
    await close();
  }
});

test('a table that is wider than its place has a shadow at the edge that hides something', {timeout: 240_000}, async () => {
  const {page, close} = await open('compare', 360);
  const box = page.locator('.wide').first();
  await box.waitFor({timeout: 60_000});
  await box.locator('table').evaluate((table) => { table.style.minWidth = '40rem'; });
  // The colour of a pixel at the right edge, and of one in the middle.
  const edge = async () => {
    const {x, y, width} = await box.boundingBox();
    const shot = async (at) => (await page.screenshot({clip: {x: at, y: y + 3, width: 1, height: 1}})).toString('base64');
    return await shot(x + width - 7) !== await shot(x + width / 2);
  };
  await box.scrollIntoViewIfNeeded();
  assert.equal(await edge(), true, 'more to the right');
  await box.evaluate((element) => { element.scrollLeft = element.scrollWidth; });
  assert.equal(await edge(), false, 'at its end');
  await close();
});
