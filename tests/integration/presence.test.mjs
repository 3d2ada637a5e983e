// Who reads a topic, as clients learn it through nginx: numbers for all, names for those to whom the topic is granted, and
// nobody who is gone.
import assert from 'node:assert/strict';
import path from 'node:path';
import {test} from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {startHub} from '../lib/hub.mjs';
import {known, told} from '../lib/presence.mjs';
import {assertProblem} from '../lib/problem.mjs';
import {readerToken, readersOf} from '../lib/tokens.mjs';
import {until} from '../lib/wait.mjs';

const settings = (presence = {}, more = {}) => ({
  ...JSON.parse(readersOf({public: ['room/*', 'news']})),
  presence: {topics: ['room/*'], grace_seconds: 0.2, ...presence},
  ...more,
});
const as = (subject, ...granted) => ({authorization: readerToken(subject, granted)});
const room = {topic: 'room/1', presence: 'true'};

const knows = (reader, count, names = []) =>
  reader.when(() => JSON.stringify(known(reader)) === JSON.stringify({count, names}), `knows ${count} ${names}`);

const present = async (hub, topics, headers) => {
  const query = [topics].flat().map((topic) => `topic=${encodeURIComponent(topic)}`).join('&');
  return hub.nginx.fetch(`/presence?${query}`, {headers});
};

for (const loops of [1, 3]) {
  test(`two come and go, ${loops} loops`, async (t) => {
    const hub = await startHub(t, settings({}, {loops}));
    const first = await hub.read(room);
    await first.got(1);
    assert.equal(first.events[0].id, undefined, 'the first one is of this moment');
    assert.deepEqual(told(first)[0], {event: 'here', topic: 'room/1', count: 1, reset: true});
    const second = await hub.read({topic: 'room/1'});
    await knows(first, 2);
    assert.ok(first.events.at(-1).id, 'and the others can be resumed from');
    second.leave();
    await knows(first, 1);
    assert.deepEqual(second.events, [], 'who does not ask gets none');
    assert.equal(await hub.metric('sse_worker_presence_topics'), 1);
    assert.equal(await hub.metric('sse_worker_presence_readers'), 1);
    // Counted once the store has answered, which may be after a reader has got the event.
    await until(async () => (await hub.metric('sse_worker_presence_events_total')) >= 2, 'they are counted');
    first.leave();
    await until(async () => (await hub.metric('sse_worker_presence_topics')) === 0, 'nothing is left');
  });
}

test('names are for those to whom the topic is granted', async (t) => {
  const hub = await startHub(t, settings());
  const alice = await hub.read({...room, ...as('alice', 'room/1')});
  await knows(alice, 1, ['alice']);
  const anonymous = await hub.read(room);
  const elsewhere = await hub.read({...room, ...as('mallory', 'room/2')});
  const bob = await hub.read({topic: 'room/1', ...as('bob', 'room/*')});
  const tab = await hub.read({topic: 'room/1', ...as('bob', 'room/*')});
  await knows(alice, 4, ['alice', 'bob', 'mallory']);
  for (const reader of [anonymous, elsewhere]) await knows(reader, 4);

  const headers = {Authorization: `Bearer ${readerToken('carol', ['room/1'])}`};
  const answer = await present(hub, ['room/1', 'room/2'], headers);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.header('cache-control'), 'no-store');
  assert.deepEqual(answer.json, {
    topics: [
      {topic: 'room/1', count: 4, subjects: ['alice', 'bob', 'mallory']},
      {topic: 'room/2', count: 0},
    ],
  });

  tab.leave();
  bob.leave();
  await knows(alice, 3, ['alice', 'mallory']);
  assert.equal(told(alice).filter(({event}) => event === 'leave').length, 1, 'two tabs are one reader');
  await knows(anonymous, 3);
  for (const reader of [anonymous, elsewhere]) {
    assert.ok(told(reader).every(({event}) => event === 'here'));
    assert.doesNotMatch(JSON.stringify(reader.events), /alice|bob|mallory/);
  }
  const {body} = await hub.poll({...room, ...as('alice', 'room/1'), lastEventId: 'earliest'});
  assert.deepEqual(body.presence, [{topic: 'room/1', count: 3, subjects: ['alice', 'mallory']}]);
  assert.ok(body.events.some(({event}) => event === 'leave'));
});

test('whoever comes back in time has not left', async (t) => {
  const hub = await startHub(t, settings({grace_seconds: 600}));
  const alice = await hub.read({...room, ...as('alice', 'room/1')});
  const bob = await hub.read({topic: 'room/1', ...as('bob', 'room/1')}, {again: 300});
  const anonymous = await hub.read({topic: 'room/1'}, {again: 300});
  await knows(alice, 3, ['alice', 'bob']);
  for (let i = 2; i < 4; ++i) {
    bob.drop();
    anonymous.drop();
    await bob.when(({connects, open}) => connects === i && open, 'bob is back');
    await anonymous.when(({connects, open}) => connects === i && open, 'and the other one');
  }
  const before = alice.events.length;
  const carol = await hub.read({topic: 'room/1', ...as('carol', 'room/1')});
  await knows(alice, 4, ['alice', 'bob', 'carol']);
  assert.deepEqual(told(alice).slice(before).map(({event}) => event), ['here', 'join'], 'nobody else came or went');
  carol.leave();
  assert.equal((await present(hub, 'room/1')).json.topics[0].count, 4, 'in the grace time one counts');
});

test('a restart leaves nobody behind who is gone', async (t) => {
  const config = settings({grace_seconds: 1}, {store: {kind: 'sqlite', path: path.join(temporaryDirectory(t), 'journal.db')}});
  const hub = await startHub(t, config);
  const alice = await hub.read({...room, ...as('alice', 'room/1')}, {again: 50});
  const bob = await hub.read({...room, ...as('bob', 'room/1')}, {again: 50});
  const gone = await hub.read({...room, ...as('gone', 'room/1')});
  await knows(alice, 3, ['alice', 'bob', 'gone']);
  const before = alice.cursor;
  await hub.restart(config);
  for (const reader of [alice, bob]) await reader.when(({open, connects}) => open && connects > 1, 'is back');
  await knows(alice, 2, ['alice', 'bob']);
  await knows(bob, 2, ['alice', 'bob']);
  assert.deepEqual(alice.gaps, []);
  // Also for whoever has seen it come and was away.
  const late = await hub.reader({...room, ...as('late', 'room/1')}, {cursor: before}).opened();
  await knows(late, 3, ['alice', 'bob', 'late']);
  gone.leave();
});

test('a crowd is a number', async (t) => {
  const hub = await startHub(t, settings({names_max: 4}));
  const alice = await hub.read({...room, ...as('alice', 'room/1')});
  const crowd = await Promise.all(Array.from({length: 5}, (_, n) => hub.read({topic: 'room/1', ...as(`s${n}`, 'room/1')})));
  await knows(alice, 6);
  assert.deepEqual((await present(hub, 'room/1', {Authorization: `Bearer ${readerToken('a', ['*'])}`})).json, {
    topics: [{topic: 'room/1', count: 6}],
  });
  for (const each of crowd.slice(2)) each.leave();
  await knows(alice, 3, ['alice', 's0', 's1']);
});

test('it is for the topics of the configuration, and no pattern sees it', async (t) => {
  const hub = await startHub(t, {presence: {topics: ['room/*'], grace_seconds: 0}});
  const all = await hub.read({topic: '*'});
  const reader = await hub.read(room);
  await knows(reader, 1);
  await hub.read({topic: 'room/1'});
  await knows(reader, 2);
  await hub.publish({topic: 'room/1', data: 'x'});
  await all.got(1);
  assert.deepEqual(all.data, ['x']);
  const refused = async (query, names) => assertProblem(await hub.nginx.fetch(`/events?${query}`), 400, names);
  await refused('topic=news&presence=true', 'presence');
  await refused('topic=room/*&presence=true', 'presence');
  await refused('topic=room/1&presence=yes', 'presence');
  await refused('topic=$presence/room/1', 'topic');
  assertProblem(await hub.json({topic: '$presence/room/1', data: 'x'}), 400, 'topic');
  assertProblem(await hub.nginx.fetch('/presence'), 400, 'topic');
  assertProblem(await present(hub, 'news'), 400, 'topic');
  assertProblem(await present(hub, Array(101).fill('room/1')), 400, 'topic');
  assertProblem(await hub.nginx.fetch('/presence?topic=room/1', {method: 'POST'}), 405);
  // On this machine, and without a key.
  assert.deepEqual((await present(hub, 'room/1')).json, {topics: [{topic: 'room/1', count: 2, subjects: []}]});
});

test('switched off, as it is shipped', async (t) => {
  const hub = await startHub(t);
  assertProblem(await hub.nginx.fetch('/events?topic=room/1&presence=true'), 400, /^presence: is off/);
  assertProblem(await present(hub, 'room/1'), 400, /presence\.topics/);
  const reader = await hub.read({topic: 'room/1', presence: 'false'});
  await hub.publish({topic: 'room/1', data: 'x'});
  await reader.got(1);
  assert.deepEqual(reader.data, ['x']);
  assert.equal(await hub.metric('sse_worker_presence_topics'), 0);
  assert.equal(await hub.metric('sse_worker_presence_events_total'), 0);
});
