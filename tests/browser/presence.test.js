// The live example of presence: windows that join and leave, names for who has a token, a number for who has none, and a restart of
// the worker, which knows no reader when it starts.

import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {defer} from '../lib/cleanup.mjs';
import {violations} from './axe.js';
import {openPage, screenshot} from './chromium.js';
import {setup} from './setup.js';

const topic = 'demo/presence';
const patience = {timeout: 60_000};

// A window of a browser of its own, gone with the test.
async function open(t, running, as, options) {
  const window = await openPage(running.browser, `${running.stack.url}?view=scenarios&show=presence&as=${as}`, options);
  defer(t, () => window.close());
  await live(window.page);
  return window;
}

const live = (page) => page.locator('.pair .status[data-state="open"]').waitFor(patience);
// From now on each number that the page shows, with the state of its stream: it may be there for a moment only.
const watch = (page) => page.evaluate(() => {
  window.seen = new Set();
  const [card, state, count] = ['.pair', '.pair .status', '.present'].map((each) => document.querySelector(each));
  new MutationObserver(() => window.seen.add(`${state.dataset.state}: ${count.textContent}`))
    .observe(card, {subtree: true, childList: true, characterData: true, attributes: true});
});
const saw = (page, words) => page.waitForFunction((wanted) => window.seen.has(wanted), words, patience);

// Until the window shows this number and these names, if any.
const shows = (page, count, names = []) => page.waitForFunction(([wanted, list]) => {
  const shown = [...document.querySelectorAll('.present-names li')].map(({textContent}) => textContent).sort();
  return document.querySelector('.present').textContent === wanted && JSON.stringify(shown) === list;
}, [count, JSON.stringify(names.toSorted())], patience).catch(async (error) => {
  const shown = await page.locator('.pair .card').first().innerText();
  assert.fail(`wanted ${count}: ${names}, shown is ${shown} (${error.message.split('\n')[0]})`);
});

// Until the newest row says this. On a slow machine there may be more rows below it: the worker takes a reader who needs longer than
// the grace time from its first request to its stream for one that has left.
const newest = (page, words) => page.locator('.changes li:first-child > span', {hasText: new RegExp(`^${words}$`)}).waitFor(patience);

async function restart({stack}) {
  const before = stack.workerPid;
  process.kill(before, 'SIGKILL');
  const deadline = Date.now() + patience.timeout;
  while (stack.pids.worker.every((pid) => pid === before)) {
    assert.ok(Date.now() < deadline, 'a worker runs again');
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

// Until the worker itself says this number.
async function counts({stack}, wanted) {
  const deadline = Date.now() + patience.timeout;
  for (;;) {
    const answer = await fetch(`${stack.url}presence?topic=${topic}`, {signal: AbortSignal.timeout(30_000)});
    assert.equal(answer.status, 200);
    const [{count}] = (await answer.json()).topics;
    if (count === wanted) return;
    assert.ok(Date.now() < deadline, `${count} readers, not ${wanted}`);
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
}

describe('with the tokens of make run', () => {
  const running = setup({feed: true});

  it('windows join and leave, and only those with a token get the names', {timeout: 240_000}, async (t) => {
    const alice = await open(t, running, 'alice');
    await shows(alice.page, '1 reader', ['Alice (you)']);
    const bob = await open(t, running, 'bob');
    await shows(alice.page, '2 readers', ['Alice (you)', 'Bob']);
    await shows(bob.page, '2 readers', ['Alice', 'Bob (you)']);
    await newest(alice.page, 'Bob joined');

    const stranger = await open(t, running, 'none');
    await shows(stranger.page, '3 readers');
    await shows(alice.page, '3 readers', ['Alice (you)', 'Bob', '1 more']);
    // Another window of a reader who is there already.
    const second = await open(t, running, 'bob');
    await shows(second.page, '3 readers', ['Alice', 'Bob (you)', '1 more']);
    await second.close();

    await bob.close();
    await shows(alice.page, '2 readers', ['Alice (you)', '1 more']);
    await newest(alice.page, 'Bob left');
    await shows(stranger.page, '2 readers');
    await newest(stranger.page, '2 readers');
    assert.ok(!/alice|bob/i.test((await stranger.page.locator('.pair .card').first().innerText())), 'no names without a token');
    await alice.close();
    await shows(stranger.page, '1 reader');
    for (const {faults} of [alice, bob, stranger, second]) assert.deepEqual(faults, []);
  });

  it('the links open the other windows', {timeout: 240_000}, async (t) => {
    const {page, faults} = await open(t, running, 'alice');
    const opened = page.context().waitForEvent('page', patience);
    await page.getByRole('link', {name: 'as Bob'}).click();
    const other = await opened;
    await live(other);
    await other.getByText('This window has the token of Bob.').waitFor(patience);
    await other.getByText('Bob (you)').waitFor(patience);
    await page.locator('.present-names li', {hasText: /^Bob$/}).waitFor(patience);
    assert.deepEqual(faults, []);
  });

  for (const [width, colorScheme] of [[360, 'light'], [1440, 'dark']]) {
    it(`${width} px, ${colorScheme}: all that the windows can show`, {timeout: 240_000}, async (t) => {
      const alice = await open(t, running, 'alice', {width, colorScheme});
      const stranger = await open(t, running, 'none', {width, colorScheme});
      const bob = await open(t, running, 'bob');
      await shows(alice.page, '3 readers', ['Alice (you)', 'Bob', '1 more']);
      await bob.close();
      await newest(alice.page, 'Bob left');
      await newest(stranger.page, '2 readers');
      for (const [name, {page, faults}] of Object.entries({alice, stranger})) {
        await screenshot(page, `presence-${name}-${width}-${colorScheme}`, {fullPage: true});
        assert.deepEqual(await violations(page), []);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
        assert.deepEqual(faults, []);
      }
    });
  }

  // The types of these events are not reserved: somebody may publish such events under the topic itself.
  it('whatever is published under its name is text', {timeout: 240_000}, async (t) => {
    const {page, faults} = await open(t, running, 'alice', {width: 360});
    const subject = '<img src=x onerror="window.pwned=1">'.padEnd(5000, 'x');
    const awkward = [null, 7, [], '{"half', {count: -1}, {count: 1.5, subject}, {count: '7', subject}, {count: 1e300, subjects: 7}, {count: 3, subject: {}}, {subjects: [subject]}];
    const said = ['here', 'join', 'leave'].flatMap((event) => awkward.map((data) => ({event, data})));
    const events = [...said, {event: 'here', data: {count: 2, subjects: [7, null, subject, ...Array.from({length: 3000}, (_, n) => `reader ${n}`)]}}, {event: 'join', data: {count: 9000, subject: 'last'}}];
    const answer = await fetch(`${running.stack.url}publish`, {
      method: 'POST',
      headers: {'Content-Type': 'application/x-ndjson'},
      body: events.map((event) => `${JSON.stringify({topic, ...event})}\n`).join(''),
      signal: AbortSignal.timeout(30_000),
    });
    assert.equal(answer.status, 200, await answer.text());
    await page.locator('.present-names li', {hasText: '<img src=x'}).waitFor(patience);
    await page.locator('.unnamed', {hasText: '8,980 more'}).waitFor(patience);
    assert.equal(await page.locator('.present-names li').count(), 21);
    assert.equal(await page.locator('.scenario').locator('img, script').count(), 0);
    assert.equal(await page.evaluate(() => window.pwned), undefined);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    assert.deepEqual(faults, []);
  });

  it('after a restart of the worker the names come back, and nobody who has gone', {timeout: 240_000}, async (t) => {
    const alice = await open(t, running, 'alice');
    const bob = await open(t, running, 'bob');
    // Of the tests before nobody is left.
    await shows(alice.page, '2 readers', ['Alice (you)', 'Bob']);
    await shows(bob.page, '2 readers', ['Alice', 'Bob (you)']);
    await watch(alice.page);
    await restart(running);
    await bob.close();
    await saw(alice.page, 'waiting: Not known');
    await shows(alice.page, '1 reader', ['Alice (you)']);
    await counts(running, 1);
    const again = await open(t, running, 'bob');
    await shows(again.page, '2 readers', ['Alice', 'Bob (you)']);
    await shows(alice.page, '2 readers', ['Alice (you)', 'Bob']);
    assert.deepEqual(alice.faults, []);
  });
});

describe('two windows through restarts of the worker', () => {
  const running = setup({feed: true});

  it('whoever comes back in the grace time has not left', {timeout: 240_000}, async (t) => {
    const windows = {Alice: await open(t, running, 'alice'), Bob: await open(t, running, 'bob')};
    const all = Object.entries(windows);
    const shown = (name) => Object.keys(windows).map((each) => (each === name ? `${each} (you)` : each));
    for (const [name, {page}] of all) await shows(page, '2 readers', shown(name));
    // Each row that is ever there: the list is bounded.
    for (const [, {page}] of all) {
      await page.evaluate(() => {
        window.rows = new Set();
        const list = document.querySelector('.changes');
        new MutationObserver(() => { for (const row of list.querySelectorAll('li > span')) window.rows.add(row.textContent); })
          .observe(list, {subtree: true, childList: true, characterData: true});
      });
    }
    for (let n = 0; n < 2; ++n) {
      for (const [, {page}] of all) await watch(page);
      await restart(running);
      for (const [, {page}] of all) await saw(page, 'waiting: Not known');
      for (const [name, {page}] of all) await shows(page, '2 readers', shown(name));
    }
    // A stranger comes after all of that and goes: what was to be told has been told.
    const stranger = await open(t, running, 'none');
    for (const [name, {page}] of all) await shows(page, '3 readers', [...shown(name), '1 more']);
    await stranger.close();
    for (const [name, {page}] of all) await shows(page, '2 readers', shown(name));
    for (const [, {page, faults}] of all) {
      assert.deepEqual((await page.evaluate(() => [...window.rows])).filter((row) => row.endsWith(' left')), []);
      assert.deepEqual(faults, []);
    }
    await windows.Bob.close();
    await newest(windows.Alice.page, 'Bob left');
    const again = await open(t, running, 'bob');
    await newest(windows.Alice.page, 'Bob joined');
    await shows(again.page, '2 readers', shown('Bob'));
  });
});

describe('with the store memory and without tokens', () => {
  const running = setup({settings: JSON.stringify({presence: {topics: [topic]}})});

  it('after a restart of the worker the number comes back', {timeout: 240_000}, async (t) => {
    const windows = [await open(t, running, 'none'), await open(t, running, 'none')];
    for (const {page} of windows) await shows(page, '2 readers');
    for (const {page} of windows) await watch(page);
    await restart(running);
    for (const {page} of windows) {
      await saw(page, 'waiting: Not known');
      await shows(page, '2 readers');
    }
    await counts(running, 2);
    await windows[1].close();
    await shows(windows[0].page, '1 reader');
    assert.deepEqual(windows[0].faults, []);
  });

  it('a window that needs a token says why it has none', {timeout: 240_000}, async (t) => {
    const {page, close} = await openPage(running.browser, `${running.stack.url}?view=scenarios&show=presence`);
    defer(t, close);
    await page.getByText('This server has no tokens for the two users.').waitFor(patience);
    await page.locator('.status', {hasText: 'Refused The page could not get a token: /demo/tokens answered 404'}).waitFor(patience);
  });
});

describe('without presence', () => {
  const running = setup();

  it('the page says what is missing', {timeout: 240_000}, async (t) => {
    const {page, close} = await openPage(running.browser, `${running.stack.url}?view=scenarios&show=presence&as=none`);
    defer(t, close);
    await page.getByText(`This server does not count the readers of ${topic}.`).waitFor(patience);
    await page.locator('.status[data-state="refused"]', {hasText: 'presence: is off'}).waitFor(patience);
  });
});
