// The live examples, fed by the feed of `make run`.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {openPage} from './chromium.js';
import {setup} from './setup.js';

const running = setup({feed: true});

const open = (show, options) => openPage(running.browser, `${running.stack.url}?view=scenarios&show=${show}`, options);
const publish = (events) => fetch(`${running.stack.url}publish`, {
  method: 'POST',
  headers: {'Content-Type': 'application/x-ndjson'},
  body: events.map((event) => `${JSON.stringify(event)}\n`).join(''),
  signal: AbortSignal.timeout(5_000),
}).then((answer) => assert.equal(answer.status, 200));
const held = async (topic) => {
  const query = new URLSearchParams({topic, lastEventId: 'earliest', poll: 0});
  const answer = await fetch(`${running.stack.url}events?${query}`, {signal: AbortSignal.timeout(5_000)});
  return (await answer.json()).events;
};
const status = (page, words, timeout = 60_000) =>
  page.locator('.status', {hasText: words}).first().waitFor({timeout});
const figures = (page) => page.locator('.figures dd').evaluateAll((all) => all.map(({textContent}) => {
  const [, value, unit] = /^([\d.,]+) ?(\S*)/.exec(textContent) ?? [];
  return value === undefined ? NaN : Number(value.replace(/,/g, '')) / (unit === 'ms' ? 1000 : 1);
}));
// Until the figures [published, seen, skipped, seconds old] are as wanted.
async function figuresWhen(page, wanted, what, timeoutMs = 20_000) {
  const deadline = Date.now() + timeoutMs;
  let last;
  do {
    last = await figures(page);
    if (wanted(...last)) return last;
    await page.waitForTimeout(100);
  } while (Date.now() < deadline);
  assert.fail(`${what}: ${last}`);
}

test('prices: all of them on a fast line, the latest of each on a slow one', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open('prices');
  await page.locator('.quotes tbody tr').nth(7).waitFor({timeout: 60_000});
  assert.ok(await page.locator('.chart canvas').count() === 1);
  const fast = await figuresWhen(page, (published, seen) => published > 60 && seen > 60, 'a hundred a second');
  assert.equal(fast[2], 0, 'nothing is skipped');
  assert.ok(fast[3] < 2, `${fast[3]} s old`);

  const before = await page.locator('.quotes td:nth-child(2)').allTextContents();
  await page.waitForFunction((old) => [...document.querySelectorAll('.quotes td:nth-child(2)')]
    .every(({textContent}, n) => textContent !== old[n]), before, {timeout: 60_000});

  const toggle = page.getByRole('switch', {name: 'Slow line'});
  await toggle.click();
  assert.equal(await toggle.getAttribute('aria-checked'), 'true');
  assert.equal(new URL(page.url()).searchParams.get('slow'), '1');
  await status(page, 'Live, over a slow line');
  const slow = await figuresWhen(page, (published, seen, skipped) => skipped > 200 && seen < 0.8 * published, 'values are skipped', 40_000);
  assert.ok(slow[3] < 12, `no older than what the line holds: ${slow[3]} s`);
  // The delay rises and falls again: what the page says of it is what is seen for two such rounds.
  let highest = 0;
  await figuresWhen(page, (published, seen, skipped, age) => {
    highest = Math.max(highest, age);
    return skipped > slow[2] + 600;
  }, 'values are skipped again', 40_000);
  const note = await page.locator('.about-line').textContent();
  const [, low, high] = /newest quote shown is about (\d) to (\d) seconds old/.exec(note);
  assert.ok(highest > low && highest < 2 * high, `${highest} s, where the page says ${high}`);
  const [, said] = /Highest so far: ([\d.]+) s\.$/.exec(note);
  assert.ok(Number(said) >= highest && said < 2 * high, `${said} s at most, ${highest} s were seen`);

  await toggle.click();
  await figuresWhen(page, (published, seen, skipped, age) => seen > 60 && skipped === 0 && age < 2, 'all of them again');
  assert.equal(new URL(page.url()).searchParams.get('slow'), null);

  await page.getByRole('button', {name: /^DUNE/}).click();
  await page.getByRole('heading', {name: /^DUNE/}).waitFor();
  assert.equal(new URL(page.url()).searchParams.get('share'), 'DUNE');
  assert.deepEqual(faults, []);
  await close();
});

test('tokens: reloaded in the middle, the text goes on, and ends with the close of its topic', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open('tokens');
  const text = () => page.locator('.words').evaluate((words) => words.textContent);
  const bar = page.locator('progress');
  // One that has only just begun, so that there is time to reload in it.
  await page.waitForFunction(() => {
    const {value, max} = document.querySelector('progress') ?? {value: 0};
    return value > 8 && value < max / 2;
  }, null, {timeout: 45_000});
  const title = await page.locator('.scenario h2').textContent();

  await page.getByRole('button', {name: 'Reload the page'}).click();
  await page.locator('.words .seam').waitFor({state: 'attached', timeout: 60_000});
  const kept = await page.locator('.words span').first().textContent();
  assert.ok(kept.length > 20);
  assert.equal(await page.locator('.scenario h2').textContent(), title);
  assert.match(await page.locator('.note-line').textContent(), /^This page was reloaded\. It kept \d+ words/);

  const requests = [];
  page.on('request', (request) => requests.push(new URL(request.url()).searchParams.get('topic')));
  await status(page, 'Complete: the topic is closed', 60_000);
  const shown = await text();
  assert.equal(await bar.evaluate(({value, max}) => value === max), true);
  const topic = (await held('demo/tokens')).map(({data}) => JSON.parse(data)).findLast((told) => told.title === title).topic;
  const events = (await held(topic)).filter(({event}) => event === 'message');
  assert.equal(shown, events.map(({data}) => data).join(''), 'every word once');
  assert.ok(shown.startsWith(kept) && shown.length > kept.length);

  await page.waitForFunction((old) => document.querySelector('.scenario h2').textContent !== old, title, {timeout: 60_000});
  assert.ok(!requests.includes(topic), 'nobody asked for a closed topic again');
  assert.deepEqual(faults, []);
  await close();
});

test('news: the newest on top, and who reads further down keeps their place', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open('news', {height: 700});
  const rows = page.locator('.headlines li');
  await rows.nth(8).waitFor({timeout: 60_000});
  const former = await rows.first().locator('strong').textContent();
  await publish([{topic: 'demo/news', data: {section: 'Test', headline: 'The latest of all', at: Date.now()}}]);
  // Above all that were there; the feed may put others above it at any moment.
  await page.waitForFunction((under) => {
    const headlines = [...document.querySelectorAll('.headlines strong')].map(({textContent}) => textContent);
    const at = headlines.indexOf('The latest of all');
    return at >= 0 && at < headlines.indexOf(under);
  }, former, {timeout: 60_000});

  const place = () => page.evaluate(() => {
    const row = [...document.querySelectorAll('.headlines li')].find(({textContent}) => textContent.includes('The latest of all'));
    return row.getBoundingClientRect().top;
  });
  await page.locator('.scroller').evaluate((scroller) => { scroller.scrollTop = 120; });
  const before = await place();
  await page.getByRole('button', {name: /new headline/}).waitFor({timeout: 60_000});
  await publish([{topic: 'demo/news', data: {section: 'Test', headline: 'Later still', at: Date.now()}}]);
  await page.getByRole('button', {name: /[2-9] new headlines/}).waitFor({timeout: 60_000});
  assert.equal(await place(), before, 'nothing moved');

  await page.getByRole('button', {name: /new headlines/}).click();
  assert.equal(await page.locator('.scroller').evaluate(({scrollTop}) => scrollTop), 0);
  await page.locator('.headlines strong', {hasText: 'Later still'}).waitFor();
  assert.ok(await page.locator('.more').isHidden());
  assert.deepEqual(faults, []);
  await close();
});

test('notifications: counted, listed, and shown for a moment', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open('notifications');
  await page.locator('.notices .unread').first().waitFor({timeout: 60_000});
  // In one moment of the page: the feed may have something new right after it.
  const shown = (clicks) => page.evaluate((name) => {
    [...document.querySelectorAll('button')].find((button) => button.textContent === name)?.click();
    const {hidden, textContent} = document.querySelector('.badge');
    return {unread: document.querySelectorAll('.notices .unread').length, title: document.title, badge: hidden ? 'hidden' : Number(textContent)};
  }, clicks);
  await page.getByRole('button', {name: 'Mark all as read'}).waitFor();
  assert.deepEqual(await shown('Mark all as read'), {unread: 0, title: 'Scenarios · sse-worker', badge: 'hidden'});

  await publish([{topic: 'demo/notifications', data: {kind: 'mention', from: 'Test', text: 'is here', at: Date.now()}}]);
  await page.locator('.toast', {hasText: 'Test is here'}).waitFor({timeout: 60_000});
  const row = page.locator('.notices .unread', {hasText: 'Test is here'});
  await row.waitFor();
  await page.waitForFunction(() => /^\(\d+\) Scenarios/.test(document.title));
  const now = await shown();
  assert.equal(now.badge, now.unread);
  await row.getByRole('button', {name: 'Read'}).click();
  assert.equal(await row.count(), 0);
  await page.locator('.toast', {hasText: 'Test is here'}).waitFor({state: 'detached', timeout: 60_000});
  assert.deepEqual(faults, []);
  await close();
});

test('whatever is published under their names is text', {timeout: 240_000}, async () => {
  const markup = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';
  const awkward = [null, 7, [], '{"half', {at: 'soon', n: -1}, {at: 1e300, price: 1e400, symbol: markup}, '\u202E']; // eslint-disable-line no-loss-of-precision
  for (const [show, data, where] of [
    ['news', {headline: markup, section: markup, at: 1}, '.headlines strong'],
    ['notifications', {from: markup, text: markup, kind: 'constructor', at: Date.now()}, '.notices p'],
    ['prices', {symbol: markup.slice(0, 12), name: markup, price: 1, open: 0, trend: [markup, 1, null], n: 'x', at: Date.now()}, '.share'],
  ]) {
    const {page, faults, close} = await open(show);
    await page.locator(where).first().waitFor({timeout: 60_000});
    await publish([...awkward, data].map((each) => ({topic: `demo/${show}`, key: 'hostile', data: each})));
    await page.locator(where, {hasText: '<img src=x'}).first().waitFor({timeout: 60_000});
    assert.equal(await page.locator('.scenario').locator('img, script').count(), 0);
    assert.equal(await page.evaluate(() => window.pwned), undefined);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    assert.deepEqual(faults, [], show);
    await close();
  }
});

test('lists stay short, however much comes', {timeout: 240_000}, async () => {
  for (const [show, rows, most] of [['news', '.headlines li', 100], ['notifications', '.notices li', 50]]) {
    const {page, faults, close} = await open(show);
    await page.locator(rows).first().waitFor({timeout: 60_000});
    const many = Array.from({length: 1100}, (_, n) => ({topic: `demo/${show}`, data: {headline: `number ${n}`, text: `number ${n}`, at: 1}}));
    await publish(many);
    await page.locator(rows, {hasText: 'number 1099'}).waitFor({timeout: 60_000});
    assert.ok(await page.locator(rows).count() <= most);
    assert.deepEqual(faults, []);
    await close();
  }
});

test('a dead worker: when it tries again, and then on', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open('prices');
  await status(page, 'Live');
  process.kill(running.stack.workerPid, 'SIGKILL');
  await status(page, /Connection lost.*Reconnecting in \d+ s/);
  await status(page, 'Live', 20_000);
  await figuresWhen(page, (published, seen) => seen > 60, 'quotes come again', 30_000);
  assert.deepEqual(faults, []);
  await close();
});

test('two users: what is private reaches one of them, live and after a reload', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open('users');
  const received = (name) => page.getByRole('region', {name: `Received by ${name}, newest first`}).locator('li');
  const send = async (to, words, result) => {
    await page.getByLabel('For', {exact: true}).selectOption(to);
    await page.getByLabel('Text', {exact: true}).fill(words);
    await page.getByRole('button', {name: 'Publish'}).click();
    await page.locator('.sent', {hasText: result}).waitFor({timeout: 60_000});
  };
  const both = async () => { for (const n of [0, 1]) await page.locator('.pair .status', {hasText: 'Live'}).nth(n).waitFor({timeout: 60_000}); };
  const seen = async () => {
    const words = (rows) => rows.evaluateAll((all) => all.map((each) => [...each.querySelectorAll('span')].map(({textContent}) => textContent).join(' ')));
    for (const name of ['Alice', 'Bob']) await received(name).nth(1).waitFor({timeout: 60_000});
    assert.deepEqual(await words(received('Alice')), ['public for all', 'private for one']);
    assert.deepEqual(await words(received('Bob')), ['private <b>for the other</b>', 'public for all']);
  };
  await both();
  await send('alice', 'for one', 'Alice received it. Bob received nothing.');
  await send('all', 'for all', 'Alice received it. Bob received it.');
  await send('bob', '<b>for the other</b>', 'Alice received nothing. Bob received it.');
  await seen();
  await page.reload();
  await both();
  await seen();
  assert.ok(!page.url().includes('eyJ'));
  assert.deepEqual(faults, []);
  await close();
});
