// GET and POST /events by URI templates: what they select, live and from the history, what they need, and what is refused.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {handover, startApplication} from '../lib/application.mjs';
import {configText, startHub} from '../lib/hub.mjs';
import {startMercure} from '../lib/mercure.mjs';
import {assertProblem} from '../lib/problem.mjs';
import {readerToken, readersOf} from '../lib/tokens.mjs';
import {assertTurnedAway} from '../lib/turned_away.mjs';
import {until} from '../lib/wait.mjs';

const books = 'https://example.com/books/{id}';
const book = (id) => `https://example.com/books/${id}`;
const post = (hub, body, type = 'application/json') =>
  hub.nginx.fetch('/events?poll=0', {method: 'POST', headers: {'Content-Type': type}, body: typeof body === 'string' ? body : JSON.stringify(body)});

test('a template selects, live and from the history, beside topics and patterns', async (t) => {
  const hub = await startHub(t);
  await hub.publishAll([{topic: book(1), data: '1'}, {topic: `${book(1)}/pages`, data: 'below'}, {topic: [book(2), 'other'], data: '2'}]);
  const all = await hub.read({template: [books, 'orders/{id}{?page}'], topic: ['news', 'users/*'], lastEventId: 'earliest'});
  await all.got(2);
  await hub.publishAll([
    {topic: 'orders/1?page=2', data: '3'},
    {topic: 'orders/1/2', data: 'below'},
    {topic: 'news', data: '4'},
    {topic: 'users/1', data: '5'},
    {topic: books, data: '6'},
    {topic: [book(3), 'news', 'users/2'], data: '7'},
  ]);
  await all.got(7);
  assert.deepEqual(all.data, ['1', '2', '3', '4', '5', '6', '7'], 'each once, and in order');
  const resumed = await hub.read({template: books}, {cursor: all.events[3].id});
  await resumed.got(2);
  assert.deepEqual(resumed.data, ['6', '7']);
  const name = await hub.ask({topic: books}).head();
  await hub.publish({topic: books, data: 'x'});
  await name.events(1);
  assert.match(name.text, /: topic \S+ is a name; for a URI template use template=\n/);
  name.leave();
});

test('a long poll by template names the topics, and its address of a stream is the same subscription', async (t) => {
  const hub = await startHub(t);
  await hub.publish({topic: [book(1), 'secret'], data: 'x'});
  const {body} = await hub.poll({template: books, lastEventId: 'earliest'});
  assert.deepEqual(body.events.map(({data, topics}) => [data, topics]), [['x', [book(1)]]]);
  assert.match(body.stream, /^\/events\?template=/);
  const stream = await hub.read(body.stream.slice('/events?'.length));
  await hub.publish({topic: book(2), data: 'y'});
  await stream.got(1);
  assert.deepEqual(stream.data, ['y']);
  for (const [sent, type] of [[{template: books, lastEventId: 'earliest'}], [{template: [books], topic: null, lastEventId: 'earliest'}], [`template=${encodeURIComponent(books)}&lastEventId=earliest`, 'application/x-www-form-urlencoded']]) {
    const answer = await post(hub, sent, type);
    assert.deepEqual(answer.json.events.map(({data}) => data), ['x', 'y'], answer.text);
  }
});

test('what is no template is refused, and says where', async (t) => {
  const hub = await startHub(t);
  const refused = async (query, detail) => assertProblem(await hub.nginx.fetch(`/events?${query}`), 400, detail);
  await refused('template=a/{id', /^template: the URI template a\/\{id has a \{ at byte 2 that is never closed/);
  await refused('template=a/{b{c}}', /^template: .* cannot be nested/);
  await refused('template=a/id}', /^template: a\/id\} has no expression/);
  await refused('template=orders/*', /^template: orders\/\* has no expression such as \{id\}; ask for names, and for patterns such as orders\/\*, with topic$/);
  await refused('template=$stats{x}', /^template: .* is reserved/);
  await refused('topic=$stats&template={x}', 'topic');
  await refused('template=', /^template: must not be empty$/);
  await refused('tempate={x}', /did you mean template\?$/);
  await refused(Array.from({length: 11}, (_, n) => `template=a${n}/{x}`).join('&'), /11 patterns and templates .*streams\.patterns_max/);
  assertProblem(await post(hub, {template: 7}), 400, 'template');
  assertProblem(await post(hub, {template: []}), 400, 'template');
  assertProblem(await post(hub, {template: ['{x}', 7]}), 400, 'template');
  // Sizes that somebody sends to see what happens.
  for (const text of ['{x}'.repeat(3_400), `{${'x,'.repeat(5_000)}x}`, '{'.repeat(10_000), `{x}${'y'.repeat(10_000)}`])
    assertProblem(await post(hub, {template: text}), 400, 'template');
  assertProblem(await post(hub, {template: Array.from({length: 5_000}, () => '{x}')}), 400, 'topic');
  assertProblem(await post(hub, {template: '{x}'.repeat(21)}), 400, /more than 20 expressions/);
  assert.equal(await hub.metric('sse_worker_templates'), 0, 'none of them stays');
});

test('a template needs what a pattern needs', async (t) => {
  const hub = await startHub(t, JSON.parse(readersOf({public: ['open/*']})));
  const as = (claims) => ({authorization: readerToken('alice', [], 600, claims)});
  const ask = (query) => hub.nginx.fetch(`/events?${new URLSearchParams(query)}`);
  await hub.read({template: 'open/{id}'});
  assertProblem(await ask({template: books}), 401);
  assertProblem(await ask({template: '{+all}'}), 401);
  const granted = as({mercure: {subscribe: [books]}});
  const reader = await hub.read({template: books, ...granted});
  const pattern = await hub.read({template: books, authorization: readerToken('bob', ['https://example.com/*'])});
  assertProblem(await ask({template: 'https://example.com/books/{other}', ...granted}), 403, /https:\/\/example\.com\/books\/\{other\} is not covered/);
  await hub.publish({topic: book(1), data: 'private', private: true});
  await hub.publish({topic: book(1), data: 'public'});
  for (const each of [reader, pattern]) {
    await each.got(2);
    assert.deepEqual(each.data, ['private', 'public']);
  }
});

test('a template that an application hands over needs a pattern of its grant', async (t) => {
  let grant = {};
  const app = await startApplication(t, (request, response) => response
    .writeHead(200, {'X-Accel-Redirect': `/_events?template=${encodeURIComponent(books)}`, 'Content-Length': 0, ...grant}).end());
  const hub = await startHub(t, {access: {public: []}}, {nginx: {server: handover(app.port)}});
  assertProblem(await hub.nginx.fetch('/chat'), 403, /https:\/\/example\.com\/books\/\{id\} is not covered/);
  grant = {'X-Sse-Grant': `subscribe=${encodeURIComponent('https://example.com/books/*')}&subject=alice`};
  const reader = await hub.reader('', {path: '/chat'}).opened();
  await hub.publish({topic: book(1), data: 'x', private: true});
  await reader.got(1);
});

test('as many different templates as streams.templates_max, and one more', async (t) => {
  const hub = await startHub(t, {streams: {templates_max: 2}});
  const reached = () => hub.metric('sse_worker_limit_reached_total', {key: 'streams.templates_max'});
  const used = () => hub.metric('sse_worker_templates');
  const first = await hub.read({template: 'a/{x}'});
  await hub.read({template: ['a/{x}', 'b/{x}']});
  assert.equal(await used(), 2);
  assert.equal(await reached(), 0);
  const over = hub.ask({template: 'c/{x}'});
  assertTurnedAway(await over.done());
  const poll = await hub.nginx.fetch('/events?template=c/{x}&poll=0');
  assertProblem(poll, 503, /streams\.templates_max/);
  assert.ok(Number(poll.header('retry-after')) >= 1);
  assert.equal(await reached(), 2);
  await hub.read({template: 'b/{x}'});
  first.leave();
  fs.writeFileSync(path.join(hub.worker.directory, 'sse-worker.yaml'), configText({streams: {templates_max: 3}}));
  hub.worker.process.kill('SIGHUP');
  await hub.worker.process.says('stderr', /reloaded: /);
  const late = await hub.read({template: 'c/{x}'});
  await hub.publish({topic: 'c/1', data: 'x'});
  await late.got(1);
  late.leave();
  await until(async () => (await used()) === 2, 'those that nobody reads are gone');
});

test('a client of Mercure comes back when there is no room for its template', async (t) => {
  const hub = await startMercure(t, {anonymous: true}, {streams: {templates_max: 1}});
  await hub.read({template: 'a/{x}'});
  assertTurnedAway(await hub.nginx.http('/.well-known/mercure?topic=b/{x}').done());
  assert.equal(await hub.metric('sse_worker_limit_reached_total', {key: 'streams.templates_max'}), 1);
});

test('Mercure and /events share templates', async (t) => {
  const hub = await startMercure(t);
  const here = await hub.subscriber({topic: books});
  const there = await hub.read({template: books});
  assert.equal(await hub.metric('sse_worker_templates'), 1);
  await hub.publish({topic: book(1), data: 'x'});
  for (const each of [here, there]) await each.got(1);
});
