// The console opened, and what the tests of it look at. Whatever is waited for has a deadline.

import assert from 'node:assert/strict';
import {openPage} from './chromium.js';

export const open = ({browser, stack}, query = '', options = {}) => openPage(browser, `${stack.url}?view=console${query}`, options);
export const status = (page, text, timeout = 60_000) => page.locator('.status', {hasText: text}).waitFor({timeout});
export const row = (page, text) => page.locator('.frames li', {hasText: text}).first().waitFor({timeout: 60_000});
export const press = (page, name) => page.getByRole('button', {name, exact: true}).click();

// The data of the events in the list, as shown.
export const texts = (page) => page.locator('.frames [data-kind="event"] .data').allTextContents();

// So many events have come since the subscription, shown or not.
export const events = (page, count) =>
  page.waitForFunction((wanted) => document.querySelector('.figures dd').textContent.replace(/\D/g, '') === wanted, String(count), {timeout: 60_000});

// What came is on the screen.
export const drawn = (page) => page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));

// Returns the ids.
export async function publish({stack}, ...all) {
  const answer = await fetch(`${stack.url}publish`, {
    method: 'POST',
    headers: {'Content-Type': 'application/x-ndjson'},
    body: all.map((event) => `${JSON.stringify(event)}\n`).join(''),
  });
  assert.equal(answer.status, 200);
  return (await answer.text()).trim().split('\n').map((line) => JSON.parse(line).id);
}
