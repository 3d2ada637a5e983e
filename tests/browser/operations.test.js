// The view Operations: the worker's own figures, live, for everybody; and what it says when they do not come.

import assert from 'node:assert/strict';
import http from 'node:http';
import {describe, it, test} from 'node:test';
import {violations} from './axe.js';
import {openPage, screenshot} from './chromium.js';
import {setup} from './setup.js';

const running = setup({feed: true});
const open = (options, query = '') => openPage(running.browser, `${running.stack.url}?view=operations${query}`, options);

const value = (page, title) => page.locator('.board div', {has: page.locator(`dt:text-is("${title}")`)}).locator('.value').textContent();
// A busy worker has nothing to tell of some seconds, so it is waited for.
async function valueIs(page, title, wanted) {
  let last;
  for (const end = Date.now() + 20_000; Date.now() < end; await page.waitForTimeout(50)) {
    last = await value(page, title);
    if (wanted.test(last)) return;
  }
  assert.match(last, wanted);
}
const live = (page, timeout = 60_000) => page.locator('.view[data-state="open"]').waitFor({timeout});
// Rates are known, and the lines have so many points.
const told = (page, points = 2, timeout = 60_000) => page.waitForFunction((least) => {
  const line = document.querySelector('.chart:nth-child(2) .line');
  return (line?.getAttribute('d')?.match(/L/g)?.length ?? 0) >= least;
}, points, {timeout});

describe('the view at', {concurrency: 2}, () => {
  for (const [width, colorScheme] of [[360, 'light'], [360, 'dark'], [1440, 'light'], [1440, 'dark']]) {
    it(`${width} px, ${colorScheme}`, {timeout: 240_000}, async () => {
      const {page, faults, close} = await open({width, colorScheme}, '&read=all');
      await told(page, 12);
      // Before the picture: a picture of the whole page is taken in a larger window.
      assert.ok(await page.evaluate(() => window.layoutShift) < 0.001, 'nothing jumps');
      await screenshot(page, `operations-${width}-${colorScheme}`, {fullPage: true});
      assert.deepEqual(await violations(page), []);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      const cut = await page.evaluate(() => [...document.querySelectorAll('.board .value, .board .note, .board dt')]
        .filter((each) => each.scrollWidth > each.clientWidth && getComputedStyle(each).display !== 'inline')
        .map(({textContent}) => textContent));
      assert.deepEqual(cut, [], 'all of every text is seen');
      assert.deepEqual(faults, []);
      await close();
    });
  }
});

test('without motion, nothing moves but the figures', {timeout: 240_000}, async () => {
  const {page, close} = await open({reducedMotion: 'reduce'});
  await told(page);
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  await close();
});

test('it is one stream, and nothing is asked again', {timeout: 240_000}, async () => {
  const {page, faults, requests, close} = await open();
  await told(page, 3);
  assert.equal(requests.length, 1);
  assert.deepEqual(faults, []);
  await close();
});

test('the figures follow what happens', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open();
  await told(page);
  const before = Number(await value(page, 'Streams open'));
  assert.ok(before >= 1);
  await page.getByRole('button', {name: 'Subscribe to all topics'}).click();
  assert.equal(new URL(page.url()).searchParams.get('read'), 'all');
  await page.waitForFunction((wanted) => Number(document.querySelector('.chart .value').textContent) >= wanted, before + 1, {timeout: 60_000});
  await page.waitForFunction(() => /^[1-9]/.test(document.querySelector('.chart:nth-child(2) .value').textContent), null, {timeout: 60_000});
  await valueIs(page, 'Bytes delivered', /^[\d.,]+ k?B\/s$/);
  await valueIs(page, 'Events per flush', /^[\d.]+$/);
  await valueIs(page, 'Publish time', /^[\d.]+ (µs|ms)$/);
  assert.match(await value(page, 'CPU (one core)'), /^[\d.]+ %$/);
  await page.getByRole('button', {name: 'Subscribe to all topics'}).click();
  await page.waitForFunction(() => document.querySelector('.chart:nth-child(2) .value').textContent === '0/s', null, {timeout: 60_000});
  assert.deepEqual(faults, []);
  await close();
});

test('a screen reader finds every value as text, and is told none of them unasked', {timeout: 240_000}, async () => {
  const {page, close} = await open();
  await told(page);
  const tree = await page.locator('main').ariaSnapshot();
  assert.match(tree, /term: Events published\n\s*- definition: [\d.,]+\/s/);
  const spoken = await page.locator('[aria-live], [role="status"], [role="log"], [role="alert"]').allTextContents();
  assert.deepEqual(spoken.map((text) => text.trim()).filter(Boolean), ['Live']);
  assert.equal(await page.locator('main svg:not([aria-hidden="true"])').count(), 0);
  await close();
});

test('pausing ends the stream, going on opens another; the time shown is in the address', {timeout: 240_000}, async () => {
  const {page, faults, requests, close} = await open({}, '&minutes=5');
  await live(page);
  const pressed = () => page.getByRole('group', {name: 'Period shown'}).locator('[aria-pressed="true"]').textContent();
  assert.equal(await pressed(), '5 min');
  const ended = page.waitForEvent('requestfailed', {predicate: (request) => request.url().includes('%24stats'), timeout: 60_000});
  await page.getByRole('button', {name: 'Pause'}).click();
  await ended;
  await page.locator('.status', {hasText: 'Paused'}).waitFor({timeout: 60_000});
  await page.keyboard.press('Enter');
  await live(page);
  assert.equal(requests.length, 2);
  await page.getByRole('button', {name: '2 min'}).click();
  assert.equal(await pressed(), '2 min');
  assert.equal(new URL(page.url()).search, '?view=operations');
  await page.getByRole('button', {name: '5 min'}).click();
  await page.reload();
  await live(page);
  assert.equal(await pressed(), '5 min');
  assert.deepEqual(faults, []);
  await close();
});

test('who leaves the view leaves no stream behind', {timeout: 240_000}, async () => {
  const {page, close} = await open();
  await live(page);
  const ended = page.waitForEvent('requestfailed', {predicate: (request) => request.url().includes('%24stats'), timeout: 60_000});
  await page.getByRole('link', {name: 'Hello'}).click();
  await ended;
  await close();
});

test('the worker dies and comes back: it says so, counts down, and goes on', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open({width: 360});
  await told(page, 3);
  process.kill(running.stack.workerPid, 'SIGKILL');
  await page.locator('.status', {hasText: /Connection lost.*Reconnecting in \d s/}).waitFor({timeout: 60_000});
  assert.equal(await value(page, 'Streams open'), '–', 'no old figure is taken for a new one');
  await screenshot(page, 'operations-waiting');
  await live(page);
  await page.waitForFunction(() => /^\d/.test(document.querySelector('.chart:nth-child(4) .value').textContent), null, {timeout: 60_000});
  assert.ok(await page.evaluate(() => window.layoutShift) < 0.001, 'nothing jumps');
  assert.deepEqual(faults, []);
  await close();
});

// The answers are made up from here on; the page is the real one.
const answer = (events) => ({
  before: (page) => page.route('**/events?topic=%24stats*', (route) => route.fulfill({
    contentType: 'text/event-stream', body: events.map((data) => `data: ${data}\n\n`).join(''),
  })),
});

// The same from a stream that stays open.
async function kept(t, figures) {
  const server = http.createServer((request, response) => {
    response.writeHead(200, {'Content-Type': 'text/event-stream'});
    response.write(`data: ${JSON.stringify(figures)}\n\n`);
  });
  await new Promise((listening) => { server.listen(0, '127.0.0.1', listening); });
  t.after(() => { server.closeAllConnections(); server.close(); });
  const url = `http://127.0.0.1:${server.address().port}/`;
  return {before: (page) => page.route('**/events?topic=%24stats*', (route) => route.continue({url}))};
}

test('delivery, bytes that wait, ages and the busiest topics', {timeout: 240_000}, async (t) => {
  const topics = Array.from({length: 12}, (_, n) => ({topic: n ? `orders/${n}` : `<b>${'long'.repeat(40)}</b>`, events_per_second: 20 - n}));
  const {page, faults, close} = await open({width: 360, ...await kept(t, {
    seconds: 1, delivery_seconds: {p50: 0.0012, p99: 0.0345}, outbox_bytes: 30_000, unread_bytes: 2_000, memory_bytes: 51_200_000, history_bytes: 1_500,
    streams_by_age: {under_1m: 3, under_10m: 20, under_1h: 0, under_1d: 12_345, over_1d: 1},
    busiest_topics: [null, {topic: 1, events_per_second: 1}, {topic: 'no/rate'}, ...topics],
  })});
  await page.locator('.busiest li').first().waitFor({timeout: 60_000});
  assert.equal(await value(page, 'Delivery time'), '1.2 ms');
  assert.equal(await value(page, 'Bytes waiting'), '32 kB');
  assert.equal(await value(page, 'Memory'), '51.2 MB');
  assert.deepEqual(await page.locator('.ages dd').allTextContents(), ['3', '20', '0', '12.3 k', '1']);
  const rows = await page.locator('.busiest li').allTextContents();
  assert.equal(rows.length, 10);
  assert.equal(rows[1], 'orders/1 19/s');
  assert.match(rows[0], /^<b>(long)+<\/b> 20\/s$/);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(faults, []);
  await close();
});

test('a worker that names no topics: there is no list of them', {timeout: 240_000}, async (t) => {
  for (const more of [{}, {busiest_topics: []}, {busiest_topics: 'text'}]) {
    const {page, faults, close} = await open(await kept(t, {seconds: 1, streams: 5, ...more}));
    await valueIs(page, 'Streams open', /^5$/);
    assert.equal(await page.getByRole('heading', {name: 'Busiest topics'}).count(), 0);
    assert.deepEqual(faults, []);
    await close();
  }
});

test('figures that are none are not shown, and nothing of them runs', {timeout: 240_000}, async () => {
  const markup = '<img src=x onerror="window.pwned=1">';
  const {page, faults, close} = await open(answer([
    'no JSON', 'null', '[]', '"text"', '{}',
    JSON.stringify({streams: markup, seconds: markup, publish_seconds: markup, loop_lag_seconds: null, memory_bytes: [1]}),
    '{"streams":-5,"seconds":0,"delivered_events_per_second":1e308,"__proto__":{"gaps_total":7}}',
  ]));
  await page.locator('.chart:nth-child(2) .value', {hasText: '/s'}).or(page.locator('.view[data-state="waiting"]')).first().waitFor({timeout: 60_000});
  assert.equal(await page.locator('.board img').count(), 0);
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no sideways scrolling');
  assert.deepEqual(faults, []);
  await close();
});

test('a worker that floods the page with figures does not fill it', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open(answer(Array.from({length: 20_000}, (_, n) =>
    JSON.stringify({seconds: 1, streams: n % 50, delivered_events_per_second: n, stalled_closes_total: n}))));
  await page.locator('.view[data-state="waiting"]').waitFor({timeout: 60_000});
  const [longest, elements] = await page.evaluate(() => [
    Math.max(...[...document.querySelectorAll('path')].map((path) => path.getAttribute('d')?.length ?? 0)),
    document.querySelectorAll('*').length]);
  assert.ok(longest > 100 && longest < 60_000, `a line of ${longest} characters`);
  assert.ok(elements < 400);
  assert.deepEqual(faults, []);
  await close();
});
