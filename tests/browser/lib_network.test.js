// www/lib in Chromium over a bad network: no event is lost when a connection is cut before its first event, dies in silence,
// or belongs to a phone that has slept.

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {badNetwork} from './bad_network.js';
import {launch} from './chromium.js';
import {until} from '../lib/wait.mjs';
import {LibPages, exactly, got, state} from './lib_page.js';
import {Stack} from '../lib/stack.mjs';

const running = {};
const pages = new LibPages(running);
const ways = ['worker', 'lock', 'own'];
const silenceMs = 90_000; // at most: 45 s where a worker does not say how often it sends something
let network;

before(async () => {
  running.stack = await Stack.start({
    settings: 'streams: {heartbeat_seconds: 1, retry_seconds: 0.3, retry_jitter_seconds: 0.2}\nhistory: {topic_events_max: 1000000}\n',
  });
  running.browser = await launch();
  network = await badNetwork(Number(new URL(running.stack.url).port));
}, {timeout: 60_000});

after(async () => {
  network?.close();
  await running.browser?.close();
  await running.stack?.stop();
}, {timeout: 60_000});

const tab = (options, more) => pages.tab(options, {url: network.url, ...more});
const asked = (topic) => network.requests.filter(({line}) => line.startsWith('GET /events') && line.includes(`topic=${topic}`));

for (const by of ways) {
  test(`cut before the first event, nothing that is published meanwhile is lost, by ${by}`, {timeout: 240_000}, async () => {
    const topic = `early-${by}`;
    const cuts = network.cuts;
    network.cutsStreams = true;
    const page = await tab({topics: [topic], by});
    await until(() => network.cuts > cuts, 'a stream is cut');
    const all = await pages.publish(topic, 3);
    network.cutsStreams = false;
    await state(page, 'open');
    await exactly(page, all);
    await page.close();
  });

  test(`types that nobody listens to make no gap and no repeat, by ${by}`, {timeout: 240_000}, async () => {
    const topic = `types-${by}`;
    const page = await tab({topics: [topic], by});
    await state(page, 'open');
    const all = [...await pages.publish(topic, 2)];
    const last = await pages.publish(topic, 20, {event: 'other'});
    await page.waitForFunction((id) => window.shared.cursor === id, last.id, {timeout: 60_000});
    network.cut();
    all.push(...await pages.publish(topic, 2));
    await exactly(page, all);
    assert.ok(asked(topic).some(({line}) => line.includes(`lastEventId=${last.id}`)));
    await page.close();
  });

  test(`ended: who comes back with the last cursor is told, and asks no more, by ${by}`, {timeout: 240_000}, async () => {
    const topic = `over-${by}`;
    const {id} = await pages.publish(topic, 1, {close: 1});
    const page = await tab({topics: [topic], by, cursor: id});
    await state(page, 'ended');
    assert.equal(asked(topic).length, 1);
    await page.evaluate(() => window.shared.retry());
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    const other = await tab({topics: [`after-${topic}`], by}); // by then a request would have been made
    await state(other, 'open');
    assert.equal(asked(topic).length, 1);
    await page.close();
    await other.close();
  });

  test(`Retry-After is heeded, by ${by}`, {timeout: 240_000}, async () => {
    const topic = `later-${by}`;
    const busy = 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
    network.answer = (line) => (line.includes(topic) && asked(topic).length <= 2 ? busy : undefined);
    const page = await tab({topics: [topic], by});
    await state(page, 'open');
    network.answer = () => undefined;
    const times = asked(topic).slice(0, 3).map(({atMs}) => atMs);
    for (const n of [1, 2]) assert.ok(times[n] - times[n - 1] >= 1990, `${times[n] - times[n - 1]} ms`);
    await page.close();
  });
}

test('a connection that is dead and silent is noticed, and nothing is lost', {timeout: 240_000}, async () => {
  const pages = new LibPages(running); // whose browser keeps dead connections
  const all = {};
  const open = {};
  for (const by of ways) {
    open[by] = await pages.tab({topics: [`silent-${by}`], by}, {url: network.url});
    await state(open[by], 'open');
    all[by] = [...await pages.publish(`silent-${by}`, 2)];
    await exactly(open[by], all[by]);
  }
  network.forget();
  for (const by of ways) all[by].push(...await pages.publish(`silent-${by}`, 3));
  await Promise.all(ways.map((by) => exactly(open[by], all[by], silenceMs)));
  await (await pages.context()).close();
});

// The page is frozen and its connections are forgotten on the way. Ten minutes later it wakes on another network, with another
// address, and a little later it is back on the first one. The browser says `offline` and `online` as it does on a phone.
for (const by of ['lock', 'own']) {
  test(`a phone that slept for ten minutes and changed networks twice has every event, by ${by}`, {timeout: 180_000}, async () => {
    const topic = `phone-${by}`;
    const phone = new LibPages(running);
    const page = await phone.tab({topics: [topic], by}, {url: network.url, clock: true});
    await state(page, 'open');
    const all = [...await pages.publish(topic, 3)];
    await exactly(page, all);
    const devtools = await page.context().newCDPSession(page);
    network.addresses.clear();

    const moveTo = async (address, away) => {
      await page.context().setOffline(true);
      network.refuses = true;
      network.forget();
      await away();
      network.from = address;
      network.refuses = false;
      await page.context().setOffline(false);
    };
    await moveTo('127.0.0.2', async () => {
      await devtools.send('Page.setWebLifecycleState', {state: 'frozen'});
      all.push(...await pages.publish(topic, 50));
      await devtools.send('Page.setWebLifecycleState', {state: 'active'});
      await page.clock.fastForward(600_000);
    });
    // The browser may first try other connections that are dead as well.
    await exactly(page, all, 40_000);
    all.push(...await pages.publish(topic, 2));
    await exactly(page, all);

    await moveTo('127.0.0.1', async () => {
      all.push(...await pages.publish(topic, 20));
      await page.clock.fastForward(60_000);
    });
    await exactly(page, all, 40_000);
    all.push(...await pages.publish(topic, 2));
    await exactly(page, all);
    assert.deepEqual([...network.addresses].sort(), ['127.0.0.1', '127.0.0.2']);
    await (await phone.context()).close();
  });
}

for (const [how, answer] of [['cannot be loaded', 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'], ['never answers', null]]) {
  test(`a SharedWorker that ${how}: the tabs share by a lock`, {timeout: 240_000}, async () => {
    const topic = `broken-${answer === null}`;
    network.answer = (line) => (line.startsWith('GET /lib/worker.js') ? answer : undefined);
    // A browser of its own: that of the other tests knows the script.
    const others = new LibPages(running);
    const open = [];
    for (let n = 0; n < 2; ++n) open.push(await others.tab({topics: [topic]}, {url: network.url}));
    for (const page of open) await state(page, 'open', 30_000);
    network.answer = () => undefined;
    assert.deepEqual(await Promise.all(open.map((page) => page.evaluate(() => window.shared.by))), ['lock', 'lock']);
    assert.equal(asked(topic).filter(({line}) => !line.includes('poll=')).length, 1);
    const all = await pages.publish(topic, 5);
    for (const page of open) await exactly(page, all);
    await (await others.context()).close();
  });
}

test('a SharedWorker that dies is replaced, and nothing is lost', {timeout: 240_000}, async () => {
  const topic = 'killed';
  const open = [await tab({topics: [topic], by: 'worker'}), await tab({topics: [topic], by: 'worker'})];
  for (const page of open) await state(page, 'open');
  const all = [...await pages.publish(topic, 3)];
  for (const page of open) await exactly(page, all);
  const devtools = await running.browser.newBrowserCDPSession();
  const {targetInfos} = await devtools.send('Target.getTargets', {filter: [{type: 'shared_worker'}]});
  assert.ok(targetInfos.length > 0);
  for (const {targetId} of targetInfos) await devtools.send('Target.closeTarget', {targetId});
  all.push(...await pages.publish(topic, 3));
  for (const page of open) await exactly(page, all);
  for (const page of open) await page.close();
});

test('a late tab catches up while events come faster than one per round trip, and repeats nothing', {timeout: 240_000}, async () => {
  for (const by of ['worker', 'lock']) {
    const topic = `storm-${by}`;
    const all = [...await pages.publish(topic, 1500)];
    const first = await tab({topics: [topic], by});
    await state(first, 'open');
    let storming = true;
    // Several publishers, so that something new is there whenever a tab asks. All is one order only at the worker.
    const storms = Array.from({length: 3}, async () => {
      while (storming) all.push(...await pages.publish(topic, 40));
    });
    const late = await tab({topics: [topic], by, cursor: 'earliest'});
    const enough = all.length + 3000;
    await until(async () => (await got(late)).length >= enough, 'it is where the events are', 60_000);
    storming = false;
    await Promise.all(storms);
    await until(async () => (await got(late)).length >= all.length, 'all is there', 30_000);
    const held = await pages.held(topic);
    assert.equal(held.length, all.length);
    assert.deepEqual(await got(late), held);
    all.splice(0, all.length, ...held);
    await first.close();
    // A new leader, and the one that was late is it.
    all.push(...await pages.publish(topic, 5));
    await exactly(late, all);
    await late.close();
  }
});
