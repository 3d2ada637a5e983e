// sse-worker.auth.conf: nginx asks the application before each stream. What it asks, what the answer does, and what a client cannot
// do about it.
import assert from 'node:assert/strict';
import path from 'node:path';
import {test} from 'node:test';
import {question, startApplication} from '../lib/application.mjs';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {startHub} from '../lib/hub.mjs';
import {http2} from '../lib/http2.mjs';
import {startNginx} from '../lib/nginx.mjs';
import {freePort} from '../lib/port.mjs';
import {assertProblem} from '../lib/problem.mjs';
import {until} from '../lib/wait.mjs';

const origin = 'https://app.example.com';
const locations = 'sse-worker.auth.conf';
const data = (answer) => answer.frames.filter((frame) => frame.data !== undefined && frame.event !== 'gap').map((frame) => frame.data);
const answers = (status, headers = {}, body = '') => (request, response) => response.writeHead(status, headers).end(body);

// Users are known by the cookie `user`.
function grants(request, response) {
  const [, user] = /\buser=(\w+)/.exec(request.headers.cookie ?? '') ?? [];
  if (!user) return response.writeHead(401, {'WWW-Authenticate': 'Login realm="app"', 'Content-Type': 'text/html'}).end('<p>Log in');
  if (user === 'mallory') return response.writeHead(403).end();
  response.writeHead(204, {'X-Sse-Grant': `subscribe=user/${user}&publish=user/${user}&subject=${user}`}).end();
}
const as = (user, more = {}) => ({headers: {Cookie: `user=${user}`, ...more}});

const isRetry = (answer) => {
  assert.equal(answer.status, 200);
  assert.match(answer.header('content-type'), /^text\/event-stream/);
  assert.equal(answer.text, 'retry: 3000\n\n');
};

test('asked', async (t) => {
  const app = await startApplication(t, grants);
  const h2Port = await freePort();
  const server = `${question(app.port)} include snippets/sse-worker.auth-publish.conf; listen 127.0.0.1:${h2Port} http2;
    set_real_ip_from 127.0.0.1; real_ip_header X-Test-Address;`;
  const config = {access: {public: ['news'], origins: [origin]}};
  const hub = await startHub(t, config, {nginx: {server, locations, origins: [origin]}});
  const streams = async (where, more) => {
    const answer = await hub.nginx.http(where, more).head();
    assert.equal(answer.status, 200, answer.text);
    return answer;
  };

  await t.test('by GET, without a body, with the headers of the client', async () => {
    app.asked.length = 0;
    const answer = await streams('/events', {method: 'POST', ...as('alice', {'Content-Type': 'application/json'}), body: '{"topic":["user/alice","news"]}'});
    const [{method, url, headers, body}] = app.asked;
    assert.deepEqual([method, url, body, app.asked.length], ['GET', '/grant', 0, 1]);
    assert.equal(headers['content-length'], undefined);
    assert.equal(headers['transfer-encoding'], undefined);
    assert.equal(headers['x-original-method'], 'POST');
    assert.equal(headers['x-original-uri'], '/events');
    assert.equal(headers['x-forwarded-for'], '127.0.0.1');
    assert.equal(headers.cookie, 'user=alice');
    // The worker has got the body.
    await hub.publish({topic: 'user/alice', data: 'hers'});
    await until(() => data(answer).length > 0, 'an event');
    answer.leave();
    app.asked.length = 0;
    (await streams('/events?topic=news&x=%2F', as('alice', {'X-Original-URI': '/forged'}))).leave();
    assert.equal(app.asked[0].headers['x-original-uri'], '/events?topic=news&x=%2F');
    assert.ok(!app.asked[0].rawHeaders.includes('/forged'));
  });

  await t.test('the answer decides', async () => {
    (await streams('/events?topic=user/alice', as('alice'))).leave();
    assertProblem(await hub.nginx.fetch('/events?topic=user/alice', as('bob')), 403, /^topic: user\/alice is not covered/);
    // No grant in it: what is public.
    app.answer = answers(200, {}, 'a body');
    (await streams('/events?topic=news')).leave();
    assertProblem(await hub.nginx.fetch('/events?topic=user/alice'), 403);
    app.answer = answers(204, {'X-Sse-Grant': 'nonsense=1'});
    assertProblem(await hub.nginx.fetch('/events?topic=news'), 500, /X-Sse-Grant/);
    app.answer = grants;
  });

  await t.test('its 401 and 403 are JSON, with its challenge', async () => {
    const missing = await hub.nginx.fetch('/events?topic=user/alice');
    assertProblem(missing, 401, /WWW-Authenticate, if there is one/);
    assert.equal(missing.header('www-authenticate'), 'Login realm="app"');
    const refused = await hub.nginx.fetch('/events?topic=news', as('mallory', {Origin: origin}));
    assertProblem(refused, 403, /^The application that decides about access refuses this, or/);
    assert.equal(refused.header('access-control-allow-origin'), origin);
  });

  await t.test('no header of a client is a grant', async () => {
    const names = ['SSE-Grant', 'X-Sse-Grant', 'x-sse-grant', 'X-SSE-GRANT', 'X_Sse_Grant', 'SSE_GRANT', 'HTTP_X_SSE_GRANT', 'Sse-Handover', 'SSE_HANDOVER', 'X-Accel-Redirect'];
    for (const site of ['', 'underscores_in_headers on;', 'ignore_invalid_headers off;']) {
      const nginx = await startNginx(t, hub.worker.address, {server: `${question(app.port)} ${site}`, locations});
      const raw = names.flatMap((name) => [`${name}: subscribe=*`, `${name}: subscribe=user/alice`]).join('\r\n');
      const answer = await nginx.fetch('/events?topic=user/alice', as('bob', {'X-Filler': `x\r\n${raw}`}));
      assertProblem(answer, 403, /^topic: user\/alice is not covered/);
    }
    // Nor is one that the application sends twice: the first counts.
    app.answer = (request, response) => response.writeHead(204, [['X-Sse-Grant', 'subscribe=user/bob'], ['X-Sse-Grant', 'subscribe=*']].flat()).end();
    assertProblem(await hub.nginx.fetch('/events?topic=user/alice'), 403);
    app.answer = grants;
  });

  await t.test('over HTTP/2', async (t) => {
    const answer = await http2(t, h2Port, '/events?topic=user/alice', {cookie: 'user=alice'});
    assert.equal(answer.status, 200);
    await hub.publish({topic: 'user/alice', data: 'by 2'});
    await answer.reached(/^data: by 2$/m);
    const refused = await http2(t, h2Port, '/events?topic=user/alice', {cookie: 'user=bob', 'x-sse-grant': 'subscribe=*', 'sse-grant': 'subscribe=*'});
    assert.equal(refused.status, 403);
    assert.equal((await http2(t, h2Port, '/events?topic=user/alice')).status, 401);
  });

  await t.test('a preflight is answered, and the application is not asked', async () => {
    app.asked.length = 0;
    const headers = {Origin: origin, 'Access-Control-Request-Method': 'GET'};
    const answer = await hub.nginx.fetch('/events', {method: 'OPTIONS', headers});
    assert.equal(answer.status, 204);
    assert.equal(answer.header('access-control-allow-origin'), origin);
    assert.equal(answer.header('access-control-allow-methods'), 'GET, POST, HEAD');
    assert.equal((await hub.nginx.fetch('/user-publish', {method: 'OPTIONS', headers})).header('access-control-allow-methods'), 'POST');
    assert.deepEqual(app.asked, []);
  });

  await t.test('users publish what their grant allows, and pages of other sites do not', async () => {
    const publish = (topic, more, where = '/user-publish') => hub.nginx.fetch(where, {method: 'POST', ...more, body: `topic=${topic}&data=x`});
    const form = {'Content-Type': 'application/x-www-form-urlencoded', 'X-Test-Address': '192.0.2.7'};
    const answer = await publish('user/alice', as('alice', form));
    assert.equal(answer.status, 200, answer.text);
    assertProblem(await publish('user/alice', as('bob', form)), 403, /^topic: user\/alice may not be published/);
    assertProblem(await publish('user/alice', {headers: form}), 401);
    for (const other of ['https://evil.example', 'null', `https://${'127.0.0.1'}`, `http://127.0.0.1:${hub.port}0`])
      assertProblem(await publish('user/alice', as('alice', {...form, Origin: other})), 403, /^This request comes from a page of another origin/);
    for (const own of [origin, `http://127.0.0.1:${hub.port}`])
      assert.equal((await publish('user/alice', as('alice', {...form, Origin: own}))).status, 200);
    assertProblem(await publish('user/alice', as('alice', form), '/publish'), 403, /does not answer to the address/);
    app.answer = answers(302, {Location: '/login'});
    assertProblem(await publish('user/alice', as('alice', form)), 503, /^The application/);
    app.answer = grants;
  });

  await t.test('an application that fails costs no EventSource its life', async () => {
    for (const status of [302, 400, 404, 429, 500, 502, 503]) {
      app.answer = answers(status, {Location: '/login'});
      isRetry(await hub.nginx.fetch('/events?topic=news', {headers: {Accept: 'text/event-stream'}}));
      const poll = await hub.nginx.fetch('/events?topic=news&poll=1');
      assertProblem(poll, 503, /^The application/);
      assert.equal(poll.header('retry-after'), '3');
    }
    app.answer = answers(204, {'X-Sse-Grant': 'x'.repeat(2000)});
    isRetry(await hub.nginx.fetch('/events?topic=news'));
    assert.match(hub.nginx.errors, /too big header/);
    await app.stop();
    isRetry(await hub.nginx.fetch('/events?topic=news', as('alice')));
    assertProblem(await hub.nginx.fetch('/events?topic=news&poll=1', as('alice')), 503, /^The application/);
  });
});

test('the worker is away, the application is not', async (t) => {
  const app = await startApplication(t, grants);
  const nginx = await startNginx(t, path.join(temporaryDirectory(t), 'nobody.sock'), {server: question(app.port), locations});
  isRetry(await nginx.fetch('/events?topic=news', as('alice')));
  assertProblem(await nginx.fetch('/events?topic=news&poll=1', as('alice')), 503, /^The worker/);
  assertProblem(await nginx.fetch('/events?topic=news'), 401);
});

test('what a site sets for its pages gives nobody a grant', async (t) => {
  const app = await startApplication(t, answers(500));
  const hub = await startHub(t, {access: {public: []}});
  for (const site of ['error_page 401 403 500 502 503 =200 /oops.html; proxy_intercept_errors on;', 'satisfy any; allow all;', 'proxy_cache_path cache keys_zone=pages:1m; proxy_cache pages; proxy_cache_valid any 1h;']) {
    const nginx = await startNginx(t, hub.worker.address, {server: question(app.port), locations, site});
    app.answer = answers(500);
    isRetry(await nginx.fetch('/events?topic=a'));
    app.answer = answers(401);
    assertProblem(await nginx.fetch('/events?topic=a'), 401);
    app.answer = answers(204, {'X-Sse-Grant': 'subscribe=a'});
    const granted = await nginx.http('/events?topic=a').head();
    assert.equal(granted.status, 200);
    granted.leave();
    app.answer = answers(204, {'X-Sse-Grant': 'subscribe=b'});
    assertProblem(await nginx.fetch('/events?topic=a'), 403);
  }
  await app.stop();
  const nginx = await startNginx(t, hub.worker.address, {server: question(app.port), locations, site: 'error_page 500 502 503 504 =200 /oops.html;'});
  assertProblem(await nginx.fetch('/events?topic=a&poll=1'), 503, /^The application/);
});
