// The console with a token: where it goes, where it does not, and what the page says when it is refused or ends.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {readerToken, readersOf} from '../lib/tokens.mjs';
import {violations} from './axe.js';
import * as seen from './console_page.js';
import {setup} from './setup.js';

const running = setup({settings: readersOf({public: ['news']})});

const {press, row, status, texts} = seen;
const publish = (...all) => seen.publish(running, ...all);

// The console, and the Authorization of each request that it makes.
async function open(query) {
  const opened = await seen.open(running, query);
  const sent = [];
  opened.page.on('request', (request) => {
    const {pathname} = new URL(request.url());
    if (['/events', '/publish'].includes(pathname)) sent.push({pathname, url: request.url(), token: request.headers().authorization});
  });
  return {...opened, sent};
}
const fill = (page, token) => page.getByLabel('Token (optional)').fill(token);
// Chromium reports each refused request.
const harmless = (fault) => /status of 40[13]/.test(fault);

test('a token is sent when one subscribes and publishes, and stays in the memory of the page', {timeout: 240_000}, async () => {
  const token = readerToken('alice', ['mine']);
  const {page, faults, sent, close} = await open('&topics=mine,news&to=mine,news');
  await status(page, 'This needs a token or a login');
  await fill(page, ` ${token} `);
  await press(page, 'Subscribe');
  await status(page, 'Live');
  await publish({topic: 'mine', data: 'secret', private: true});
  await row(page, 'secret');
  await press(page, 'Publish');
  await row(page, '{"hello":"world"}');
  for (const pathname of ['/events', '/publish']) assert.equal(sent.findLast((each) => each.pathname === pathname).token, `Bearer ${token}`);
  assert.ok(sent.every(({url}) => !url.includes(token)));
  assert.match(await page.locator('#command').textContent(), /^curl -N -H "Authorization: Bearer \$TOKEN" 'http/);
  assert.ok(!page.url().includes(token));
  assert.equal(await page.evaluate(() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])), '[{},{},""]');
  assert.equal(await page.getByLabel('Token (optional)').getAttribute('type'), 'password');
  assert.ok(!(await page.locator('main').innerHTML()).includes(token), 'it is not shown');
  assert.deepEqual(await violations(page), []);
  await page.reload();
  await status(page, 'This needs a token or a login');
  assert.equal(await page.getByLabel('Token (optional)').inputValue(), '');
  assert.deepEqual(faults.filter((fault) => !harmless(fault)), []);
  await close();
});

test('the form publishes private events', {timeout: 240_000}, async () => {
  const {page, close} = await open('&topics=news&to=mine,news');
  await status(page, 'Live');
  const own = page.getByLabel('Private: only for those to whom a topic of it is granted');
  await own.check();
  await page.getByLabel('Data', {exact: true}).fill('{"for":"one"}');
  await press(page, 'Publish');
  await page.waitForFunction(() => document.querySelector('.result').textContent.startsWith('Stored with the id '));
  await own.uncheck();
  await page.getByLabel('Data', {exact: true}).fill('{"for":"all"}');
  await press(page, 'Publish');
  await row(page, '{"for":"all"}');
  assert.ok(!(await texts(page)).some((text) => text.includes('{"for":"one"}')));
  await fill(page, readerToken('alice', ['mine']));
  await page.getByLabel('Start after this event id, or earliest').fill('earliest');
  await press(page, 'Subscribe');
  await row(page, '{"for":"one"}');
  await close();
});

test('what is refused is said in words, and so is what is no token', {timeout: 240_000}, async () => {
  const {page, sent, close} = await open('&topics=mine');
  for (const [token, says] of [
    ['x.y.z', /The token is not accepted.*base64url/],
    [readerToken('alice', ['mine'], -5), /The token is not accepted.*expired/],
    [readerToken('bob', ['other']), /The token does not allow this.*mine is not covered/],
  ]) {
    await fill(page, token);
    await press(page, 'Subscribe');
    await status(page, says);
  }
  await fill(page, 'two words');
  await page.getByText('Not sent: a token has no spaces').waitFor({timeout: 60_000});
  await press(page, 'Subscribe');
  await status(page, 'This needs a token or a login');
  assert.equal(sent.at(-1).token, undefined);
  assert.deepEqual(await violations(page), []);

  await page.route('**/publish', (route) => route.fulfill({status: 403, contentType: 'application/problem+json', body: '{"detail":"No."}'}));
  for (const [token, says] of [['', 'This is not allowed. No.'], ['x.y.z', 'The token does not allow this. No.']]) {
    await fill(page, token);
    await press(page, 'Publish');
    await page.locator('.result', {hasText: says}).waitFor({timeout: 60_000});
  }
  await close();
});

test('a token that ends: the page says so, and with another one continues after the last event', {timeout: 240_000}, async () => {
  const {page, close} = await open('&topics=lasting');
  // On a busy machine a short token ends before the stream begins.
  for (let seconds = 4; ; seconds *= 2) {
    await fill(page, readerToken('alice', ['lasting'], seconds));
    await press(page, seconds === 4 ? 'Subscribe' : 'Try now');
    const live = await status(page, 'Live', seconds * 1000).then(() => true, () => false);
    if (live) break;
    assert(seconds < 60, 'the stream begins');
    await status(page, 'The token has expired Fill in another token, then press Try now');
  }
  await publish({topic: 'lasting', data: 'before', private: true});
  await row(page, 'before');
  await status(page, 'The token has expired Fill in another token, then press Try now');
  await publish({topic: 'lasting', data: 'meanwhile', private: true});
  await fill(page, readerToken('alice', ['lasting']));
  await press(page, 'Try now');
  await row(page, 'meanwhile');
  const data = (await texts(page)).filter((text) => !text.startsWith('{"reason"'));
  assert.deepEqual(data, ['before', 'meanwhile']);

  await fetch(`${running.stack.url}control`, {method: 'POST', body: new URLSearchParams({action: 'end', subject: 'alice'})});
  await status(page, 'The token was revoked');
  assert.deepEqual(await violations(page), []);
  await close();
});
