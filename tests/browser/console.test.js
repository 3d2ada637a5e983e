// The console: what is published comes, raw and parsed; what is refused says why; a dead worker does it no harm.

import assert from 'node:assert/strict';
import {describe, it, test} from 'node:test';
import {violations} from './axe.js';
import {screenshot} from './chromium.js';
import * as seen from './console_page.js';
import {setup} from './setup.js';

const running = setup();

const {drawn, events, press, row, status, texts} = seen;
const open = (query, options) => seen.open(running, query, options);
const publish = (...all) => seen.publish(running, ...all);
const rows = (page) => page.locator('.frames [data-kind="event"]').count();

test('a round trip: subscribed by a pattern, published by the form, seen parsed and raw', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open('&topics=trip/*,other&to=trip/a');
  await status(page, 'Live');
  await page.getByLabel('Event type', {exact: true}).fill('paid');
  await page.getByLabel('Data', {exact: true}).fill('{"sum": 42}');
  await page.getByRole('button', {name: 'Publish'}).click();
  await row(page, '{"sum": 42}');
  const kept = await page.locator('.result').textContent();
  const id = /^Stored with the id (\S+)$/.exec(kept)[1];
  assert.match(await page.locator('.frames [data-kind="event"]').first().textContent(), /paid/);
  assert.equal(await page.locator('.frames [data-kind="event"] .id').first().textContent(), id);

  await page.getByRole('button', {name: 'Raw'}).click();
  await row(page, 'event: paid');
  assert.match(await page.locator('.frames .raw', {hasText: 'paid'}).textContent(), new RegExp(`^id: ${id}\n|id: ${id}`));
  assert.match(await page.locator('.frames').textContent(), /retry: \d+/, 'also what EventSource hides');
  assert.match(page.url(), /raw=1/);
  assert.match(await page.locator('#command').textContent(), /^curl -N 'http:.*\/events\?topic=trip\/\*&topic=other'$/);
  await publish({topic: 'elsewhere', data: 'not for us'}, {topic: 'other', data: 'for us'});
  await row(page, 'for us');
  assert.equal(await page.locator('.frames li', {hasText: 'not for us'}).count(), 0);
  assert.deepEqual(faults, []);
  await close();
});

test('from a cursor, filtered, paused', {timeout: 240_000}, async () => {
  const ids = await publish({topic: 'past', data: 'one'}, {topic: 'past', data: 'two'}, {topic: 'past', data: 'three'});
  const {page, faults, close} = await open(`&topics=past&from=${ids[0]}`);
  await row(page, 'three');
  assert.equal(await rows(page), 2);
  await page.getByLabel('Show only frames that contain').fill('TWO');
  await page.waitForFunction(() => document.querySelectorAll('.frames li').length === 1);
  await page.getByLabel('Show only frames that contain').fill('');
  await row(page, 'three');
  await page.getByRole('button', {name: 'Pause'}).click();
  await publish({topic: 'past', data: 'four'});
  await page.waitForFunction(() => document.querySelector('.figures dd').textContent === '3');
  assert.equal(await rows(page), 2, 'counted, not shown');
  await page.getByRole('button', {name: 'Pause'}).click();
  await row(page, 'four');
  await page.getByLabel('Start after this event id').fill('earliest');
  await page.getByRole('button', {name: 'Subscribe'}).click();
  await row(page, 'one');
  assert.match(page.url(), /from=earliest/);
  assert.deepEqual(faults, []);
  await close();
});

test('mistakes are said beside their field, in the words of the server', {timeout: 240_000}, async () => {
  const {page, close} = await open('&topics=x&to=x');
  await status(page, 'Live');
  const send = () => page.getByRole('button', {name: 'Publish'}).click();
  await page.getByLabel('Data', {exact: true}).fill('{"sum": }');
  await page.locator('#data-problem', {hasText: 'Not JSON'}).waitFor();
  await page.getByLabel('Data is JSON').uncheck();
  await page.locator('#to').fill('x/*');
  await send();
  await page.locator('#topic-problem', {hasText: 'topic: x/* is a pattern'}).waitFor();
  assert.equal(await page.locator('#to').getAttribute('aria-invalid'), 'true');
  await page.locator('#to').fill('ended');
  await page.getByLabel('close the topic').check();
  await send();
  await page.locator('.result', {hasText: 'Stored with the id'}).waitFor();
  assert.equal(await page.locator('#topic-problem').textContent(), '');
  await send();
  await page.locator('#topic-problem', {hasText: 'is closed'}).waitFor();
  await page.getByLabel('Topics and patterns').fill(`t${'x'.repeat(2000)}`);
  await page.getByRole('button', {name: 'Subscribe'}).click();
  await status(page, 'Refused topic: has 2001 bytes; at most 1024 are allowed');
  await page.getByLabel('Topics and patterns').fill('ended');
  await page.getByLabel('Start after this event id').fill('earliest');
  await page.getByRole('button', {name: 'Subscribe'}).click();
  await status(page, 'Ended by the server');
  await close();
});

test('whatever is in the data is text', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open('&topics=evil');
  await status(page, 'Live');
  const hostile = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>';
  await publish({topic: 'evil', event: '<b>bold</b>', id: '<i>1</i>', data: hostile}, {topic: 'evil', data: 'x'.repeat(500_000)});
  await row(page, 'more characters');
  assert.equal(await page.locator('.frames img, .frames script, .frames b, .frames i').count(), 0);
  assert.equal(await page.evaluate(() => window.hit), undefined);
  await page.getByRole('button', {name: 'Raw'}).click();
  await row(page, 'onerror');
  assert.equal(await page.locator('.frames img').count(), 0);
  assert.deepEqual(faults, []);
  await close();
});

test('a dead worker: the seconds are counted, and it goes on', {timeout: 240_000}, async () => {
  const {page, close} = await open('&topics=lasting');
  await status(page, 'Live');
  process.kill(running.stack.workerPid, 'SIGKILL');
  await status(page, /Connection lost.*Reconnecting in \d+ s/);
  await status(page, 'Live');
  await publish({topic: 'lasting', data: 'here again'});
  await row(page, 'here again');
  await close();
});

test('paused, the list stands still, whatever comes and whatever is pressed', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open('&topics=still');
  await status(page, 'Live');
  await publish({topic: 'still', data: 'seen'});
  await row(page, 'seen');
  await press(page, 'Pause');
  await publish(...Array.from({length: 1000}, (_, n) => ({topic: 'still', data: `late ${n}`})));
  await events(page, 1001);
  await drawn(page);
  assert.deepEqual(await texts(page), ['seen']);
  await press(page, 'Raw');
  await row(page, 'data: seen');
  assert.equal(await page.locator('.frames li', {hasText: 'late'}).count(), 0, 'as text');
  await press(page, 'Raw');
  await page.getByLabel('Show only frames that contain').fill('e');
  await drawn(page);
  assert.deepEqual(await texts(page), ['seen'], 'filtered');
  await page.getByLabel('Show only frames that contain').fill('');
  await press(page, 'Clear');
  await publish({topic: 'still', data: 'last'});
  await events(page, 1002);
  await drawn(page);
  assert.equal(await page.locator('.frames li').count(), 0, 'cleared');
  await press(page, 'Pause');
  await row(page, 'last');
  assert.deepEqual(await texts(page), ['last'], 'what was cleared is gone');
  assert.deepEqual(faults, []);
  await close();
});

test('stopped, it goes on after the last event seen, below the rows that are there', {timeout: 240_000}, async () => {
  const [first] = await publish({topic: 'stops', data: 'zero'}, {topic: 'stops', data: 'one'});
  const {page, faults, close} = await open(`&topics=stops&from=${first}`);
  await row(page, 'one');
  await press(page, 'Stop');
  await status(page, 'Not connected');
  await publish({topic: 'stops', data: 'two'});
  await page.getByLabel('Topics and patterns').fill('not asked for yet');
  await press(page, 'Resume');
  await row(page, 'two');
  await publish({topic: 'stops', data: 'three'});
  await row(page, 'three');
  assert.deepEqual(await texts(page), ['one', 'two', 'three']);
  await events(page, 3);
  assert.deepEqual(faults, []);
  await close();
});

// The worker refuses gap, close and heartbeat, which are its own.
test('an event of the type "error" is one like any other', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open('&topics=doors');
  await status(page, 'Live');
  await publish({topic: 'doors', event: 'error', data: 'the left one'}, {topic: 'doors', data: 'still open'});
  await row(page, 'still open');
  await drawn(page);
  await page.locator('.status[data-state="open"]').waitFor({timeout: 60_000});
  await publish({topic: 'doors', data: 'and now?'});
  await row(page, 'and now?');
  await publish({topic: 'doors', close: 1});
  await status(page, 'Ended by the server');
  assert.deepEqual(faults, []);
  await close();
});

test('a frame without an end is given up, for it would come again', {timeout: 240_000}, async () => {
  const {page, faults, requests, close} = await open('&topics=endless', {
    before: (page) => page.route('**/events*', (route) => route.fulfill({contentType: 'text/event-stream', body: `id: e-1\n\ndata: ${'x'.repeat(5_000_000)}`}), {times: 1}),
  });
  await status(page, 'Stopped after an error a frame is too long');
  assert.equal(requests.length, 1);
  await press(page, 'Try now');
  await status(page, 'Live');
  assert.deepEqual(faults, []);
  await close();
});

test('the command is copied, or it is said that it is not', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open('&topics=copied/*&from=earliest', {permissions: ['clipboard-read', 'clipboard-write']});
  await press(page, 'Copy');
  await page.locator('#announced', {hasText: 'Copied'}).waitFor({state: 'attached', timeout: 60_000});
  const command = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(command, await page.locator('#command').textContent());
  assert.match(command, /^curl -N '.*\?topic=copied\/\*&lastEventId=earliest'$/);
  await page.evaluate(() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); });
  await press(page, 'Copy');
  await page.locator('#announced', {hasText: 'The browser did not allow it'}).waitFor({state: 'attached', timeout: 60_000});
  assert.deepEqual(faults, []);
  await close();
});

describe('the console at', {concurrency: 2}, () => {
  for (const [width, colorScheme] of [[360, 'light'], [360, 'dark'], [1440, 'light'], [1440, 'dark']]) {
    it(`${width} px, ${colorScheme}`, {timeout: 240_000}, async () => {
      const {page, faults, close} = await open('&topics=look/*&to=look/1', {width, colorScheme});
      await status(page, 'Live');
      await publish({topic: 'look/1', event: 'paid', data: '{"order":17,"sum":42}'}, {topic: 'look/2', data: 'two\nlines'});
      await row(page, 'lines');
      assert.ok(await page.evaluate(() => window.layoutShift) < 0.01, 'nothing jumps'); // before axe and the camera lay it out
      assert.deepEqual(await violations(page), []);
      await screenshot(page, `console-${width}-${colorScheme}`, {fullPage: true});
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      assert.deepEqual(faults, []);
      await close();
    });
  }
});
