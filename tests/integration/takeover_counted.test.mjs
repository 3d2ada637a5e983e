// SIGUSR2 where streams are counted: readers whom presence and hooks count do not notice the takeover, and nobody is told that they left.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {HookReceiver} from '../lib/hook_receiver.mjs';
import {startHub} from '../lib/hub.mjs';
import {known, told} from '../lib/presence.mjs';
import {startRedis, startWorkers} from '../lib/redis.mjs';
import {Program, takeOver} from '../lib/takeover.mjs';
import {readerToken, readersOf} from '../lib/tokens.mjs';

const settings = (presence = {}, more = {}) => ({
  ...JSON.parse(readersOf({public: ['room/*', 'news']})),
  presence: {topics: ['room/*'], grace_seconds: 1, ...presence},
  ...more,
});
const as = (subject, ...granted) => ({authorization: readerToken(subject, granted)});
const inRoom = (subject) => ({topic: 'room/1', presence: 'true', ...as(subject, 'room/1')});

const knows = (reader, count, names = []) =>
  reader.when(() => JSON.stringify(known(reader)) === JSON.stringify({count, names}), `knows ${count} ${names}`, 15000);
const left = (reader) => told(reader).filter(({event}) => event === 'leave').map(({subject}) => subject);

for (const loops of [1, 2]) {
  test(`who is present stays so, ${loops} loops`, async (t) => {
    const hub = await startHub(t, settings({}, {loops}), {wrap: new Program(t).wrap});
    const alice = await hub.read(inRoom('alice'));
    const bob = await hub.read(inRoom('bob'));
    const anonymous = await hub.read({topic: 'room/1', presence: 'true'});
    for (const reader of [alice, bob]) await knows(reader, 3, ['alice', 'bob']);
    const {streams} = await takeOver(hub.worker);
    assert.equal(streams, 3);
    assert.equal(await hub.metric('sse_worker_presence_readers'), 3);
    const carol = await hub.read(inRoom('carol'));
    for (const reader of [alice, bob, carol]) await knows(reader, 4, ['alice', 'bob', 'carol']);
    await takeOver(hub.worker);
    bob.leave();
    for (const reader of [alice, carol]) await knows(reader, 3, ['alice', 'carol']);
    await knows(anonymous, 3);
    for (const reader of [alice, carol]) assert.deepEqual(left(reader), ['bob']);
    for (const reader of [alice, bob, carol, anonymous]) assert.equal(reader.connects, 1);
  });
}

test('other workers of a cluster tell nobody that the readers left', async (t) => {
  const redis = await startRedis(t);
  const {at} = await startWorkers(t, redis, 2, settings(), {wrap: new Program(t).wrap});
  const alice = await at(0).read(inRoom('alice'));
  const bob = await at(1).read(inRoom('bob'));
  for (const reader of [alice, bob]) await knows(reader, 2, ['alice', 'bob']);
  for (const n of [0, 1, 0]) {
    await takeOver(at(n).worker);
    // Only what comes after the grace time shows that nobody is missed.
    const visitor = await at(1 - n).read(inRoom('visitor'));
    for (const reader of [alice, bob]) await knows(reader, 3, ['alice', 'bob', 'visitor']);
    visitor.leave();
    for (const reader of [alice, bob]) await knows(reader, 2, ['alice', 'bob']);
  }
  for (const reader of [alice, bob]) {
    assert.deepEqual(left(reader).filter((subject) => subject !== 'visitor'), []);
    assert.equal(reader.connects, 1);
  }
});

test('the receiver of hooks knows who reads', async (t) => {
  const receiver = await HookReceiver.start(t);
  const hooks = receiver.settings({topics: ['orders/*'], events: ['occupied', 'vacated', 'opened', 'closed']});
  const hub = await startHub(t, {hooks}, {wrap: new Program(t).wrap});
  const first = await hub.read({topic: 'orders/1'});
  const second = await hub.read({topic: 'orders/2'});
  await receiver.knows('orders/1', 'orders/2');
  const before = receiver.events.length;
  const {streams} = await takeOver(hub.worker);
  assert.equal(streams, 2);
  await receiver.when(({told: all}) => all.slice(before).includes('reset started'), 'the next program says so');
  await receiver.knows('orders/1', 'orders/2');
  await receiver.when(() => receiver.events.slice(before).filter(({type}) => type === 'opened').length === 2, 'both are opened once more');
  first.leave();
  await receiver.knows('orders/2');
  const closed = () => receiver.events.slice(before).filter(({type}) => type === 'closed');
  await receiver.when(() => closed().length > 0, 'one is closed');
  const opened = receiver.events.slice(before).filter(({type, topics}) => type === 'opened' && topics[0] === 'orders/1');
  assert.deepEqual(closed().map(({stream}) => stream), opened.map(({stream}) => stream), 'under the name of the program that has it');
  assert.equal(second.connects, 1);
});
