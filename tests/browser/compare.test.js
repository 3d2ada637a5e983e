// Compare: what both ways cost is counted, and neither misses anything over a cut or a dead worker.

import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {describe, it, test} from 'node:test';
import {violations} from './axe.js';
import {openPage, screenshot} from './chromium.js';
import {pageModule} from './page_module.js';
import {setup} from './setup.js';

const running = setup({feed: true});
const open = (query = '', options = {}) => openPage(running.browser, `${running.stack.url}?view=compare${query}`, options);
// [requests, bytes, events, bytes an event, missed, repeated, latency] of each side.
const figures = (page) => page.evaluate(() => [...document.querySelectorAll('.sides .card')].map((side) =>
  [...side.querySelectorAll('dd')].map((value) => value.textContent)));
const digits = (text) => Number(text.replace(/\D/g, ''));
const moving = (page, events = 10) => page.waitForFunction((wanted) => {
  const sides = [...document.querySelectorAll('.sides .card')];
  return sides.length === 2 && sides.every((side) => Number(side.querySelectorAll('dd')[2].textContent.replace(/\D/g, '')) >= wanted);
}, events, {timeout: 60_000});

// Publishes events with these numbers under a topic of its own, and returns the id of the last.
async function publish(topic, from, to, more = {}) {
  const events = Array.from({length: to - from + 1}, (_, i) => ({topic, data: JSON.stringify({n: from + i, at: Date.now(), ...more})}));
  const answer = await fetch(`${running.stack.url}publish`, {
    method: 'POST',
    headers: {'Content-Type': 'application/x-ndjson'},
    body: events.map((event) => `${JSON.stringify(event)}\n`).join(''),
  });
  assert.equal(answer.status, 200);
  return JSON.parse((await answer.text()).trim().split('\n').at(-1)).id;
}
const live = async (page) => {
  for (const side of [0, 1]) await page.locator('.sides .status').nth(side).filter({hasText: 'Live'}).waitFor({timeout: 60_000});
};
const cut = async (page) => {
  await page.getByRole('button', {name: 'Disconnect both'}).click();
  for (const side of [0, 1]) await page.locator('.sides .status').nth(side).filter({hasText: 'Disconnected'}).waitFor({timeout: 60_000});
};
const back = async (page, words) => {
  for (const side of [0, 1]) await page.locator('.back').nth(side).filter({hasText: words}).waitFor({timeout: 60_000});
};

test('one request beside one an event, and what that costs', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open();
  await moving(page, 40);
  // On a busy machine one poll may bring several events, so how many polls there are is waited for, not expected.
  await page.waitForFunction(() => {
    const [stream, polls] = [...document.querySelectorAll('.sides .card')]
      .map((side) => [...side.querySelectorAll('dd')].map((value) => Number(value.textContent.replace(/\D/g, ''))));
    return stream[0] === 1 && polls[0] > 20 && polls[3] > stream[3];
  }, null, {timeout: 60_000});
  const [stream, polls] = await figures(page);
  for (const side of [stream, polls]) {
    assert.deepEqual([side[4], side[5]], ['0', '0']);
    assert.match(side[6], /^\d+ ms$/);
  }
  assert.deepEqual(faults, []);
  await close();
});

test('cut: both come back with their cursor, and nothing is missed', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open();
  await moving(page);
  await cut(page);
  await back(page, /Back after \d+ requests?, with [\d,]+ events published in this time; none missed, none repeated\./);
  assert.equal((await figures(page))[0][0], '2');
  for (const side of await figures(page)) {
    assert.deepEqual([side[4], side[5]], ['0', '0']);
    assert.ok(digits(side[6]) < 1000, `the latency is that of live events: ${side[6]}`);
  }
  assert.deepEqual(faults, []);
  await close();
});

test('all that was published meanwhile is counted, in however many pieces it comes', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open('&topic=pieces');
  await live(page);
  await publish('pieces', 1, 5);
  await moving(page, 5);
  await cut(page);
  await publish('pieces', 6, 305, {text: 'x'.repeat(1000)});
  await moving(page, 305);
  await back(page, /with 300 events published in this time; none missed, none repeated\./);
  await publish('pieces', 306, 310);
  await moving(page, 310);
  await back(page, /with 300 events published in this time; none missed, none repeated\./);
  assert.deepEqual(faults, []);
  await close();
});

test('what comes again is counted, and is no event missed', {timeout: 240_000}, async () => {
  // Once cut, the first request of each side asks from further back than it should.
  const earlier = {stream: null, polls: null};
  const {page, faults, close} = await open('&topic=again', {
    before: (opened) => opened.route(/lastEventId=/, (route, request) => {
      const side = request.url().includes('&poll=') ? 'polls' : 'stream';
      const id = earlier[side];
      earlier[side] = null;
      return route.continue(id ? {url: request.url().replace(/lastEventId=[^&]+/, `lastEventId=${id}`)} : {});
    }),
  });
  await live(page);
  const id = await publish('again', 1, 5);
  await publish('again', 6, 10);
  await moving(page, 10);
  await cut(page);
  await publish('again', 11, 13);
  Object.assign(earlier, {stream: id, polls: id});
  await back(page, /with 3 events published in this time; none missed, 5 repeated\./);
  for (const side of await figures(page)) assert.deepEqual([side[4], side[5]], ['0', '5']);
  assert.deepEqual(faults, []);
  await close();
});

test('numbers: what is missed, what comes late after all, what is repeated', async () => {
  const {Tally, read} = await pageModule('views/compare/tally.js');
  const tally = new Tally();
  const take = (...numbers) => numbers.forEach((n) => tally.take(read(JSON.stringify({n}))));
  assert.deepEqual([tally.missed, tally.repeated], [null, null]);
  take(1, 2, 3, 2, 3);
  assert.deepEqual([tally.missed, tally.repeated], [0, 2]);
  take(4, 7);
  assert.deepEqual([tally.missed, tally.repeated], [2, 2]);
  take(6);
  assert.deepEqual([tally.missed, tally.repeated], [1, 2]);
});

test('an absence ends with the first event published after it, whatever the publisher’s clock says', async () => {
  const {Absence} = await pageModule('views/compare/absence.js');
  const before = {requests: 1, late: 0, missed: 0, repeated: 0};
  const after = {requests: 2, late: 60, missed: 0, repeated: 0};
  for (const aheadMs of [0, 3_600_000, -3_600_000]) {
    const absence = new Absence({...before, latencyMs: 20 - aheadMs});
    absence.return(10_000);
    assert.equal(absence.isLate(7_000 + aheadMs, 10_010), true);
    assert.equal(absence.isLate(9_970 + aheadMs, 10_900), true, 'however late its chunk comes');
    assert.equal(absence.isLate(10_050 + aheadMs, 10_900), false);
    assert.equal(absence.isLate(7_000 + aheadMs, 10_900), false, 'it is over');
    assert.equal(absence.words(after), 'Back after 1 request, with 60 events published in this time; none missed, none repeated.');
  }
  const untold = new Absence({...before, missed: null, repeated: null, latencyMs: null});
  untold.return(10_000);
  assert.equal(untold.isLate(null, 12_000), true);
  assert.equal(untold.isLate(null, 12_400), true);
  assert.equal(untold.isLate(null, 12_600), false);
  assert.equal(untold.words({requests: 3, late: 1, missed: null, repeated: null}),
    'Back after 2 requests, with 1 event at once; missing and repeated events are not counted, because the events have no numbers.');
});

test('what is not held any more is said, and stays said', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open('', {
    // As if the page had been away for longer than the history: its cursor leads nowhere.
    before: (opened) => opened.route(/lastEventId=[0-9a-f]+-/, (route, request) =>
      route.continue({url: request.url().replace(/lastEventId=[0-9a-f]+-\d+/, 'lastEventId=gone')})),
  });
  await page.locator('.sides .status', {hasText: 'Live'}).first().waitFor();
  await page.waitForFunction(() => document.querySelectorAll('.sides .card')[0]?.querySelectorAll('dd')[2].textContent > 5);
  await page.getByRole('button', {name: 'Disconnect both'}).click();
  await page.locator('.back').first().filter({hasText: 'The server sent “gap”'}).waitFor({timeout: 60_000});
  const before = digits((await figures(page))[0][2]);
  await page.waitForFunction((wanted) => Number(document.querySelectorAll('.sides .card')[0].querySelectorAll('dd')[2].textContent.replace(/\D/g, '')) > wanted + 20, before);
  assert.match(await page.locator('.back').first().textContent(), /The server sent “gap”/);
  assert.deepEqual(faults, []);
  await close();
});

test('a dead worker: both count the seconds, come back, and miss nothing', {timeout: 240_000}, async () => {
  const {page, close} = await open();
  await moving(page);
  // Noted as it is shown: a countdown is over after a second, and the two need not be there together.
  await page.evaluate(() => {
    window.counted = [...document.querySelectorAll('.sides .status')].map(() => false);
    document.querySelectorAll('.sides .status').forEach((status, side) => new MutationObserver(() => {
      if (/Connection lost.*Reconnecting in \d+ s/.test(status.textContent)) window.counted[side] = true;
    }).observe(status, {subtree: true, childList: true, characterData: true, attributes: true}));
  });
  assert.equal(await page.evaluate(() => window.counted.length), 2);
  // The polls may be between two requests while it is dead, and so notice nothing: then it dies once more.
  const both = () => page.waitForFunction(() => window.counted.every(Boolean), null, {timeout: 5_000}).then(() => true, () => false);
  for (let deaths = 1; ; ++deaths) {
    process.kill(running.stack.workerPid, 'SIGKILL');
    await page.waitForFunction(() => window.counted[0], null, {timeout: 60_000});
    if (await both()) break;
    assert.ok(deaths < 10, 'the polls have not noticed one of ten deaths');
  }
  await moving(page, digits((await figures(page))[0][2]) + 60);
  assert.deepEqual((await figures(page)).map((side) => side[4]), ['0', '0']);
  await close();
});

test('where nothing is published, both say at once that they are there', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open('&topic=quiet');
  for (const side of [0, 1]) await page.locator('.sides .status').nth(side).filter({hasText: 'Live'}).waitFor({timeout: 60_000});
  assert.deepEqual(faults, []);
  await close();
});

test('polls that somebody on the way refuses are over, and it is said why', {timeout: 240_000}, async () => {
  const {page, close} = await open('', {
    before: (opened) => opened.route(/&poll=/, (route) => route.fulfill({status: 403, contentType: 'text/html', body: '<h1>No</h1>'})),
  });
  await page.locator('.sides .status').nth(1).filter({hasText: /Refused.*403/}).waitFor({timeout: 60_000});
  await page.waitForFunction(() => Number(document.querySelectorAll('.sides dd')[2].textContent) >= 60, null, {timeout: 60_000});
  assert.equal((await figures(page))[1][0], '1');
  await close();
});

test('polls that are too many wait as long as they are told, and go on', {timeout: 240_000}, async () => {
  let refused = false;
  const {page, close} = await open('', {
    before: (opened) => opened.route(/&poll=/, (route) => {
      if (refused) return route.continue();
      refused = true;
      return route.fulfill({status: 429, headers: {'Retry-After': '3'}, contentType: 'application/problem+json', body: '{"title":"Too Many Requests","detail":"Not so fast."}'});
    }),
  });
  const polls = page.locator('.sides .status').nth(1);
  await polls.filter({hasText: /Connection lost.*Not so fast\..*Reconnecting in [34] s/}).waitFor({timeout: 60_000});
  await polls.filter({hasText: 'Live'}).waitFor({timeout: 60_000});
  await close();
});

// A Polled without a server and without a clock: answer() is asked for each request, and what it told is in `states`.
async function polled(t, answer, random) {
  const {Polled} = await pageModule('views/compare/polled.js');
  t.mock.timers.enable({apis: ['setTimeout']});
  t.mock.method(Math, 'random', () => random);
  const requests = t.mock.method(globalThis, 'fetch', answer).mock;
  const states = [];
  const polls = new Polled({
    topics: ['t'], onEvents() {}, onGap() {}, onRequest() {}, onBytes() {},
    onState: (state, {untilMs, problem} = {}) => states.push({state, problem, inMs: untilMs && untilMs - performance.now()}),
  });
  const settled = async () => {
    for (let turn = 0; turn < 5; ++turn) await new Promise((done) => setImmediate(done));
    return states.at(-1);
  };
  return {requests, settled, polls, pass: (ms) => t.mock.timers.tick(ms)};
}
const near = (value, wanted) => assert.ok(Math.abs(value - wanted) < 200, `${value} instead of ${wanted}`);
const problem = (status, headers = {}) => () => Promise.resolve(Response.json({detail: 'Full.'}, {status, headers}));

for (const [random, share] of [[0, 0.75], [0.9999, 1.25]]) {
  test(`polls that find nobody ask less and less often, ${share} times the usual`, async (t) => {
    const {requests, settled, polls, pass} = await polled(t, () => Promise.reject(new TypeError('nobody')), random);
    for (const [count, seconds] of [1, 2, 4, 8, 15, 15, 15].entries()) {
      const {state, inMs} = await settled();
      assert.equal(state, 'waiting');
      near(inMs, seconds * 1000 * share);
      pass(inMs - 200);
      await settled();
      assert.equal(requests.callCount(), count + 1);
      pass(400);
      await settled();
      assert.equal(requests.callCount(), count + 2);
    }
    polls.close();
    pass(60_000);
    assert.equal(requests.callCount(), 8, 'none after close()');
  });
}

test('polls come back no sooner than they are told, and not in the next century', async (t) => {
  for (const [header, ms] of [['5', 5000], ['0', 750], ['soon', 750], ['-7', 750], ['99999999999', 3_600_000]]) {
    await t.test(header, async (inner) => {
      const {settled, polls} = await polled(inner, problem(503, {'Retry-After': header}), 0);
      const {state, problem: said, inMs} = await settled();
      assert.deepEqual([state, said], ['waiting', 'Full.']);
      near(inMs, ms);
      polls.close();
    });
  }
});

test('which polls are worth another try', async (t) => {
  for (const [status, wanted] of [[400, 'refused'], [401, 'refused'], [404, 'refused'], [408, 'waiting'], [429, 'waiting'], [500, 'waiting'], [504, 'waiting']]) {
    await t.test(`${status}`, async (inner) => {
      const {settled, polls} = await polled(inner, problem(status), 0);
      const {state, problem: said} = await settled();
      assert.deepEqual([state, said], [wanted, 'Full.']);
      polls.close();
    });
  }
});

test('polls without an answer are given up and asked again', async (t) => {
  const silent = (url, {signal}) => new Promise((_, reject) => { signal.addEventListener('abort', () => reject(signal.reason)); });
  const first = () => Promise.resolve(Response.json({events: [], lastEventId: 'e-1'}));
  const answers = [first];
  const {requests, settled, polls, pass} = await polled(t, (...asked) => (answers.shift() ?? silent)(...asked), 0);
  assert.equal((await settled()).state, 'open');
  assert.match(requests.calls[1].arguments[0], /lastEventId=e-1&poll=25$/);
  pass(39_000);
  assert.equal((await settled()).state, 'open');
  pass(1_500);
  assert.equal((await settled()).state, 'waiting');
  pass(1_000);
  assert.equal((await settled()).state, 'connecting');
  assert.match(requests.calls[2].arguments[0], /lastEventId=e-1&poll=0$/);
  polls.close();
});

test('the shipped figures are those of docs/benchmarks.md, and say at which rate they were measured', {timeout: 240_000}, async () => {
  const benchmarks = await readFile(new URL('../../docs/benchmarks.md', import.meta.url), 'utf8');
  const measured = benchmarks.split('\n').filter((line) => line.startsWith('| ')).map((line) => line.replaceAll('*', '').split('|').slice(1, -1).map((cell) => cell.trim()));
  const rates = measured.find(([first]) => first === '1,000 readers, 100 bytes');
  assert.deepEqual(rates.slice(1), ['as fast as it goes', 'p99', '50 events/s: CPU of all servers per delivery', 'p99']);
  const {page, close} = await open();
  await page.locator('table').first().waitFor();
  const [heads, ...rows] = await page.locator('table').first().locator('tr').evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));
  assert.deepEqual(heads.slice(1), ['Deliveries per second, maximum', 'CPU per delivery at 50 events/s', 'p99 at 50 events/s']);
  const names = ['sse-worker', 'WebSocket, Node with `ws`', 'long polling, Node'];
  assert.deepEqual(rows.map((row) => row.slice(1)), names.map((name) => {
    const [, most, , cpu, p99] = measured.find(([first]) => first === name);
    return [most.replace('/s', ''), cpu.split(',')[0], p99];
  }));
  await close();
});

test('latency: what it is worth is said, and clocks that differ are not hidden', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open('&topic=ahead');
  await live(page);
  for (const side of [0, 1]) {
    assert.match(await page.locator('.sides .latency').nth(side).textContent(), /Latency, median–This clock minus the publisher’s. It is right only where both clocks agree, as on one machine\./);
  }
  await publish('ahead', 1, 3, {at: Date.now() + 3_600_000});
  await moving(page, 3);
  assert.deepEqual((await figures(page)).map((side) => side[6]), ['clocks differ', 'clocks differ']);
  assert.deepEqual(faults, []);
  await close();
});

const choose = async (page, topic) => {
  await page.getByLabel('Topic').fill(topic);
  await page.getByRole('button', {name: 'Compare'}).click();
};

test('another topic is compared from its beginning, and stays in the address', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open();
  await moving(page);
  assert.equal(await page.getByLabel('Topic').inputValue(), 'demo/count');
  await cut(page);
  await choose(page, ' chosen & kept ');
  await live(page);
  assert.equal(new URL(page.url()).searchParams.get('topic'), 'chosen & kept');
  for (const side of await figures(page)) assert.deepEqual(side.slice(2, 6), ['0', '–', '–', '–']);
  assert.deepEqual(await page.locator('.back').allTextContents(), ['Not disconnected yet.', 'Not disconnected yet.']);
  await publish('chosen & kept', 1, 3);
  await moving(page, 3);
  await cut(page); // and can be, at once
  await publish('chosen & kept', 4, 5);
  await back(page, /with 2 events published in this time; none missed, none repeated\./);
  for (const side of await figures(page)) assert.deepEqual([side[2], side[4]], ['5', '0']);

  await page.reload();
  await live(page);
  assert.equal(await page.getByLabel('Topic').inputValue(), 'chosen & kept');
  await choose(page, '');
  await moving(page);
  assert.equal(await page.getByLabel('Topic').inputValue(), 'demo/count');
  assert.equal(new URL(page.url()).search, '?view=compare');
  assert.deepEqual(faults, []);
  await close();
});

test('a topic that cannot be compared: why is beside its field, and another goes on', {timeout: 240_000}, async () => {
  const {page, requests, close} = await open();
  await moving(page);
  const field = page.getByLabel('Topic');
  const said = page.locator('#topic-problem');
  await choose(page, 'x'.repeat(2000));
  await said.filter({hasText: 'topic: has 2000 bytes; at most 1024 are allowed'}).waitFor({timeout: 60_000});
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  assert.equal(await field.getAttribute('aria-describedby'), 'topic-problem');

  const before = requests.length;
  await choose(page, '$stats');
  await said.filter({hasText: 'do not support long polling'}).waitFor({timeout: 60_000});
  assert.deepEqual(await page.locator('.sides .status').evaluateAll((all) => all.map(({dataset}) => dataset.state)), ['closed', 'closed']);
  await page.getByRole('button', {name: 'Disconnect both'}).evaluate((button) => button.click());
  assert.deepEqual(await page.locator('.back').allTextContents(), ['Not disconnected yet.', 'Not disconnected yet.']);
  assert.equal(requests.length, before, 'nobody is asked');

  await choose(page, 'demo/count');
  await moving(page);
  assert.equal(await said.textContent(), '');
  assert.equal(await field.getAttribute('aria-invalid'), null);
  await close();
});

test('another topic, and whatever is in its data', {timeout: 240_000}, async () => {
  const {page, faults, close} = await open('&topic=evil<b>');
  await page.locator('.status', {hasText: 'Live'}).first().waitFor({timeout: 60_000});
  for (const data of ['<img src=x onerror=window.hit=1>', '{"n":1e400,"at":"x"}', 'null', '[]']) {
    const answer = await fetch(`${running.stack.url}publish`, {method: 'POST', body: new URLSearchParams({topic: 'evil<b>', data})});
    assert.equal(answer.status, 200);
  }
  await moving(page, 4);
  assert.deepEqual((await figures(page)).map((side) => side.slice(4, 7)), [['–', '–', '–'], ['–', '–', '–']]);
  assert.equal(await page.evaluate(() => window.hit), undefined);
  assert.equal(await page.locator('main b').count(), 0);
  assert.deepEqual(faults, []);
  await close();
});

test('a topic that is refused says why, on both sides', {timeout: 240_000}, async () => {
  const {page, close} = await open(`&topic=${'x'.repeat(2000)}`);
  for (const side of [0, 1]) await page.locator('.status').nth(side).filter({hasText: 'topic: has 2000 bytes'}).waitFor({timeout: 60_000});
  await close();
});

describe('compare at', {concurrency: 2}, () => {
  for (const [width, colorScheme] of [[360, 'light'], [360, 'dark'], [1440, 'light'], [1440, 'dark']]) {
    it(`${width} px, ${colorScheme}`, {timeout: 240_000}, async () => {
      const {page, faults, close} = await open('', {width, colorScheme});
      await moving(page, 30);
      assert.ok(await page.evaluate(() => window.layoutShift) < 0.01, 'nothing jumps'); // before axe and the camera lay it out
      assert.deepEqual(await violations(page), []);
      await screenshot(page, `compare-${width}-${colorScheme}`, {fullPage: true});
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      assert.ok(await page.locator('.wide').first().evaluate((box) => box.scrollWidth <= box.clientWidth), 'all figures are seen');
      assert.deepEqual(faults, []);
      await close();
    });
  }
});
