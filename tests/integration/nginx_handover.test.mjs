// sse-worker.handover.conf and sse-worker.application.conf: what nginx makes of an answer with X-Accel-Redirect, and what the
// client gets while the worker or the application is away.
import assert from 'node:assert/strict';
import path from 'node:path';
import {test} from 'node:test';
import {handover, startApplication} from '../lib/application.mjs';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {startHub} from '../lib/hub.mjs';
import {http2} from '../lib/http2.mjs';
import {startNginx} from '../lib/nginx.mjs';
import {freePort} from '../lib/port.mjs';
import {assertProblem} from '../lib/problem.mjs';
import {until} from '../lib/wait.mjs';

const away = (t) => path.join(temporaryDirectory(t), 'nobody.sock');
const data = (answer) => answer.frames.filter((frame) => frame.data !== undefined && frame.event !== 'gap').map((frame) => frame.data);
const origin = 'https://app.example.com';

// Whatever `more` says, with the redirect.
const redirect = (more = {}, to = '/_events?topic=mine', status = 200) => (request, response) =>
  response.writeHead(status, {'X-Accel-Redirect': to, 'Content-Length': 0, ...more}).end();

const isRetry = (answer) => {
  assert.equal(answer.status, 200);
  assert.match(answer.header('content-type'), /^text\/event-stream/);
  assert.equal(answer.text, 'retry: 3000\n\n');
};

test('handed over', async (t) => {
  const app = await startApplication(t, redirect());
  const h2Port = await freePort();
  const server = `listen 127.0.0.1:${h2Port} http2; ${handover(app.port)}`;
  const hub = await startHub(t, {access: {public: [], origins: [origin]}}, {nginx: {server, origins: [origin]}});
  const streams = async (more, where = '/chat') => {
    const answer = await hub.nginx.http(where, more).head();
    assert.equal(answer.status, 200, answer.text);
    return answer;
  };
  const gets = async (answer, text) => {
    await hub.publish({topic: 'mine', data: text});
    await until(() => data(answer).includes(text), 'the event');
    answer.leave();
  };

  await t.test('whatever the method and the status of the application', async () => {
    for (const [method, status] of [['GET', 200], ['POST', 201], ['PUT', 404], ['DELETE', 204], ['GET', 302]]) {
      app.answer = redirect({}, '/_events?topic=mine', status);
      await gets(await streams({method}), `${method} ${status}`);
    }
    app.answer = redirect();
    const head = await streams({method: 'HEAD'});
    assert.match(head.header('content-type'), /^text\/event-stream/);
    head.leave();
  });

  await t.test('the body of a POST, however long, is for the application alone', async () => {
    app.asked.length = 0;
    for (const bytes of [20_000, 900_000]) await gets(await streams({method: 'POST', body: 'x'.repeat(bytes)}), `${bytes}`);
    assert.deepEqual(app.asked.map(({body}) => body), [20_000, 900_000]);
    // 1 MB is what nginx lets through by itself: the application's location decides.
    assert.equal((await hub.nginx.fetch('/chat', {method: 'POST', headers: {'Content-Length': 2_000_000}})).status, 413);
  });

  await t.test('the application gets the whole request', async () => {
    app.asked.length = 0;
    const answer = await streams({headers: {Cookie: 'a=b', 'Last-Event-ID': 'earliest'}}, '/chat?x=1');
    assert.deepEqual([app.asked[0].method, app.asked[0].url, app.asked[0].headers.cookie], ['GET', '/chat?x=1', 'a=b']);
    answer.leave();
  });

  await t.test('an EventSource comes back to the application with its cursor', async () => {
    const before = await streams();
    await hub.publish({topic: 'mine', data: 'before'});
    const [{id}] = await before.events(1);
    before.leave();
    await hub.publish({topic: 'mine', data: 'after'});
    app.asked.length = 0;
    for (const [where, headers] of [['/chat', {'Last-Event-ID': id}], [`/chat?lastEventId=${id}`, {}]]) {
      const answer = await streams({headers}, where);
      await until(() => data(answer).length > 0, 'what comes behind the cursor');
      assert.deepEqual(data(answer), ['after']);
      answer.leave();
    }
    assert.deepEqual(app.asked.map(({url, headers}) => headers['last-event-id'] ?? url), [id, `/chat?lastEventId=${id}`]);
  });

  await t.test('over HTTP/2', async (t) => {
    const answer = await http2(t, h2Port, '/chat', {cookie: 'a=b'});
    assert.equal(answer.status, 200);
    await hub.publish({topic: 'mine', data: 'by 2'});
    await answer.reached(/^data: by 2$/m);
  });

  await t.test('the client chooses no topic and no grant', async () => {
    const headers = Object.fromEntries(['SSE-Grant', 'X-Sse-Grant', 'x-sse-grant', 'SSE-Handover', 'X-Accel-Redirect'].map((name) => [name, 'subscribe=*']));
    const answer = await streams({headers}, '/chat?topic=other');
    await hub.publish({topic: 'other', data: 'not his'});
    await gets(answer, 'his');
    assert.deepEqual(data(answer), ['his']);
    assert.equal((await hub.nginx.fetch('/_events?topic=mine')).status, 404);
    assert.equal((await hub.nginx.fetch('/events?topic=mine', {headers})).status, 401);
  });

  await t.test('the grant of the application ends the stream', async () => {
    app.answer = redirect({'X-Sse-Grant': `subject=alice&expires=${Math.floor(Date.now() / 1000) + 2}`});
    const answer = await streams();
    await answer.done(20_000);
    assert.equal(answer.frames.at(-1).event, 'expired');
    app.answer = redirect({'X-Sse-Grant': 'nonsense=1'});
    assertProblem(await hub.nginx.fetch('/chat'), 500, /X-Sse-Grant/);
    app.answer = redirect();
  });

  await t.test('of the headers of the application cookies and caching are kept; the type and CORS are those of the worker', async () => {
    app.answer = redirect({'Set-Cookie': ['a=1', 'b=2'], 'Cache-Control': 'private', 'Content-Type': 'text/html; charset=iso-8859-1',
      'Access-Control-Allow-Origin': 'https://other.example', Vary: 'Cookie', 'X-Own': 'lost'});
    const answer = await streams({headers: {Origin: origin}});
    assert.equal(answer.header('set-cookie'), 'a=1, b=2');
    assert.equal(answer.header('cache-control'), 'private, no-cache, no-transform');
    assert.equal(answer.header('content-type'), 'text/event-stream; charset=utf-8');
    assert.equal(answer.header('access-control-allow-origin'), origin);
    assert.equal(answer.header('access-control-allow-credentials'), 'true');
    assert.equal(answer.header('x-own'), undefined);
    answer.leave();
    app.answer = redirect();
  });

  await t.test('what the application does not hand over passes unchanged', async () => {
    app.answer = (request, response) => response.writeHead(403, {'X-Own': 'yes'}).end('no');
    const refused = await hub.nginx.fetch('/chat');
    assert.deepEqual([refused.status, refused.header('x-own'), refused.text], [403, 'yes', 'no']);
    app.answer = redirect();
  });

  await t.test('an application that fails costs no EventSource its life', async () => {
    for (const status of [500, 502, 503, 504, 429]) {
      app.answer = (request, response) => response.writeHead(status).end('failed');
      isRetry(await hub.nginx.fetch('/chat', {headers: {Accept: 'text/event-stream'}}));
      const poll = await hub.nginx.fetch('/chat?poll=1');
      assertProblem(poll, status === 429 ? 429 : 503);
      assert.equal(poll.header('retry-after'), '3');
    }
    app.answer = redirect({'X-Own': 'x'.repeat(2000)});
    isRetry(await hub.nginx.fetch('/chat'));
    assert.match(hub.nginx.errors, /too big header/);
    await app.stop();
    isRetry(await hub.nginx.fetch('/chat'));
    assertProblem(await hub.nginx.fetch('/chat?poll=1'), 503, /^The application/);
  });
});

test('an application that is not trusted hands nothing over', async (t) => {
  const app = await startApplication(t, redirect());
  const server = `${handover(app.port)} location /other { proxy_pass http://127.0.0.1:${app.port}; proxy_ignore_headers X-Accel-Redirect; }`;
  const nginx = await startNginx(t, away(t), {server});
  const answer = await nginx.fetch('/other');
  assert.deepEqual([answer.status, answer.text], [200, '']);
});

test('the worker is away: an EventSource comes back, a long poll gets 503', async (t) => {
  const app = await startApplication(t, redirect({'Set-Cookie': 'a=1'}));
  const nginx = await startNginx(t, away(t), {server: handover(app.port)});
  for (const method of ['GET', 'POST']) isRetry(await nginx.fetch('/chat', {method}));
  app.answer = redirect({}, '/_events?topic=mine&poll=25');
  assertProblem(await nginx.fetch('/chat'), 503, /^The worker/);
});
