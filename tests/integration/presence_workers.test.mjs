// Who reads a topic, with several workers and one Redis: every reader is told once, whichever worker it reads at, and nobody stays who
// is gone, whatever becomes of a worker or of Redis.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {known, told} from '../lib/presence.mjs';
import {startRedis, startWorkers} from '../lib/redis.mjs';
import {readerToken, readersOf} from '../lib/tokens.mjs';
import {until} from '../lib/wait.mjs';
import {startWorker} from '../lib/worker.mjs';

const settings = (presence = {}, more = {}) => ({
  ...JSON.parse(readersOf({public: ['room/*', 'news']})),
  presence: {topics: ['room/*'], grace_seconds: 1, ...presence},
  ...more,
});
const as = (subject, ...granted) => ({authorization: readerToken(subject, granted)});
const in_room = (subject) => ({topic: 'room/1', presence: 'true', ...as(subject, 'room/1')});
const operator = {Authorization: `Bearer ${readerToken('operator', ['*'])}`};

const knows = (reader, count, names = [], ms = 15000) => {
  const expected = JSON.stringify({count, names});
  return reader.when(() => JSON.stringify(known(reader)) === expected, `knows ${count} ${names}`, ms)
    .catch((error) => Promise.reject(new Error(`${error.message}; knows ${JSON.stringify(known(reader))} of ${JSON.stringify(told(reader).slice(-20))}`)));
};
const times = (reader, event, subject) => told(reader).filter((each) => each.event === event && each.subject === subject).length;
const present = async (hub, topic = 'room/1') =>
  (await hub.nginx.fetch(`/presence?topic=${topic}`, {headers: operator})).json.topics[0];
// What each worker says by itself.
const presentEverywhere = (hubs, count, subjects, ms = 15000) => until(async () => {
  for (const hub of hubs) {
    const now = await present(hub).catch(() => ({}));
    if (now.count !== count || (subjects && JSON.stringify(now.subjects) !== JSON.stringify(subjects))) return false;
  }
  return true;
}, `each worker counts ${count}`, ms);

// Before that, a worker does not know which names readers have been told: whoever comes to it makes them get all names anew.
const settled = (hubs, ms = 20000) => until(async () => {
  for (const hub of hubs) if ((await hub.metric('sse_worker_presence_workers')) !== hubs.length) return false;
  return true;
}, 'the workers know each other and what readers have been told', ms);

test('joins and leaves are told once, at every worker', async (t) => {
  const redis = await startRedis(t);
  const {at} = await startWorkers(t, redis, 3, settings());
  const hubs = [at(0), at(1), at(2)];
  const alice = await at(0).read(in_room('alice'));
  const bob = await at(1).read(in_room('bob'));
  const anonymous = await at(2).read({topic: 'room/1', presence: 'true'});
  for (const reader of [alice, bob]) await knows(reader, 3, ['alice', 'bob']);
  await knows(anonymous, 3);
  const carol = await at(2).read(in_room('carol'));
  const tab = await at(0).read({topic: 'room/1', ...as('carol', 'room/1')});
  for (const reader of [alice, bob, carol]) await knows(reader, 4, ['alice', 'bob', 'carol']);
  await presentEverywhere(hubs, 4, ['alice', 'bob', 'carol']);
  tab.leave();
  carol.leave();
  for (const reader of [alice, bob]) {
    await knows(reader, 3, ['alice', 'bob']);
    assert.equal(times(reader, 'join', 'carol'), 1);
    assert.equal(times(reader, 'leave', 'carol'), 1);
    assert.equal(times(reader, 'leave', 'alice') + times(reader, 'leave', 'bob'), 0);
  }
  await knows(anonymous, 3);
  assert.ok(told(anonymous).every(({event}) => event === 'here'), 'names are for those to whom the topic is granted');
  const all = await at(1).read({topic: '*', ...as('dave', '*')});
  assert.equal((await at(0).poll({topic: '*', lastEventId: 'earliest', ...as('dave', '*')})).body.events.length, 0, 'messages between workers are no events');
  for (const reader of [alice, bob, anonymous]) reader.leave();
  await presentEverywhere(hubs, 0, []);
  assert.deepEqual(all.events, []);
});

test('a reconnect to another worker within the grace time is no leave', async (t) => {
  const redis = await startRedis(t);
  const {at} = await startWorkers(t, redis, 2, settings({grace_seconds: 5}));
  await settled([at(0), at(1)]);
  const watcher = await at(0).read(in_room('watcher'));
  let reader = await at(0).read(in_room('alice'));
  let anonymous = await at(0).read({topic: 'room/1'});
  await knows(watcher, 3, ['alice', 'watcher']);
  const before = watcher.events.length;
  for (let i = 1; i <= 4; ++i) {
    reader.leave();
    anonymous.leave();
    reader = await at(i % 2).read(in_room('alice'));
    anonymous = await at(i % 2).read({topic: 'room/1'});
    await presentEverywhere([at(0), at(1)], 3, ['alice', 'watcher']);
  }
  // What came of it would be told by now: dave comes after all of it.
  const dave = await at(1).read(in_room('dave'));
  await knows(watcher, 4, ['alice', 'dave', 'watcher']);
  const since = told(watcher).slice(before);
  assert.deepEqual(since.filter(({event}) => event !== 'here').map(({event, subject}) => [event, subject]), [['join', 'dave']]);
  await knows(dave, 4, ['alice', 'dave', 'watcher']);
});

for (const [who, dies] of [['that tells the others', 0], ['that only announces', 1]]) {
  test(`a worker ${who} is killed: its readers leave after a bounded time`, async (t) => {
    const redis = await startRedis(t);
    const {at, config} = await startWorkers(t, redis, 2, settings());
    await settled([at(0), at(1)]);
    const stays = 1 - dies;
    const alice = await at(stays).read(in_room('alice'));
    const gone = await at(dies).read(in_room('gone'));
    const anonymous = await at(dies).read({topic: 'room/1'});
    await knows(alice, 3, ['alice', 'gone']);
    const before = alice.events.length;
    at(dies).worker.process.kill('SIGKILL');
    await at(dies).worker.process.exited();
    await knows(alice, 1, ['alice'], 20000);
    assert.equal(times(alice, 'leave', 'gone'), 1);
    assert.ok(!told(alice).slice(before).some(({reset}) => reset), 'the others continue where it ended');
    // The next one on its place.
    at(dies).worker = await startWorker(t, {config, socket: at(dies).worker.address, directory: at(dies).worker.directory});
    const bob = await at(dies).read(in_room('bob'));
    for (const reader of [alice, bob]) await knows(reader, 2, ['alice', 'bob']);
    gone.leave();
    anonymous.leave();
  });
}

test('a worker that ends in good order: its readers come back to another one and have not left', async (t) => {
  const redis = await startRedis(t);
  const {hub, at} = await startWorkers(t, redis, 2, settings({grace_seconds: 5}));
  const watcher = await at(1).read(in_room('watcher'));
  const readers = [];
  for (let i = 0; i < 6; ++i) readers.push(await hub.read(i < 3 ? in_room(`s${i}`) : {topic: 'room/1'}, {again: 100}));
  const names = ['s0', 's1', 's2', 'watcher'];
  await knows(watcher, 7, names);
  await at(0).worker.stop();
  for (const reader of readers) await reader.when(({open}) => open, 'is there again');
  await knows(watcher, 7, names);
  const dave = await at(1).read(in_room('dave'));
  await knows(watcher, 8, ['dave', ...names]);
  assert.equal(told(watcher).filter(({event}) => event === 'leave').length, 0);
  dave.leave();
  await knows(watcher, 7, names);
});

test('a worker that was stopped for longer than its lease comes back, and its readers with it', async (t) => {
  const redis = await startRedis(t);
  const {at} = await startWorkers(t, redis, 2, settings());
  const away = await at(0).read(in_room('away'));
  const bob = await at(1).read(in_room('bob'));
  await knows(bob, 2, ['away', 'bob']);
  at(0).worker.process.kill('SIGSTOP');
  t.after(() => at(0).worker.process.kill('SIGCONT'));
  await knows(bob, 1, ['bob'], 20000);
  const carol = await at(1).read(in_room('carol'));
  await knows(bob, 2, ['bob', 'carol']);
  at(0).worker.process.kill('SIGCONT');
  for (const reader of [away, bob, carol]) await knows(reader, 3, ['away', 'bob', 'carol']);
  carol.leave();
  for (const reader of [away, bob]) {
    await knows(reader, 2, ['away', 'bob']);
    assert.equal(times(reader, 'leave', 'carol'), 1);
  }
  await presentEverywhere([at(0), at(1)], 2, ['away', 'bob']);
});

for (const data of ['with', 'without']) {
  test(`Redis is restarted ${data} its data`, async (t) => {
    const redis = await startRedis(t, data === 'with' ? undefined : []);
    const {at} = await startWorkers(t, redis, 2, settings());
    const alice = await at(0).read(in_room('alice'));
    const bob = await at(1).read(in_room('bob'));
    const gone = await at(1).read(in_room('gone'));
    await knows(alice, 3, ['alice', 'bob', 'gone']);
    await redis.kill();
    // Longer than a lease: that nobody can be reached is no reason to take anybody off.
    await until(async () => (await at(0).worker.fetch('/healthz')).status === 503, 'it notices');
    gone.leave();
    const since = Date.now();
    await until(() => Date.now() - since > 7000, 'longer than a lease', 10000);
    assert.ok((await present(at(0))).count >= 2);
    await redis.start();
    for (const reader of [alice, bob]) {
      await knows(reader, 2, ['alice', 'bob'], 20000);
      assert.equal(times(reader, 'leave', 'alice') + times(reader, 'leave', 'bob'), 0);
    }
    await presentEverywhere([at(0), at(1)], 2, ['alice', 'bob']);
    const carol = await at(0).read(in_room('carol'));
    for (const reader of [alice, bob, carol]) await knows(reader, 3, ['alice', 'bob', 'carol']);
  });
}

test('a thousand readers come, move and go: nobody stays', async (t) => {
  const redis = await startRedis(t);
  const {at} = await startWorkers(t, redis, 2, settings({names_max: 20}));
  const watcher = await at(1).read(in_room('watcher'));
  await knows(watcher, 1, ['watcher']);
  let seed = 7;
  const pick = (below) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  const open = new Set();
  const one = async (n) => {
    const query = n % 3 === 0 ? {topic: 'room/1'} : {topic: 'room/1', ...as(`s${pick(200)}`, 'room/1')};
    open.add(await at(pick(2)).read(query));
    if (open.size > 60) {
      const leaves = [...open][pick(open.size)];
      open.delete(leaves);
      leaves.leave();
    }
  };
  for (let n = 0; n < 1000; n += 10) await Promise.all(Array.from({length: 10}, (_, k) => one(n + k)));
  assert.ok(open.size >= 50);
  const few = [...open].slice(0, 3);
  for (const each of open) if (!few.includes(each)) each.leave();
  for (const each of few) each.leave();
  await knows(watcher, 1, ['watcher'], 20000);
  await presentEverywhere([at(0), at(1)], 1, ['watcher']);
  for (const hub of [at(0), at(1)])
    await until(async () => (await hub.metric('sse_worker_presence_readers')) <= 1, 'nothing is left');
});
