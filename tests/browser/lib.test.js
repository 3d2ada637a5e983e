// www/lib: one stream for all tabs, whichever way they share it, and no event lost or twice, whatever happens to it.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {until} from '../lib/wait.mjs';
import {LibPages, got, has, state} from './lib_page.js';
import {pageModule} from './page_module.js';
import {setup} from './setup.js';

const running = setup();
const pages = new LibPages(running);
const streams = () => pages.streams();
const publish = (...given) => pages.publish(...given);
const tab = (options, prepare) => pages.tab(options, {prepare});

for (const by of ['worker', 'lock']) {
  test(`eight tabs over one stream, by ${by}`, {timeout: 240_000}, async () => {
    const topics = [`eight-${by}`];
    const pages = [];
    for (let n = 0; n < 8; ++n) pages.push(await tab({topics, by}));
    for (const page of pages) await state(page, 'open');
    assert.equal(await streams(), 1);
    if (by === 'worker') await pages[0].waitForFunction(() => window.tabs === 8);
    const all = [...await publish(topics[0], 50)];
    for (const page of pages) {
      await has(page, 50);
      assert.deepEqual(await got(page), all);
    }
    // The one that reads goes, in the middle of it.
    const first = publish(topics[0], 20);
    await pages[0].close();
    const more = [...await first, ...await publish(topics[0], 20)];
    for (const page of pages.slice(1)) {
      await has(page, 90);
      assert.deepEqual(await got(page), [...all, ...more]);
      assert.deepEqual(await page.evaluate(() => window.gaps), []);
    }
    assert.equal(await streams(), 1);
    await Promise.all(pages.slice(1).map((page) => page.close()));
    await until(async () => await streams() === 0, 'nobody is left');
  });

  test(`a tab that joins with a cursor gets what it lacks, by ${by}`, {timeout: 240_000}, async () => {
    const topics = [`late-${by}`];
    const early = await publish(topics[0], 300);
    const leader = await tab({topics, by});
    await state(leader, 'open');
    const joined = tab({topics, by, cursor: 'earliest'});
    const live = await publish(topics[0], 30);
    const page = await joined;
    const last = await publish(topics[0], 10);
    await has(page, 340);
    assert.deepEqual(await got(page), [...early, ...live, ...last]);
    await page.close();
    await leader.close();
  });

  test(`a dead worker: it waits, comes back, and nothing is missing, by ${by}`, {timeout: 240_000}, async () => {
    const topics = [`death-${by}`];
    const pages = [await tab({topics, by}), await tab({topics, by})];
    for (const page of pages) await state(page, 'open');
    const before = await publish(topics[0], 5);
    await has(pages[1], 5);
    process.kill(running.stack.workerPid, 'SIGKILL');
    for (const page of pages) await page.waitForFunction(() => window.states.includes('waiting'), null, {timeout: 60_000});
    const waits = await pages[1].evaluate(() => window.waits);
    for (const page of pages) await state(page, 'open');
    const after = await publish(topics[0], 5);
    for (const page of pages) {
      await has(page, 10);
      assert.deepEqual(await got(page), [...before, ...after]);
    }
    assert.ok(waits === null || Number.isNaN(waits) || waits < 7000, `${waits}`);
    await Promise.all(pages.map((page) => page.close()));
  });
}

for (const [way, options, prepare] of [
  ['by a worker', {by: 'worker'}],
  ['by a lock', {by: 'lock'}],
  ['alone', {by: 'own'}],
  ['by polls', {by: 'own'}, () => { delete Response.prototype.body; }],
]) {
  test(`templates, ${way}: alone, and beside topics`, {timeout: 240_000}, async () => {
    const shelf = `shelf-${options.by}-${prepare ? 'polls' : 'streams'}`;
    const templates = [`${shelf}/{id}/title`];
    const open = [await tab({templates, ...options}, prepare), await tab({templates, topics: [`${shelf}/news`], ...options}, prepare)];
    for (const page of open) await state(page, 'open');
    const titles = [...await publish(`${shelf}/1/title`, 5)];
    await publish(`${shelf}/1`, 1);
    titles.push(...await publish(`${shelf}/2/title`, 5));
    const news = await publish(`${shelf}/news`, 1);
    await has(open[0], 10);
    await has(open[1], 11);
    assert.deepEqual(await got(open[0]), titles);
    assert.deepEqual(await got(open[1]), [...titles, ...news]);
    for (const page of open) await page.close();
  });
}

test('where a stream cannot be read while it comes, it polls, and misses nothing', {timeout: 240_000}, async () => {
  const page = await tab({topics: ['polled'], by: 'own', cursor: 'earliest', names: ['paid']}, () => { delete Response.prototype.body; });
  await state(page, 'open');
  const all = [...await publish('polled', 20), ...await publish('polled', 20, {event: 'paid'})];
  for (let n = 0; n < 10; ++n) all.push(...await publish('polled', 3));
  await publish('polled', 1, {event: 'other'});
  await has(page, 70);
  assert.deepEqual(await got(page), all);
  all.push(...await publish('polled', 1, {close: 1}));
  await state(page, 'ended');
  assert.deepEqual(await got(page), all);
  await page.close();
});

test('where a stream cannot be read while it comes, on a quiet topic: it is open at once', {timeout: 240_000}, async () => {
  const page = await tab({topics: ['quiet'], by: 'own'}, () => { delete Response.prototype.body; });
  await state(page, 'open', 10_000);
  await page.close();
});

test('where a stream cannot be read while it comes, too many requests: it waits, and goes on', {timeout: 240_000}, async () => {
  const page = await tab({topics: ['busy'], by: 'own', cursor: 'earliest'}, () => {
    delete Response.prototype.body;
    const {fetch} = window;
    const answers = [429, 429, 408];
    window.fetch = (...asked) => (answers.length > 0 ? Promise.resolve(new Response('', {status: answers.shift()})) : fetch(...asked));
  });
  const all = [...await publish('busy', 3)];
  await has(page, 3);
  assert.deepEqual(await got(page), all);
  assert.deepEqual(await page.evaluate(() => window.states), ['connecting', 'waiting', 'connecting', 'waiting', 'connecting', 'waiting', 'connecting', 'open']);
  await page.close();
});

test('a poll without an answer is given up', async (t) => {
  const {readPolls} = await pageModule('lib/polling.js');
  t.mock.timers.enable({apis: ['setTimeout']});
  t.mock.method(globalThis, 'fetch', (url, {signal}) =>
    new Promise((_, reject) => { signal.addEventListener('abort', () => reject(signal.reason)); }));
  const end = readPolls(() => '/events?topic=silent', {env: globalThis, signal: new AbortController().signal});
  t.mock.timers.tick(16_000);
  assert.deepEqual(await end, {what: 'lost'});
});

test('what is refused says why, and does not ask again', {timeout: 240_000}, async () => {
  for (const by of ['worker', 'lock', 'own']) {
    const page = await tab({topics: ['x'.repeat(2000)], by});
    await state(page, 'refused');
    assert.match(await page.evaluate(() => window.problem), /topic: has 2000 bytes; at most 1024 are allowed/);
    await page.close();
  }
});

test('a topic that ends, ends', {timeout: 240_000}, async () => {
  const page = await tab({topics: ['ends'], by: 'worker', cursor: 'earliest'});
  await state(page, 'open');
  const all = [...await publish('ends', 3)];
  all.push(...await publish('ends', 1, {close: 1}));
  await state(page, 'ended');
  assert.deepEqual(await got(page), all);
  await page.close();
});

test('payloads are data', {timeout: 240_000}, async () => {
  const page = await tab({topics: ['evil'], by: 'worker'});
  await state(page, 'open');
  const hostile = '{"__proto__":{"polluted":1}}\n</script><img src=x onerror=window.hit=1>';
  await fetch(`${running.stack.url}publish`, {method: 'POST', body: new URLSearchParams({topic: 'evil', data: hostile, id: '__proto__'})});
  await has(page, 1);
  assert.deepEqual(await got(page), [hostile]);
  assert.equal(await page.evaluate(() => window.hit ?? ({}).polluted), undefined);
  await page.close();
});
