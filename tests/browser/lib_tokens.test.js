// www/lib with tokens in Chromium, in each of the ways in which tabs share a stream: tokens end while events come, pages fail to give
// one, and a server gives an address to resume at.

import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import http from 'node:http';
import {test} from 'node:test';
import {defer} from '../lib/cleanup.mjs';
import {readerToken, readersOf} from '../lib/tokens.mjs';
import {until} from '../lib/wait.mjs';
import {LibPages, exactly, got, state} from './lib_page.js';
import {setup} from './setup.js';

const ways = ['worker', 'lock', 'own'];
const running = setup({settings: readersOf({public: ['news']})});

// A browser of its own for a test, so that no SharedWorker of another has its streams. given(): a token or null for an error. Returns
// { pages, tab(options), asked, tokens, requests }.
async function reader(t, {give}) {
  const pages = new LibPages(running);
  const context = await pages.context();
  defer(t, () => context.close());
  const found = {pages, asked: 0, tokens: [], addresses: []};
  context.on('request', (request) => found.addresses.push(request.url()));
  await context.exposeFunction('giveToken', () => {
    found.asked += 1;
    const token = give(found.asked);
    found.tokens.push(token);
    return token;
  });
  found.tab = (options, more) => pages.tab({subject: 'alice', ...options}, {
    prepare: () => {
      window.token = async () => {
        const token = await window.giveToken();
        if (!token) throw new Error('logged out');
        return token;
      };
    },
    ...more,
  });
  return found;
}

for (const by of ways) {
  test(`tokens that end while private events come: each event once and in order, by ${by}`, {timeout: 240_000}, async (t) => {
    const topic = `mine-${by}`;
    const alice = await reader(t, {give: () => readerToken('alice', [topic], 4)});
    const open = [await alice.tab({topics: [topic], by}), await alice.tab({topics: [topic, 'news'], by: 'own'}), await alice.tab({topics: [topic], by})];
    for (const page of open) await state(page, 'open');
    const all = [];
    for (const end = Date.now() + 60_000; alice.asked < 12 && Date.now() < end; await new Promise((done) => { setTimeout(done, 50); })) {
      all.push(...await alice.pages.publish(topic, 2, {private: true}));
    }
    assert.ok(alice.asked >= 12, `${alice.asked} tokens`);
    const late = await alice.tab({topics: [topic], by, cursor: 'earliest'});
    all.push(...await alice.pages.publish(topic, 2, {private: true}));
    for (const page of [...open, late]) await exactly(page, all);
    t.diagnostic(`${all.length} events over ${alice.asked} tokens`);

    for (const token of alice.tokens) assert.ok(!alice.addresses.some((address) => address.includes(token)), 'a token is in an address');
    const kept = await late.evaluate(async () => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, await indexedDB.databases(), await caches.keys(), await navigator.locks.query()]));
    for (const token of alice.tokens) assert.ok(!kept.includes(token), kept);
  });

  test(`a page that has no token: it ends and says why; retry() asks again, by ${by}`, {timeout: 240_000}, async (t) => {
    const topic = `none-${by}`;
    let loggedIn = false;
    const alice = await reader(t, {give: () => (loggedIn ? readerToken('alice', [topic]) : null)});
    const page = await alice.tab({topics: [topic], by});
    await state(page, 'refused');
    assert.equal(await page.evaluate(() => window.problem), 'The page could not get a token: logged out');
    assert.equal(alice.addresses.filter((address) => address.includes('/events')).length, 0);
    loggedIn = true;
    await page.evaluate(() => window.shared.retry());
    await state(page, 'open');
    await exactly(page, await alice.pages.publish(topic, 3, {private: true}));
  });

  test(`tokens that the server refuses: one more is asked for; 403 ends at once, by ${by}`, {timeout: 240_000}, async (t) => {
    const topic = `refused-${by}`;
    const alice = await reader(t, {give: () => readerToken('alice', [topic], -5)});
    const page = await alice.tab({topics: [topic], by});
    await state(page, 'refused');
    assert.equal(await page.evaluate(() => window.refusedWith), 401);
    assert.match(await page.evaluate(() => window.problem), /^401 .*expired/);
    assert.equal(alice.asked, 2);

    const bob = await reader(t, {give: () => readerToken('bob', ['other'])});
    const forbidden = await bob.tab({topics: [topic], by, subject: 'bob'});
    await state(forbidden, 'refused');
    assert.equal(await forbidden.evaluate(() => window.refusedWith), 403);
    assert.equal(bob.asked, 1);
  });

  test(`revoked: it comes back with a fresh token, by ${by}`, {timeout: 240_000}, async (t) => {
    const topic = `revoked-${by}`;
    const alice = await reader(t, {give: () => readerToken(`alice-${by}`, [topic])});
    const page = await alice.tab({topics: [topic], by});
    await state(page, 'open');
    const all = [...await alice.pages.publish(topic, 3, {private: true})];
    await exactly(page, all);
    const ended = await fetch(`${running.stack.url}control`, {method: 'POST', body: new URLSearchParams({action: 'end', subject: `alice-${by}`})});
    assert.deepEqual(await ended.json(), {ended: 1});
    await until(() => alice.asked === 2, 'the page is asked again');
    all.push(...await alice.pages.publish(topic, 3, {private: true}));
    await exactly(page, all);
  });
}

test('by a SharedWorker, a tab that does not answer: another one is asked', {timeout: 240_000}, async (t) => {
  const topic = 'frozen';
  const alice = await reader(t, {give: () => readerToken('alice', [topic])});
  const frozen = await alice.tab({topics: [topic], by: 'worker'}, {prepare: () => { window.token = () => new Promise(() => { window.wasAsked = true; }); }});
  await frozen.waitForFunction(() => window.wasAsked);
  const page = await alice.tab({topics: [topic], by: 'worker'});
  await state(page, 'open', 30_000);
  const all = await alice.pages.publish(topic, 3, {private: true});
  for (const each of [page, frozen]) await exactly(each, all);
  assert.equal(alice.asked, 1);
});

test('by a SharedWorker, a tab that goes while it is asked, and one that has no token: another one is asked', {timeout: 240_000}, async (t) => {
  const topic = 'gone';
  const alice = await reader(t, {give: () => readerToken('alice', [topic])});
  const silent = {prepare: () => { window.token = () => new Promise(() => { window.wasAsked = true; }); }};
  const going = await alice.tab({topics: [topic], by: 'worker'}, silent);
  await going.waitForFunction(() => window.wasAsked);
  const poor = await alice.tab({topics: [topic], by: 'worker'}, {prepare: () => { window.token = () => { throw new Error('logged out'); }; }});
  const page = await alice.tab({topics: [topic], by: 'worker'});
  await going.close();
  for (const each of [page, poor]) await state(each, 'open', 30_000);
});

test('a tab that joins a stream without a token brings its own', {timeout: 240_000}, async (t) => {
  const topic = 'joined';
  const alice = await reader(t, {give: (times) => (times === 1 ? null : readerToken('alice', [topic]))});
  const first = await alice.tab({topics: [topic], by: 'worker'});
  await state(first, 'refused');
  const second = await alice.tab({topics: [topic], by: 'worker'});
  for (const page of [first, second]) await state(page, 'open');
});

test('two users in one browser share nothing, and without a subject nobody shares', {timeout: 240_000}, async (t) => {
  const users = await reader(t, {give: () => null});
  const as = (name, options) => users.tab({topics: [`to-${name}`, 'news'], ...options}, {
    prepare: (token) => { window.token = () => token; },
    given: readerToken(name, [`to-${name}`]),
  });
  for (const by of ['worker', 'lock']) {
    const [alice, bob] = [await as('alice', {by}), await as('bob', {by, subject: 'bob'})];
    for (const page of [alice, bob]) await state(page, 'open');
    // One topic for both, so that only the subject keeps them apart.
    const shared = await users.tab({topics: ['news'], by, subject: 'bob'}, {prepare: (token) => { window.token = () => token; }, given: readerToken('bob', ['to-bob'])});
    const other = await users.tab({topics: ['news'], by, subject: 'alice'}, {prepare: (token) => { window.token = () => token; }, given: readerToken('alice', ['to-alice'])});
    for (const page of [shared, other]) await state(page, 'open');
    const [secret] = await users.pages.publish(['news', 'to-alice'], 1, {private: true});
    const [news] = await users.pages.publish('news', 1);
    await exactly(alice, [secret, news]);
    await exactly(other, [secret, news]);
    await exactly(bob, [news]);
    await exactly(shared, [news]);
    for (const page of [alice, bob, shared, other]) await page.close();
  }
  const page = await as('alice', {subject: undefined});
  assert.equal(await page.evaluate(() => window.shared.by), 'own');
});

// An application that hands each request over, with the address at which the worker takes the same client again. Events are numbers
// from 1 on; a stream is cut after every third.
async function application(t) {
  const app = {asked: 0, resumed: 0, refuses: 0, published: 0, streams: new Set()};
  const feed = (stream) => {
    while (stream.at < app.published && stream.left > 0) {
      stream.at += 1;
      stream.left -= 1;
      stream.answer.write(`data: ${stream.at}\nid: ${stream.at}\n\n`);
    }
    if (stream.left > 0) return;
    app.streams.delete(stream);
    stream.answer.end();
  };
  app.publish = (count) => {
    app.published += count;
    for (const stream of [...app.streams]) feed(stream);
  };
  const server = http.createServer(async (request, answer) => {
    const url = new URL(request.url, 'http://app');
    if (url.pathname.startsWith('/lib/')) {
      answer.writeHead(200, {'Content-Type': 'text/javascript'});
      return answer.end(await readFile(new URL(`../../www${url.pathname}`, import.meta.url)).catch(() => ''));
    }
    if (url.pathname !== '/events') return answer.writeHead(404).end();
    const resumed = url.searchParams.get('resume');
    if (resumed) app.resumed += 1;
    else if (!url.searchParams.has('poll')) app.asked += 1;
    if (resumed && app.refuses > 0) {
      app.refuses -= 1;
      answer.writeHead(401, {'Content-Type': 'application/problem+json'});
      return answer.end('{"detail":"The address has ended"}');
    }
    const cursor = Number(url.searchParams.get('lastEventId') ?? app.published);
    if (url.searchParams.has('poll')) {
      answer.writeHead(200, {'Content-Type': 'application/json'});
      return answer.end(JSON.stringify({events: [], lastEventId: String(cursor)}));
    }
    answer.writeHead(200, {'Content-Type': 'text/event-stream'});
    const address = `/events?topic=chat%2F42&resume=eyJ${app.asked}`;
    answer.write(`: ok\n\nretry: 10\n\nevent: resume\ndata: ${JSON.stringify({address, expires: Math.floor(Date.now() / 1000) + 600})}\n\nid: ${cursor}\n\n`);
    const stream = {answer, at: cursor, left: 3};
    app.streams.add(stream);
    answer.on('close', () => app.streams.delete(stream));
    return feed(stream);
  });
  await new Promise((listening) => { server.listen(0, '127.0.0.1', listening); });
  defer(t, () => {
    server.closeAllConnections();
    server.close();
  });
  app.url = `http://127.0.0.1:${server.address().port}/`;
  return app;
}

for (const by of ways) {
  test(`an address to resume at: the application is not asked again until it is refused, by ${by}`, {timeout: 240_000}, async (t) => {
    const app = await application(t);
    const pages = new LibPages(running);
    defer(t, async () => (await pages.context()).close());
    const page = await pages.tab({topics: ['chat/42'], names: ['resume'], by}, {url: app.url});
    await state(page, 'open');
    app.publish(30);
    await exactly(page, Array.from({length: 30}, (_, n) => String(n + 1)));
    assert.equal(app.asked, 1);
    await until(() => app.resumed === 10, `each reconnect asks at the address: ${app.resumed}`);
    app.refuses = 1;
    await until(() => app.streams.size === 1, 'the stream is open');
    app.publish(30);
    await exactly(page, Array.from({length: 60}, (_, n) => String(n + 1)));
    assert.equal(app.asked, 2, 'refused once, it asked the application once');
    assert.ok(!(await page.evaluate(() => window.states)).includes('refused'));
    assert.ok((await got(page)).length === 60);
  });
}
