// Away and back: what the page says it missed is what it missed.

import assert from 'node:assert/strict';
import {describe, it, test} from 'node:test';
import {violations} from './axe.js';
import {jumps, openPage, screenshot} from './chromium.js';
import {setup} from './setup.js';
import {Stack} from '../lib/stack.mjs';

const running = setup({feed: true});

const open = (query = '', options = {}, url = running.stack.url) => openPage(running.browser, `${url}?view=missed${query}`, options);
const figure = async (page, n) => Number((await page.locator('.figures dd').nth(n).textContent()).replace(/\D/g, ''));
const told = (page, n, timeout = 60_000) => page.locator('.absences li').nth(n).waitFor({timeout});
const latest = (page) => page.locator('.absences li').first().textContent();
// What came is on the screen.
const drawn = (page) => page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));
// Counts changes instead of comparing numbers: the number on the screen at the start may be one that a hostile event set for a
// moment, and no later one is larger.
const moving = async (page) => {
  await page.waitForFunction(() => /\d/.test(document.querySelector('.figures dd')?.textContent), null, {timeout: 60_000});
  await page.evaluate(() => { globalThis.changes = {text: '', count: 0}; });
  await page.waitForFunction(() => {
    const {textContent} = document.querySelector('.figures dd');
    if (textContent !== globalThis.changes.text) globalThis.changes = {text: textContent, count: globalThis.changes.count + 1};
    return globalThis.changes.count > 5;
  }, null, {timeout: 60_000});
};

test('away: the cursor that is sent, what comes after it, and none missing', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open('&away=30');
  await moving(page);
  const requests = [];
  page.on('request', (request) => requests.push(new URL(request.url())));
  await page.getByRole('button', {name: 'Go offline'}).click();
  await page.locator('.status', {hasText: /Offline *back in \d+ s/}).waitFor({timeout: 60_000});
  await drawn(page);
  const last = await figure(page, 0);
  await page.waitForTimeout(1_500); // thirty events
  assert.equal(await figure(page, 0), last, 'nothing arrives');
  assert.equal(requests.length, 0);

  await page.getByRole('button', {name: 'Come back now'}).click();
  await told(page, 0);
  const cursor = requests[0].searchParams.get('lastEventId');
  assert.match(cursor, /^[0-9a-f]+-\d+$/);
  assert.equal(await page.locator('.request').textContent(), `GET /events?topic=demo/count&lastEventId=${cursor}`);
  const words = await latest(page);
  const [, many, from, to] = /Offline for \d+\.\d s\. ([\d,]+) events replayed, number ([\d,]+) to ([\d,]+)\. None is missing\./.exec(words)
    .map((text) => Number(text.replace(/,/g, '')));
  assert.equal(to - from + 1, many);
  assert.ok(from >= last && from <= last + 3, `${last}, then ${from}`);
  assert.ok(many > 15, `${many}`);
  assert.ok(words.includes(`Cursor sent: ${cursor}`));
  await drawn(page);
  assert.deepEqual([await figure(page, 1), await figure(page, 2)], [0, 0], 'none missing, none twice');
  assert.ok(await page.locator('.strip .replayed').count() > 10);
  assert.equal(await page.locator('.strip .lost').count(), 0);

  await page.getByRole('button', {name: 'Go offline'}).click();
  await page.getByRole('button', {name: 'Come back now'}).click();
  await told(page, 1);
  assert.deepEqual(faults, []);
  await close();
});

test('with an unknown cursor, the server says so', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open();
  await moving(page);
  await page.getByRole('button', {name: 'Try an unknown cursor'}).click();
  await told(page, 0);
  assert.match(await latest(page), /The server sent “gap”: the cursor is unknown\./);
  await drawn(page);
  assert.ok(await figure(page, 2) > 0, 'what was there already came twice');
  assert.equal(await figure(page, 1), 0);
  await moving(page);
  assert.deepEqual(faults, []);
  await close();
});

test('away until it is evicted: how many are lost', {timeout: 240_000}, async () => {
  const stack = await Stack.start({feed: true, settings: 'history: {topic_events_max: 40}\n'}); // two seconds
  try {
    const {page, faults, close} = await open('&away=10', {}, stack.url);
    await moving(page);
    await page.getByRole('button', {name: 'Go offline'}).click();
    await told(page, 0);
    const words = await latest(page);
    assert.match(words, /The server sent “gap”: events after the cursor are no longer retained\./);
    const [, many, lost] = /([\d,]+) events replayed.* ([\d,]+) are missing/.exec(words).map((text) => Number(text.replace(/,/g, '')));
    assert.ok(many <= 41 && lost > 50, words);
    await drawn(page);
    assert.equal(await figure(page, 1), lost);
    assert.ok(await page.locator('.strip .lost').count() > 50);
    assert.deepEqual(faults, []);
    await close();
  } finally {
    await stack.stop();
  }
});

async function killed(stack) {
  const {page, faults, close} = await open('', {}, stack.url);
  await moving(page);
  process.kill(stack.workerPid, 'SIGKILL');
  await page.locator('.status', {hasText: /Connection lost.*Reconnecting in \d+ s/}).waitFor({timeout: 60_000});
  await told(page, 0);
  const words = await latest(page);
  await moving(page);
  const missing = await figure(page, 1);
  assert.deepEqual(faults, []);
  await close();
  return {words, missing};
}

test('a dead worker: it says so, comes back, and nothing is missing', {timeout: 240_000}, async () => {
  const {words, missing} = await killed(running.stack);
  assert.doesNotMatch(words, /gap|lost/);
  assert.equal(missing, 0, words);
});

test('a dead worker with its history in memory: the restart is told', {timeout: 240_000}, async () => {
  const stack = await Stack.start({feed: true, settings: 'store: {kind: memory}\n'});
  try {
    const {words, missing} = await killed(stack);
    assert.match(words, /the server was restarted, and a new history began/);
    // One that was published, and not yet sent when the worker died, is gone with its memory.
    assert.ok(missing <= 5, `${missing} missing: ${words}`);
  } finally {
    await stack.stop();
  }
});

test('what is no number changes nothing, and no number is too large', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open();
  await moving(page);
  const hostile = ['<b>7</b>', 'null', '[]', '{"n":"7"}', '{"n":-1}', '{"n":1e400}', '{"n":9007199254740991,"at":"x"}', '{"n":1.5}'];
  const answer = await fetch(`${running.stack.url}publish`, {
    method: 'POST',
    headers: {'Content-Type': 'application/x-ndjson'},
    body: hostile.map((data) => `${JSON.stringify({topic: 'demo/count', data})}\n`).join(''),
  });
  assert.equal(answer.status, 200);
  await moving(page);
  assert.equal(await page.locator('main b').count(), 0);
  assert.equal(await page.locator('.strip i').count(), 400);
  assert.deepEqual(faults, []);
  await close();
});

describe('nothing missed at', {concurrency: 2}, () => {
  for (const [width, colorScheme] of [[360, 'light'], [360, 'dark'], [1440, 'light'], [1440, 'dark']]) {
    it(`${width} px, ${colorScheme}`, {timeout: 240_000}, async () => {
      const {page, faults, close} = await open('&away=3', {width, colorScheme});
      await moving(page);
      await page.getByRole('button', {name: 'Go offline'}).focus();
      await page.keyboard.press('Enter');
      await told(page, 0);
      assert.deepEqual(await jumps(page), []); // before the camera and axe, which lay the page out for themselves
      await screenshot(page, `missed-${width}-${colorScheme}`, {fullPage: true});
      assert.deepEqual(await violations(page), [], 'back');
      await page.keyboard.press('Enter');
      assert.deepEqual(await violations(page), [], 'offline');
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      assert.deepEqual(faults, []);
      await close();
    });
  }
});
