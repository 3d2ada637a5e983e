// Who subscribes over the Mercure protocol: the updates when a stream opens and closes, and the list of those that are open.
import assert from 'node:assert/strict';
import path from 'node:path';
import {test} from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {PATH, mercureSettings, secrets, signed, startMercure, subscriberToken} from '../lib/mercure.mjs';
import {assertProblem} from '../lib/problem.mjs';

const all = `${PATH}/subscriptions{/topic}{/subscriber}`;
const book = 'https://example.com/books/{id}';
const watcher = subscriberToken([all]);
const list = (hub, below = '', {token = watcher, headers = {}} = {}) =>
  hub.nginx.fetch(`${PATH}/subscriptions${below}`, {headers: {...(token && {Authorization: `Bearer ${token}`}), ...headers}});
const reads = async (hub, below, more) => {
  const answer = await list(hub, below, more);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.header('content-type'), 'application/ld+json');
  return answer.json;
};

for (const loops of [1, 2]) {
  test(`a stream that opens and closes is told, ${loops} loops`, async (t) => {
    const hub = await startMercure(t, {subscriptions: true}, {loops});
    assert.equal((await reads(hub)).lastEventID, 'earliest', 'nothing was published yet');
    const seen = await hub.subscriber({topic: all}, {token: watcher});
    const stranger = await hub.subscriber({topic: [all, '*']});
    const payload = {user: {name: 'é'}, groups: [1, 2]};
    const token = signed({mercure: {subscribe: ['a'], payload}}, secrets.readers);
    const someone = await hub.subscriber({topic: ['a b', book, 'a b']}, {token});
    const about = (active) => (reader) => reader.events.map(({data}) => JSON.parse(data)).filter((each) => each.active === active && each.payload);
    await seen.when((reader) => about(true)(reader).length === 2, 'both subscriptions are told');
    const opened = about(true)(seen);
    const [{subscriber}] = opened;
    assert.match(subscriber, /^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const id = (topic) => `${PATH}/subscriptions/${encodeURIComponent(topic)}/${encodeURIComponent(subscriber)}`;
    const document = (topic, active) => ({'@context': 'https://mercure.rocks/', id: id(topic), type: 'Subscription', subscriber, topic, active, payload});
    assert.deepEqual(opened, [document('a b', true), document(book, true)]);

    const everything = await reads(hub);
    assert.deepEqual([everything.id, everything.type, everything['@context']], [`${PATH}/subscriptions`, 'Subscriptions', 'https://mercure.rocks/']);
    assert.equal(everything.subscriptions.length, 5, 'of all three subscribers');
    const withoutContext = ({'@context': _, ...rest}) => rest;
    assert.deepEqual(everything.subscriptions.filter((each) => each.payload), opened.map(withoutContext));
    const ofBook = await reads(hub, `/${encodeURIComponent(book)}`);
    assert.deepEqual(ofBook.subscriptions, [withoutContext(document(book, true))]);
    const one = await reads(hub, id(book).slice(`${PATH}/subscriptions`.length));
    assert.deepEqual(one, {...document(book, true), lastEventID: ofBook.lastEventID});

    const tag = (await list(hub)).header('etag');
    assert.equal(tag, `"${ofBook.lastEventID}"`);
    assert.equal((await list(hub, '', {headers: {'If-None-Match': tag}})).status, 304);

    someone.leave();
    await seen.when((reader) => about(false)(reader).length === 2, 'the end of both is told');
    assert.deepEqual(about(false)(seen), [document('a b', false), document(book, false)]);
    assert.equal((await list(hub, '', {headers: {'If-None-Match': tag}})).status, 200, 'something has happened');
    assertProblem(await list(hub, id(book).slice(`${PATH}/subscriptions`.length)), 404);
    assert.deepEqual((await reads(hub, `/${encodeURIComponent(book)}`)).subscriptions, []);
    assert.deepEqual(stranger.events, [], 'they are private');
    const late = await hub.subscriber({topic: all, lastEventID: ofBook.lastEventID}, {token: watcher});
    await late.when((reader) => about(false)(reader).length === 2, 'whoever lists first misses nothing');
  });
}

test('who may know it, and where there is nothing to know', async (t) => {
  const hub = await startMercure(t, {subscriptions: true});
  assertProblem(await list(hub, '', {token: null}), 401);
  assertProblem(await list(hub, '', {token: subscriberToken(['a'])}), 403);
  assertProblem(await list(hub, '/a', {token: subscriberToken([`${PATH}/subscriptions`])}), 403);
  assert.equal((await list(hub, '/a', {token: subscriberToken([`${PATH}/subscriptions/a`])})).status, 200);
  assert.equal((await list(hub, '/a', {token: subscriberToken(['*'])})).status, 200);
  for (const other of ['/', '/a/', '/a/b/c', '/a/b']) assertProblem(await list(hub, other, {token: subscriberToken(['*'])}), 404);
  const wrong = await hub.nginx.fetch(`${PATH}/subscriptions`, {method: 'POST'});
  assertProblem(wrong, 405);
  await hub.restart({mercure: {enabled: true, anonymous: true}});
  assertProblem(await list(hub), 404, /mercure\.subscriptions/);
  assertProblem(await list(hub, '/a'), 404, /mercure\.subscriptions/);
});

test('an end of the worker is an end of its streams', async (t) => {
  const store = {kind: 'sqlite', path: path.join(temporaryDirectory(t), 'journal.db')};
  const hub = await startMercure(t, {subscriptions: true}, {store});
  const reader = await hub.subscriber({topic: 'a'});
  await hub.restart(mercureSettings({anonymous: true, subscriptions: true}, {store}));
  await reader.over();
  assert.deepEqual((await reads(hub)).subscriptions, []);
  const told = await hub.subscriber({topic: all, lastEventID: 'earliest'}, {token: watcher});
  await told.when(({events}) => events.map(({data}) => JSON.parse(data)).filter(({topic}) => topic === 'a').map(({active}) => active).join() === 'true,false', 'both are told');
});
