// What docs/troubleshooting.md says of `readyState` 2: each cause closes an EventSource for good, and the console of Chromium has the
// text that the page has.

import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {test} from 'node:test';
import {openPage} from './chromium.js';
import {setup} from './setup.js';

const running = setup();
const documented = await readFile(new URL('../../docs/troubleshooting.md', import.meta.url), 'utf8');

// The state in which an EventSource is once it has met its first error.
const afterError = (page, url) => page.evaluate((where) => new Promise((resolve) => {
  const events = new EventSource(where);
  events.onerror = () => resolve(events.readyState);
}), url);

test('readyState 2, and what the console says', {timeout: 240_000}, async () => {
  const {page, faults, close} = await openPage(running.browser, `${running.stack.url}?view=nowhere`, {
    before: (opened) => opened.route('**/login', (route) => route.fulfill({contentType: 'text/html', body: '<h1>Please log in</h1>'})),
  });
  for (const [url, text] of [
    ['/not/there', 'Failed to load resource: the server responded with a status of 404 (Not Found)'],
    ['/login', 'EventSource\'s response has a MIME type ("text/html") that is not "text/event-stream". Aborting the connection.'],
  ]) {
    assert.equal(await afterError(page, url), 2, url);
    assert.ok(documented.includes(`\`${text}\``), text);
    for (const deadline = Date.now() + 10_000; faults.length === 0 && Date.now() < deadline;) await page.waitForTimeout(50);
    assert.deepEqual(faults.splice(0), [`console: ${text}`]);
  }
  const {href} = new URL('publish', running.stack.url);
  for (const body of ['topic=over&data=x', 'topic=over&close=1']) assert.equal((await fetch(href, {method: 'POST', body: new URLSearchParams(body)})).status, 200);
  const {lastEventId} = await (await fetch(new URL('events?topic=over&poll=0&lastEventId=earliest', running.stack.url))).json();
  assert.equal(await afterError(page, `/events?topic=over&lastEventId=${lastEventId}`), 2, 'a closed topic');
  assert.equal(await afterError(page, '/events'), 0, 'a stream that ends is asked for again');
  await close();
});
