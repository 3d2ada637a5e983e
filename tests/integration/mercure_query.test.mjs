// Mercure 1.0: what a subscriber asks for, with QUERY and in the address, and what a publisher may send. Its tokens:
// mercure_access_tokens.test.mjs.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {PATH, atHub, startMercure} from '../lib/mercure.mjs';
import {assertProblem} from '../lib/problem.mjs';

// The answer to a subscriber whose request is refused, in less time than any limit of the test.
async function refused(answer) {
  const begun = Date.now();
  await answer.done();
  assert.ok(Date.now() - begun < 20_000, 'bounded in time');
  answer.leave();
  return answer;
}

test('QUERY subscribes to the selectors of its body and to those of its address', async (t) => {
  const hub = await startMercure(t);
  const many = Array.from({length: 90}, (_, n) => `https://example.com/${'a long name of a book'.repeat(20)}/${n}`);
  const stream = await hub.queryMercure({match: many, match_urlpattern: 'https://example.com/films/:id'}, {query: {match: 'news'}}).head();
  assert.equal(stream.status, 200);
  assert.equal(stream.header('content-type'), 'text/event-stream; charset=utf-8');
  for (const topic of ['news', many[0], 'other', many[89], 'https://example.com/films/1']) await hub.publishUpdate({topic, data: topic.slice(-9)});
  const got = await stream.events(4);
  assert.deepEqual(got.map(({data}) => data), ['news', many[0].slice(-9), many[89].slice(-9), '/films/1'.padStart(9, 'm')]);
  stream.leave();
});

test('a cursor may be in the body; that of the address comes before it, and the header before both', async (t) => {
  const hub = await startMercure(t);
  for (const n of [1, 2, 3, 4]) await hub.publishUpdate({topic: 'a', data: `${n}`, id: `urn:n:${n}`});
  const rest = async (first, form, more) => {
    const stream = await hub.queryMercure({match: 'a', ...form}, more).head();
    const got = (await stream.events(4 - first)).map(({data}) => data);
    assert.deepEqual(got, ['1', '2', '3', '4'].slice(first));
    assert.equal(stream.header('mercure-last-event-id'), first === 0 ? 'earliest' : `urn:n:${first}`);
    stream.leave();
  };
  await rest(1, {last_event_id: 'urn:n:1'});
  await rest(2, {last_event_id: 'urn:n:1'}, {query: {last_event_id: 'urn:n:2'}});
  await rest(0, {last_event_id: 'urn:n:1'}, {query: {last_event_id: 'earliest'}});
  await rest(3, {last_event_id: 'urn:n:1'}, {query: {last_event_id: 'urn:n:2'}, headers: {'Last-Event-ID': 'urn:n:3'}});
});

test('what a QUERY may not be', async (t) => {
  const hub = await startMercure(t, {}, {}, {nginx: {server: 'client_body_timeout 1s;'}});
  assertProblem(await refused(hub.queryMercure('')), 400, 'topic');
  assertProblem(await refused(hub.queryMercure('{"match":"a"}', {headers: {'Content-Type': 'application/json'}})), 415, 'Content-Type');
  assertProblem(await refused(hub.queryMercure({match: 'a'}, {headers: {'Content-Encoding': 'br'}})), 415, 'Content-Encoding');
  assertProblem(await refused(hub.queryMercure({match: 'a', match_regexp: 'b'})), 400, 'match_regexp');
  assertProblem(await refused(hub.queryMercure(Array.from({length: 5000}, () => 'match=').join('&'))), 400, 'topic');
  assertProblem(await refused(hub.queryMercure(Array.from({length: 5000}, (_, n) => `match=${n}`).join('&'))), 400, 'topic');
  assertProblem(await refused(hub.queryMercure({match: 'a'.repeat(10_000)})), 400, 'topic');
  assertProblem(await refused(hub.queryMercure({match_urlpattern: `/${':a'.repeat(5_000)}`})), 400, 'topic');
  assertProblem(await refused(hub.queryMercure({match: 'a', last_event_id: 'x'.repeat(8193)})), 400, 'lastEventId');
  assertProblem(await refused(hub.queryMercure(`match=a&x=${'x'.repeat(600_000)}`)), 413, /larger than nginx lets through/);
  const endless = hub.queryMercure('match=a', {headers: {'Content-Length': '1000'}});
  const ended = await endless.done().catch((error) => error);
  assert.ok(endless.status === 408 || /closed/.test(ended.message), 'nginx gives up');
});

test('the selectors of 1.0 in an address', async (t) => {
  const hub = await startMercure(t);
  const ask = (query) => refused(hub.askMercure(query));
  for (const name of ['match_regexp', 'MATCH', 'Match_exact', 'match_', 'matches', 'match-exact', 'match_urlPattern', 'MATCH_URLPATTERN'])
    assertProblem(await ask({match: 'a', [name]: 'b'}), 400, name);
  assertProblem(await ask('match'), 400, 'topic');
  assertProblem(await ask({match: ''}), 400, 'topic');
  for (const character of ['\u0000', '\u001f', '\u007f', '\u0080', '\u009f', '\u00ad', '\u200b', '\u202e', '\ufeff', '\u{e0001}']) {
    for (const name of ['match', 'match_exact', 'match_urlpattern', 'topic']) assertProblem(await ask({[name]: `a${character}b`}), 400, 'topic');
  }
  for (const wrong of ['/:', '/:a:a', 'https://[', 'https://example.com:99999/', '/{a', '/(', 'https://a b/', '/:1'])
    assertProblem(await ask({match_urlpattern: wrong}), 400, 'topic');
  const direct = (query) => hub.worker.fetch(PATH, {parameters: {QUERY_STRING: query}});
  assertProblem(await direct(`match=${'a'.repeat(10_000)}`), 400, 'topic');
  assertProblem(await direct(Array.from({length: 5000}, () => 'match=').join('&')), 400, 'topic');
  const all = await hub.subscriber({match_urlpattern: '*'});
  const exact = await hub.subscriber({match_exact: 'urn:/*'});
  await hub.publishUpdate({topic: 'no URL at all', data: '1'});
  await hub.publishUpdate({topic: 'urn:/a', data: '2'});
  await all.got(2);
  assert.deepEqual(all.data, ['1', '2'], '* is everything, whatever the type');
  assert.deepEqual(exact.data, []);
});

test('relative patterns and topics are resolved against the address of the hub', async (t) => {
  const hub = await startMercure(t, atHub);
  const absolute = await hub.subscriber({match_urlpattern: 'https://hub.example.com/books/:id'});
  const relative = await hub.subscriber({match_urlpattern: '/books/:id'});
  const beside = await hub.subscriber({match_urlpattern: 'books/:id'});
  for (const [n, topic] of ['/books/1', 'https://hub.example.com/books/2', 'books/3', 'https://other.example.com/books/4'].entries())
    assert.equal((await hub.publishUpdate({topic, data: `${n}`})).status, 200);
  for (const reader of [absolute, relative]) {
    await reader.got(2);
    assert.deepEqual(reader.data, ['0', '1']);
  }
  await beside.got(1);
  assert.deepEqual(beside.data, ['2'], 'beside the hub');
});

test('what a publisher of 1.0 may not send', async (t) => {
  const hub = await startMercure(t, atHub);
  const check = async (fields, status, names) => assertProblem(await hub.publishUpdate(fields), status, names);
  for (const topic of [PATH, `${PATH}/subscriptions/exact/a/b`, '/.well-known/%6Dercure/subscriptions', `${PATH}/../mercure`, `https://other.example.com${PATH}/x`,
    '/.well-known/x/%2e%2e/mercure/x', 'mercure/x', '#x', '?x', '*']) await check({topic: ['a', topic]}, 400, 'topic');
  await check({topic: 'a', type: 'mercure'}, 400, 'type');
  for (const character of ['\u0000', '\u007f', '\u0085', '\u200b', '\u{e0020}']) {
    await check({topic: `a${character}`}, 400, 'topic');
    await check({topic: 'a', id: `i${character}`}, 400, 'id');
    await check({topic: 'a', type: `t${character}`}, 400, 'type');
  }
  for (const id of ['#1', 'earliest']) await check({topic: 'a', id}, 400, 'id');
  for (const retry of ['1.5', '-1', '+1', ' 1', '1e3']) await check({topic: 'a', retry}, 400, 'retry');
  await check({topic: 'a'.repeat(1025)}, 413, 'topic');
  await check({topic: Array.from({length: 101}, (_, n) => `${n}`)}, 413, 'topic');
  await check({topic: 'a', id: 'i'.repeat(1025)}, 413, 'id');
  await check({topic: 'a', type: 't'.repeat(1025)}, 413, 'type');
  const reader = await hub.subscriber({match: 'a'});
  assert.equal((await hub.publishUpdate({topic: 'a', data: 'a\r\nevent: mercure\rid: x\u200b', unknown: 'x'})).status, 200);
  assert.deepEqual((await reader.got(1)).map(({event, data}) => [event, data]), [['message', 'a\nevent: mercure\nid: x\u200b']]);
});
