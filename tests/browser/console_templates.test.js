// The console subscribes by template: what matches is shown, what does not is not, and a mistake is said in the words of the server.

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
const books = 'https://example.com/books/{id}';
const selectors = (page) => page.getByLabel('Topics and patterns');

test('a template beside a topic and a pattern, typed by a person', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open('&topics=first');
  await status(page, 'Live');
  await selectors(page).fill(` ${books} , mine/{a,b} ,named, all/*`);
  const asked = page.waitForResponse((response) => response.url().includes('template='), {timeout: 60_000});
  await press(page, 'Subscribe');
  const {searchParams} = new URL((await asked).url());
  await status(page, 'Live');
  assert.deepEqual(searchParams.getAll('template'), [books, 'mine/{a,b}'], 'a comma inside of braces parts nothing');
  assert.deepEqual(searchParams.getAll('topic'), ['named', 'all/*']);
  await publish(
    {topic: 'https://example.com/books/1', data: 'a book'},
    {topic: 'https://example.com/books/1/pages', data: 'not a book'},
    {topic: 'mine/x,y', data: 'mine'},
    {topic: 'named', data: 'by name'},
    {topic: 'all/1/2', data: 'by pattern'},
    {topic: 'elsewhere', data: 'not for us'},
    {topic: ['named', 'https://example.com/books/2'], data: 'last'},
  );
  await row(page, 'last');
  await drawn(page);
  assert.deepEqual(await texts(page), ['a book', 'mine', 'by name', 'by pattern', 'last']);
  await events(page, 5);
  assert.match(new URL(page.url()).searchParams.get('topics'), /books\/\{id\}/, 'and the address of the page keeps it');
  const command = await page.locator('#command').textContent();
  assert.match(command, /template=https%3A\/\/example\.com\/books\/%7Bid%7D&template=mine/, 'curl takes braces for its own');
  assert.deepEqual(faults, []);
  await close();
});

test('a template alone, from the address of the page, with its history', {timeout: 240_000}, async () => {
  await publish({topic: 'shelf/1/title', data: 'before'}, {topic: 'shelf/1', data: 'too short'});
  const {page, faults, close} = await open(`&topics=${encodeURIComponent('shelf/{id}/title')}&from=earliest`);
  await row(page, 'before');
  await publish({topic: 'shelf/2/title', data: 'after'});
  await row(page, 'after');
  assert.deepEqual(await texts(page), ['before', 'after']);
  // What a template matches, the server knows: the form does not say that the list lacks it.
  await page.locator('#to').fill('shelf/3/title');
  await press(page, 'Publish');
  await row(page, 'hello');
  await page.locator('.result', {hasText: 'Stored with the id'}).waitFor({timeout: 60_000});
  assert.equal(await page.locator('.unread').textContent(), '');
  assert.deepEqual(faults, []);
  await close();
});

test('what is no template', {timeout: 240_000}, async () => {
  const {page, close} = await open('&topics=first');
  await status(page, 'Live');
  for (const [text, says] of [
    ['books/{id', 'Refused template: the URI template books/{id has a { at byte 6 that is never closed; close it with }'],
    ['books/{a{b}}', /Refused template: .* expressions cannot be nested/],
    [Array.from({length: 11}, (_, n) => `t${n}/{x}`).join(', '), /Refused topic: 11 patterns and templates requested, at most 10 are allowed/],
    ['<img src=x onerror="window.hit=1">{', /Refused template: the URI template <img/],
  ]) {
    await selectors(page).fill(text);
    await press(page, 'Subscribe');
    await status(page, says);
  }
  assert.equal(await page.evaluate(() => window.hit), undefined);
  await selectors(page).fill('books/{id}');
  await press(page, 'Subscribe');
  await status(page, 'Live');
  await close();
});

describe('the console with a template at', {concurrency: 2}, () => {
  for (const [width, colorScheme] of [[360, 'light'], [1440, 'dark']]) {
    it(`${width} px, ${colorScheme}`, {timeout: 240_000}, async () => {
      const {page, faults, close} = await open(`&topics=${encodeURIComponent(`${books}, https://example.com/users/{user}/inbox{?page,per_page}`)}`, {width, colorScheme});
      await status(page, 'Live');
      await publish({topic: 'https://example.com/books/1', event: 'changed', data: '{"title":"one"}'}, {topic: 'https://example.com/users/7/inbox?page=2', data: 'two'});
      await row(page, 'two');
      assert.deepEqual(await violations(page), []);
      await screenshot(page, `console-template-${width}-${colorScheme}`, {fullPage: true});
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      assert.deepEqual(faults, []);
      await close();
    });
  }
});
