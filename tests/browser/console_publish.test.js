// The form of the console, and what may answer it: the worker, somebody else, or nobody.

import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {test} from 'node:test';
import * as seen from './console_page.js';
import {setup} from './setup.js';

const running = setup();

const {press, row, status, texts} = seen;
const open = (query) => seen.open(running, query);
const says = (page, text) => page.waitForFunction((wanted) => document.querySelector('.result').textContent === wanted, text, {timeout: 60_000})
  .catch(async () => assert.equal(await page.locator('.result').textContent(), text));

test('an answer that is not the worker\'s is shown as it came', {timeout: 240_000}, async () => {
  const {page, close} = await open('&topics=odd&to=odd');
  await status(page, 'Live');
  let instead; // what answers for the worker: a page of somebody in between, say
  await page.route('**/publish', (route) => (instead ? route.fulfill(instead) : route.abort()));
  for (const [code, contentType, body, said] of [
    [200, 'text/html', '<h1>Please log in</h1>', 'The answer has no id: 200 <h1>Please log in</h1>'],
    [200, 'application/json', '{"ok":true}', 'The answer has no id: 200 {"ok":true}'],
    [200, 'text/plain', '', 'The answer has no id: 200'],
    [502, 'text/html', '<h1>Bad Gateway</h1>', '502 <h1>Bad Gateway</h1>'],
    [500, 'text/plain', 'null', '500 null'],
    [502, 'text/plain', 'x'.repeat(1000), `502 ${'x'.repeat(196)}…`],
    [503, 'application/problem+json', JSON.stringify({title: 'No', status: 503, detail: 'why '.repeat(600)}), `${'why '.repeat(500)}…`],
    [400, 'application/problem+json', JSON.stringify({detail: 'short', more: 'x'.repeat(5000)}), 'short'],
  ]) {
    instead = {status: code, contentType, body};
    await press(page, 'Publish');
    await says(page, said);
  }
  instead = null;
  await press(page, 'Publish');
  await says(page, 'The server did not answer. It is unknown whether the event was stored.');
  await close();
});

// The pid of whoever starts the worker again.
async function parentOf(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

test('published to a dead worker: it is said, and works when there is one again', {timeout: 240_000}, async () => {
  const {page, close} = await open('&topics=dead&to=dead');
  await status(page, 'Live');
  const pid = running.stack.workerPid;
  const starter = await parentOf(pid);
  process.kill(starter, 'SIGSTOP');
  try {
    process.kill(pid, 'SIGKILL');
    await status(page, 'Connection lost');
    await press(page, 'Publish');
    await says(page, 'The worker does not answer. It is starting or down. Try again in 3 seconds.');
  } finally {
    process.kill(starter, 'SIGCONT');
  }
  await status(page, 'Live');
  await press(page, 'Publish');
  await page.locator('.result', {hasText: 'Stored with the id'}).waitFor({timeout: 60_000});
  await row(page, '{"hello":"world"}');
  assert.equal((await texts(page)).filter((data) => data === '{"hello":"world"}').length, 1);
  await close();
});
