// The Mercure protocol, as its clients use it through nginx: subscribe, publish, resume. What tokens open: mercure_tokens.test.mjs.
import assert from 'node:assert/strict';
import path from 'node:path';
import {test} from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {PATH, publisherToken, startMercure, subscriberToken} from '../lib/mercure.mjs';
import {assertProblem} from '../lib/problem.mjs';
import {startRedis} from '../lib/redis.mjs';

const book = 'https://example.com/books/1';

test('an update reaches those who subscribe to one of its topics', async (t) => {
  const hub = await startMercure(t);
  const canonical = await hub.subscriber({topic: book});
  const alternate = await hub.subscriber({topic: ['other', 'news']});
  const everything = await hub.subscriber({topic: '*'});
  const stranger = await hub.subscriber({topic: 'other'});
  const answer = await hub.publishUpdate({topic: [book, 'news'], data: 'two\nlines', id: 'urn:x:1', type: 'changed', retry: '1500'});
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.header('content-type'), 'text/plain; charset=utf-8');
  assert.equal(answer.text, 'urn:x:1', 'the id, and nothing else');
  for (const reader of [canonical, alternate, everything]) {
    assert.deepEqual(await reader.got(1), [{id: 'urn:x:1', event: 'changed', data: 'two\nlines'}]);
  }
  const last = await hub.publishUpdate({topic: 'other'});
  assert.deepEqual(await stranger.got(1), [{id: last.text, event: 'message', data: ''}], 'that one alone, with an id of the hub');
  await everything.got(2);
  assert.deepEqual(canonical.data, ['two\nlines']);
});

test('the answer to a subscriber', async (t) => {
  const hub = await startMercure(t);
  const stream = await hub.askMercure({topic: book}).head();
  assert.equal(stream.status, 200);
  assert.equal(stream.header('content-type'), 'text/event-stream; charset=utf-8');
  assert.equal(stream.header('link'), '</.well-known/mercure>; rel="mercure"');
  assert.equal(stream.header('x-accel-buffering'), 'no');
  assert.equal(stream.header('last-event-id'), undefined, 'the request had none');
  stream.leave();
  const head = await hub.askMercure({topic: book}, {method: 'HEAD'}).done();
  assert.deepEqual([head.status, head.text], [200, '']);
  head.leave();
});

test('retry and the fields of a frame are as its publisher gave them', async (t) => {
  const hub = await startMercure(t);
  const stream = await hub.askMercure({topic: 'a'}).head();
  await hub.publishUpdate({topic: 'a', data: 'x', id: 'i', type: 't', retry: '7000'});
  await stream.events(1);
  assert.ok(stream.text.endsWith('event: t\nretry: 7000\ndata: x\nid: i\n\n'), stream.text);
  stream.leave();
});

test('the endpoints of the hub and those of Mercure share topics, history and cursors', async (t) => {
  const hub = await startMercure(t);
  const here = await hub.subscriber({topic: 'a'});
  const there = await hub.read({topic: 'a'});
  const first = await hub.publish({topic: 'a', data: '1', event: 'x'});
  const second = (await hub.publishUpdate({topic: 'a', data: '2', type: 'x'})).text;
  const expected = [{id: first, event: 'x', data: '1'}, {id: second, event: 'x', data: '2'}];
  assert.deepEqual(await here.got(2), expected);
  assert.deepEqual(await there.got(2), expected);
  assert.deepEqual(await (await hub.subscriber({topic: 'a'}, {cursor: first})).got(1), expected.slice(1));
  assert.deepEqual(await (await hub.read({topic: 'a'}, {cursor: first})).got(1), expected.slice(1));
});

test('a subscriber comes back with its cursor, in each of its spellings', async (t) => {
  const hub = await startMercure(t);
  for (const n of [1, 2, 3]) await hub.publishUpdate({topic: 'a', data: `${n}`, id: `urn:n:${n}`});
  const rest = ['2', '3'];
  for (const name of ['lastEventID', 'last_event_id', 'Last-Event-ID']) {
    const reader = await hub.subscriber({topic: 'a', [name]: 'urn:n:1'});
    await reader.got(2);
    assert.deepEqual(reader.data, rest, name);
    assert.equal(reader.headers['last-event-id'], 'urn:n:1', name);
    assert.equal(reader.headers['mercure-last-event-id'], 'urn:n:1', name);
  }
  const both = await hub.subscriber({topic: 'a', lastEventID: 'urn:n:1'}, {cursor: 'urn:n:2'});
  await both.got(1);
  assert.deepEqual(both.data, ['3'], 'the header wins');
  const all = await hub.subscriber({topic: 'a', lastEventID: 'earliest'});
  await all.got(3);
  assert.deepEqual(all.data, ['1', '2', '3']);
  assert.equal(all.headers['last-event-id'], 'earliest');
});

test('a cursor that the hub does not know, or whose successors it has lost, is told in the head', async (t) => {
  const hub = await startMercure(t, {}, {history: {topic_events_max: 2}});
  const ids = [];
  for (const n of [1, 2, 3, 4]) ids.push((await hub.publishUpdate({topic: 'a', data: `${n}`})).text);
  const unknown = await hub.subscriber({topic: 'a', lastEventID: 'urn:never'});
  await unknown.got(2);
  assert.equal(unknown.headers['last-event-id'], 'earliest');
  assert.deepEqual(unknown.data, ['3', '4']);
  const late = await hub.subscriber({topic: 'a', lastEventID: ids[0]});
  await late.got(2);
  assert.equal(late.headers['last-event-id'], ids[1], 'the one before the first that comes');
  assert.deepEqual(late.gaps.map(({reason}) => reason), ['evicted'], 'and an EventSource, which reads no head, gets a gap');
  const missed = await hub.subscriber({topic: 'a', lastEventID: ids[1]});
  await missed.got(2);
  assert.equal(missed.headers['last-event-id'], ids[1]);
  assert.deepEqual(missed.gaps, []);
});

const stores = {
  memory: () => ({kind: 'memory'}),
  sqlite: (t) => ({kind: 'sqlite', path: path.join(temporaryDirectory(t), 'journal.db')}),
  redis: async (t) => ({kind: 'redis', url: (await startRedis(t)).url}),
};

for (const [name, store] of Object.entries(stores)) test(`an id that was used before makes a new update, with an id of its own: ${name}`, async (t) => {
  const hub = await startMercure(t, {}, {store: await store(t)});
  const reader = await hub.subscriber({topic: 'a'});
  const publish = (data, more) => hub.publishUpdate({topic: 'a', data, id: 'urn:fixed', ...more});
  assert.equal((await publish('1')).text, 'urn:fixed');
  const others = [await publish('1'), await publish('2'), await publish('2', {private: 'on'})];
  for (const {status, text} of others) {
    assert.equal(status, 200, text);
    assert.notEqual(text, 'urn:fixed');
  }
  const third = await hub.publishUpdate({topic: 'a', data: '3', id: others[0].text});
  assert.equal(third.status, 200, 'also the id of another one that the hub has made');
  assert.deepEqual((await reader.got(4)).map(({id, data}) => [id, data]), [
    ['urn:fixed', '1'],
    [others[0].text, '1'],
    [others[1].text, '2'],
    [third.text, '3'],
  ]);
  const resumed = await hub.subscriber({topic: 'a'}, {cursor: 'urn:fixed'});
  assert.deepEqual((await resumed.got(3)).map(({data}) => data), ['1', '2', '3'], 'each cursor means one place');
});

test('private updates are for those whose token covers a topic of them', async (t) => {
  const hub = await startMercure(t);
  const anonymous = await hub.subscriber({topic: book});
  const wrong = await hub.subscriber({topic: book}, {token: subscriberToken(['https://example.com/books/2'])});
  const right = await hub.subscriber({topic: book}, {token: subscriberToken([book])});
  const all = await hub.subscriber({topic: '*'}, {token: subscriberToken(['*'])});
  const byAlternate = await hub.subscriber({topic: book}, {token: subscriberToken(['users/1'])});
  for (const value of ['on', '']) {
    const {status, text} = await hub.publishUpdate({topic: [book, 'users/1'], data: `secret ${value}`, private: value});
    assert.equal(status, 200, text);
  }
  await hub.publishUpdate({topic: book, data: 'open'});
  const secret = ['secret on', 'secret ', 'open'];
  for (const reader of [right, all, byAlternate]) {
    await reader.got(3);
    assert.deepEqual(reader.data, secret);
  }
  for (const reader of [anonymous, wrong]) {
    await reader.got(1);
    assert.deepEqual(reader.data, ['open']);
  }
  const replay = await hub.subscriber({topic: book, lastEventID: 'earliest'}, {token: subscriberToken([book])});
  await replay.got(3);
  assert.deepEqual(replay.data, secret, 'history asks again');
  const nobody = await hub.subscriber({topic: book, lastEventID: 'earliest'});
  await nobody.got(1);
  assert.deepEqual(nobody.data, ['open']);
});

test('URI templates select topics, and grant them', async (t) => {
  const hub = await startMercure(t);
  const template = 'https://example.com/books/{id}';
  const reader = await hub.subscriber({topic: template});
  const granted = await hub.subscriber({topic: template}, {token: subscriberToken(['https://example.com/users/1/{?topic}'])});
  const star = await hub.subscriber({topic: 'shelf/*'});
  await hub.publishUpdate({topic: 'https://example.com/films/1', data: 'no'});
  await hub.publishUpdate({topic: book, data: '1'}, {token: publisherToken([template])});
  const secret = {topic: [book, `https://example.com/users/1/?topic=${encodeURIComponent(book)}`], data: '2', private: 'on'};
  assert.equal((await hub.publishUpdate(secret)).status, 200);
  await hub.publishUpdate({topic: 'shelf/1', data: 'no'});
  await hub.publishUpdate({topic: template, data: '3'});
  await granted.got(3);
  assert.deepEqual(granted.data, ['1', '2', '3'], 'a template is also the name of a topic');
  await reader.got(2);
  assert.deepEqual(reader.data, ['1', '3']);
  assert.deepEqual(star.data, [], 'a star at the end is part of a name in this protocol');
  const resumed = await hub.subscriber({topic: template, lastEventID: 'earliest'});
  await resumed.got(2);
  assert.deepEqual(resumed.data, ['1', '3']);
  const exact = await hub.subscriber({match: template, lastEventID: 'earliest'});
  await exact.got(1);
  assert.deepEqual(exact.data, ['3'], 'match compares bytes');
  assertProblem(await hub.publishUpdate({topic: 'https://example.com/films/1'}, {token: publisherToken([template])}), 403, 'topic');
});

test('1.0 names of the same things', async (t) => {
  const hub = await startMercure(t);
  const reader = await hub.subscriber({match: 'a', match_exact: 'b'});
  await hub.publishUpdate({topic: 'a', data: '1'});
  await hub.publishUpdate({topic: 'b', data: '2'});
  await reader.got(2);
  assert.deepEqual(reader.data, ['1', '2']);
  for (const name of ['match_regexp', 'MATCH']) {
    assertProblem(await hub.askMercure({topic: 'a', [name]: 'b'}).done(), 400, name);
  }
});

test('URL patterns select topics, live and in the history', async (t) => {
  const hub = await startMercure(t);
  const pattern = 'https://example.com/books/:id(\\d+)';
  const reader = await hub.subscriber({match_urlpattern: pattern});
  const relative = await hub.subscriber({match_urlpattern: '/books/:id'});
  const all = await hub.subscriber({match_urlpattern: '*://*/*'});
  for (const [n, topic] of ['https://example.com/books/1', 'https://example.com/books/one', 'https://example.com/books/1/pages', 'books/2',
    'HTTPS://EXAMPLE.com:443/books/3'].entries()) {
    assert.equal((await hub.publishUpdate({topic, data: `${n}`})).status, 200);
  }
  await reader.got(2);
  assert.deepEqual(reader.data, ['0', '4'], 'URLs are compared in their canonical form');
  await relative.got(1);
  assert.deepEqual(relative.data, ['3']);
  await all.got(5);
  const later = await hub.subscriber({match_urlpattern: pattern, lastEventID: 'earliest'});
  await later.got(2);
  assert.deepEqual(later.data, ['0', '4']);
  for (const wrong of ['(?=a)', 'a{b', '/(a', '/(?:a(?=b))', `/${'(a*)*'.repeat(300)}`, `/${':a'.repeat(600)}`, '/a\u0000'])
    assertProblem(await hub.askMercure({match_urlpattern: wrong}).done(), 400, 'topic');
  assertProblem(await hub.askMercure({match_urlpattern: Array.from({length: 101}, (_, n) => `/${n}/:a`)}).done(), 400, 'topic');
});

test('what a subscriber may not ask for', async (t) => {
  const hub = await startMercure(t);
  const ask = async (query, more) => {
    const begun = Date.now();
    const answer = await hub.askMercure(query, more).done();
    assert.ok(Date.now() - begun < 20_000, 'bounded in time');
    answer.leave();
    return answer;
  };
  assertProblem(await ask(''), 400, 'topic');
  assertProblem(await ask({topic: ''}), 400, 'topic');
  assertProblem(await ask({topic: '$stats'}), 400, 'topic');
  assertProblem(await ask({topic: 'a'.repeat(1025)}), 400, 'topic');
  assertProblem(await ask({topic: 'a\nb'}), 400, 'topic');
  assertProblem(await ask({topic: Array.from({length: 101}, (_, n) => `${n}`)}), 400, 'topic');
  for (const wrong of ['a/{', 'a/{b', 'a/{b{c}}', '{'.repeat(500), '{a}'.repeat(300), 'a/{!b}'])
    assertProblem(await ask({topic: wrong}), 400, 'topic');
  const direct = (query) => hub.worker.fetch(PATH, {parameters: {QUERY_STRING: query}});
  assertProblem(await direct(`topic=${'a'.repeat(10_000)}`), 400, 'topic');
  assertProblem(await direct(`topic=a&lastEventID=${'x'.repeat(8193)}`), 400, 'lastEventId');
  assertProblem(await direct(Array.from({length: 5000}, (_, n) => `topic=${n}`).join('&')), 400, 'topic');
});

test('what a publisher may not send', async (t) => {
  const hub = await startMercure(t, {}, {publish: {event_bytes_max: 1000}});
  const refused = async (fields, status, names, more) => assertProblem(await hub.publishUpdate(fields, more), status, names);
  await refused({data: 'x'}, 400, 'topic');
  await refused({topic: '', data: 'x'}, 400, 'topic');
  await refused({topic: 'a', id: '#1'}, 400, 'id');
  await refused({topic: 'a', id: 'earliest'}, 400, 'id');
  await refused({topic: 'a', id: 'a\nb'}, 400, 'id');
  await refused({topic: 'a', type: 'a\nb'}, 400, 'type');
  await refused({topic: 'a', type: 'gap'}, 400, 'type');
  await refused({topic: 'a', retry: 'soon'}, 400, 'retry');
  await refused({topic: 'a', retry: '-1'}, 400, 'retry');
  await refused({topic: '$stats'}, 400, 'topic');
  await refused({topic: '*'}, 400, 'topic');
  await refused({topic: `https://example.com${PATH}/subscriptions/a/b`}, 400, 'topic');
  await refused({topic: Array.from({length: 5000}, (_, n) => `${n}`)}, 413, 'topic');
  await refused({topic: 'a', data: 'x'.repeat(1001)}, 413, 'data');
  await refused('{"topic":"a"}', 415, 'Content-Type', {headers: {'Content-Type': 'application/json'}});
  const reader = await hub.subscriber({topic: 'a'});
  await hub.publishUpdate('topic=a&data=1&data=2&id=&type=&retry=&unknown=x');
  const [{event, data}] = await reader.got(1);
  assert.deepEqual([event, data], ['message', '1'], 'the first of several counts, and empty ones are left out');
  const forged = await hub.json({topic: `${PATH}/subscriptions/a/b`, data: 'x'});
  assertProblem(forged, 400, 'topic');
});

test('methods, and a hub that is off', async (t) => {
  const hub = await startMercure(t);
  const wrong = await hub.nginx.fetch(PATH, {method: 'DELETE'});
  assertProblem(wrong, 405);
  assert.equal(wrong.header('allow'), 'GET, POST, QUERY, HEAD');
  assert.equal((await hub.nginx.fetch(`${PATH}/publish`)).status, 404, 'nobody reaches the inner location');
  await hub.restart({});
  assertProblem(await hub.askMercure({topic: 'a'}).done(), 404, /mercure\.enabled/);
  assertProblem(await hub.publishUpdate({topic: 'a'}), 404, /mercure\.enabled/);
});

test('pages of other origins', async (t) => {
  const origin = 'https://app.example.com';
  const hub = await startMercure(t, {}, {access: {origins: [origin]}});
  const preflight = await hub.nginx.fetch(PATH, {
    method: 'OPTIONS',
    headers: {Origin: origin, 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'last-event-id'},
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.header('access-control-allow-origin'), origin);
  assert.equal(preflight.header('access-control-allow-credentials'), 'true');
  assert.match(preflight.header('access-control-allow-methods'), /\bQUERY\b/);
  const allowed = preflight.header('access-control-allow-headers').toLowerCase();
  for (const name of ['authorization', 'cache-control', 'last-event-id']) assert.ok(allowed.includes(name), name);
  const stream = await hub.askMercure({topic: 'a', lastEventID: 'earliest'}, {headers: {Origin: origin}}).head();
  assert.equal(stream.header('access-control-allow-origin'), origin);
  assert.match(stream.header('access-control-expose-headers'), /Last-Event-ID/);
  stream.leave();
  const other = await hub.askMercure({topic: 'a'}, {headers: {Origin: 'https://elsewhere.example'}}).head();
  assert.equal(other.header('access-control-allow-origin'), undefined);
  other.leave();
  const answer = await hub.publishUpdate({topic: 'a'}, {token: publisherToken(['a']), headers: {Origin: origin}});
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.header('access-control-allow-origin'), origin);
});
