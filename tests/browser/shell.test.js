// The frame around the views: addresses, links, back and forward, focus.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {violations} from './axe.js';
import {countReaches, openPage, reach, screenshot} from './chromium.js';
import {setup} from './setup.js';

const running = setup();
const heading = (page, name) => page.getByRole('heading', {level: 1, name}).waitFor({timeout: 60_000});

test('a view that does not exist says so, and its name stays text', {timeout: 240_000}, async () => {
  const {page, faults, close} = await openPage(running.browser, `${running.stack.url}?view=<b>nowhere</b>`, {width: 360});
  await heading(page, 'No such view');
  assert.match(await page.locator('main .lead').textContent(), /“<b>nowhere<\/b>”/);
  assert.equal(await page.locator('main b').count(), 0);
  assert.deepEqual(await violations(page), []);
  await screenshot(page, 'no-such-view');

  await page.getByRole('link', {name: 'Open the greeting'}).click();
  await countReaches(page, 1);
  assert.equal(await page.title(), 'sse-worker · events, live');
  assert.equal(new URL(page.url()).search, '?view=hello');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Server-sent events, live');
  assert.deepEqual(faults, []);
  await close();
});

test('who leaves a view takes its stream along, and back brings it back', {timeout: 240_000}, async () => {
  const {page, faults, requests, close} = await openPage(running.browser, running.stack.url);
  await reach(page, 'open');
  const ended = page.waitForEvent('requestfailed', {predicate: (request) => request.url().endsWith('/events'), timeout: 60_000});
  await page.evaluate(() => {
    const link = document.createElement('a');
    link.href = '?view=elsewhere';
    document.querySelector('main').append(link);
    link.click();
  });
  await ended;
  await heading(page, 'No such view');
  assert.equal(requests.length, 1);

  await page.goBack();
  await countReaches(page, 1);
  assert.equal(requests.length, 2);
  await page.goForward();
  await heading(page, 'No such view');
  assert.deepEqual(faults, []);
  await close();
});

test('a view looks the same, whichever was there before', {timeout: 240_000}, async () => {
  const {page, faults, close} = await openPage(running.browser, `${running.stack.url}?view=operations`);
  const places = async () => {
    await page.locator('.view[data-view="operations"][data-state="open"]').waitFor({timeout: 60_000});
    return page.evaluate(() => [...document.querySelectorAll('.view dl :not(svg, svg *)')].map((each) => {
      const {x, y, height} = each.getBoundingClientRect();
      return [x, y + scrollY, height].map(Math.round).join(' ');
    }));
  };
  const first = await places();
  assert.ok(first.length > 20);
  for (const name of ['Hello', 'Scenarios', 'Operations']) {
    await page.getByRole('link', {name, exact: true}).click();
    await page.locator(`.view[data-view="${name.toLowerCase()}"]`).waitFor({timeout: 60_000});
  }
  assert.deepEqual(await places(), first);
  const worn = await page.evaluate(() => [...document.querySelectorAll('link[rel="stylesheet"][href*="views/"]')]
    .filter(({media}) => matchMedia(media).matches).map((link) => link.getAttribute('href')));
  assert.deepEqual(worn, ['views/operations/view.css']);
  assert.deepEqual(faults, []);
  await close();
});

test('a view that cannot be had leaves a way on', {timeout: 240_000}, async () => {
  let broken = true;
  const {page, close} = await openPage(running.browser, running.stack.url, {
    before: (opened) => opened.route('**/views/hello/view.js', (route) => (broken ? route.abort() : route.continue())),
  });
  await heading(page, 'The view did not load');
  broken = false;
  await page.getByRole('button', {name: 'Try again'}).click();
  await countReaches(page, 1);
  await close();
});

test('a view that breaks while it is set up takes nothing else along', {timeout: 240_000}, async () => {
  const body = 'export const title = "Broken"; export function mount(root) { root.append("half"); throw new Error("broken"); }';
  const {page, close} = await openPage(running.browser, running.stack.url, {
    before: (opened) => opened.route('**/views/hello/view.js', (route) => route.fulfill({contentType: 'text/javascript', body})),
  });
  await heading(page, 'The view did not load');
  assert.equal(await page.getByText('half').count(), 0);
  await close();
});

test('the first key press reaches a way past the navigation', {timeout: 240_000}, async () => {
  const {page, close} = await openPage(running.browser, running.stack.url);
  await reach(page, 'open');
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', {name: 'Skip to the content'});
  assert.ok(await skip.evaluate((link) => link === document.activeElement && link.getBoundingClientRect().top >= 0));
  const view = await page.locator('.view').elementHandle();
  await page.keyboard.press('Enter');
  await page.waitForURL(/#main$/);
  await page.waitForTimeout(300); // what must not happen would have by now
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  assert.ok(await view.evaluate((section) => section.isConnected), 'the view is still the same');
  await close();
});
