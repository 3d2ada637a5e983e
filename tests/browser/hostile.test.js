// What a stream may carry that a page must survive. The answers are made up here; the page is the real one.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {openPage, reach, screenshot} from './chromium.js';
import {setup} from './setup.js';

const running = setup();

const answer = (body, status = 200, contentType = 'text/event-stream') => (page) =>
  page.route('**/events', (route) => route.fulfill({status, contentType, body}));

const frames = (payloads) => `${payloads.map((data) => `data: ${data}\n\n`).join('')}event: close\ndata: {}\n\n`;

const open = (before) => openPage(running.browser, running.stack.url, {before});

test('payloads are text, whatever they look like', {timeout: 240_000}, async () => {
  const markup = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script><b>bold</b>';
  const payloads = [
    markup,
    JSON.stringify({message: markup, timestamp: '2026-11-22T07:20:00.123Z'}),
    '{"message":"half',
    '{"message":"no time"}',
    '{"message":"bad time","timestamp":"<i>now</i>"}',
    '{"__proto__":{"message":"inherited"}}',
    '\u202Eright to left',
    'W'.repeat(900),
  ];
  const {page, faults, close} = await open(answer(frames(payloads)));
  await reach(page, 'closed');
  assert.deepEqual(await page.locator('#rows .text').allTextContents(),
    [markup, markup, payloads[2], 'no time', 'bad time', payloads[5], payloads[6], payloads[7]]);
  assert.equal(await page.locator('#rows').locator('img, script, b, i').count(), 0);
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no sideways scrolling');
  await screenshot(page, 'hostile');
  assert.deepEqual(faults, []);
  await close();
});

test('a long stream leaves a bounded list, with the newest in view', {timeout: 240_000}, async () => {
  const payloads = Array.from({length: 1500}, (_, i) => `{"message":"number ${i + 1}"}`);
  const {page, faults, close} = await open(answer(frames(payloads)));
  await reach(page, 'closed');
  assert.equal(await page.locator('#messages').evaluate((element) => element.textContent.replace(/\D/g, '')), '1500');
  assert.equal(await page.locator('#rows li').count(), 200);
  assert.ok(await page.locator('#timeline *').count() < 250);
  assert.equal(await page.locator('#rows .text').last().textContent(), 'number 1500');
  await page.waitForFunction(() => {
    const box = document.getElementById('log').getBoundingClientRect();
    return document.getElementById('rows').lastElementChild.getBoundingClientRect().bottom <= box.bottom + 1;
  }, null, {timeout: 60_000});
  assert.deepEqual(faults, []);
  await close();
});

for (const [what, status, contentType] of [
  ['an error', 503, 'application/problem+json'],
  ['no content', 204, 'text/plain'],
  ['another content type', 200, 'application/json'],
]) {
  test(`${what} instead of a stream is a failure that says so, with a way out`, {timeout: 240_000}, async () => {
    const {page, close} = await open(answer('{}', status, contentType));
    await reach(page, 'failed');
    assert.equal(await page.locator('#state').textContent(), 'Failed');
    if (status === 503) await screenshot(page, 'failed');
    await page.unroute('**/events');
    await page.getByRole('button', {name: 'Start again'}).click();
    await reach(page, 'open');
    await close();
  });
}
