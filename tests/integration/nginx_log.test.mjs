// Tokens in addresses are in no line of the access log, whatever answers the request; and the format for sites that want the line.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {handover, question, startApplication} from '../lib/application.mjs';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {startHub} from '../lib/hub.mjs';
import {http2} from '../lib/http2.mjs';
import {startNginx} from '../lib/nginx.mjs';
import {freePort} from '../lib/port.mjs';
import {until} from '../lib/wait.mjs';

const token = 'eyJhbGciOiJIUzI1NiJ9.c2VjcmV0.c2lnbmF0dXJl';
const queries = [`authorization=${token}`, `topic=a&authorization=${token}`, `authorization=${token}&topic=a`, `resume=${token}&topic=a`,
  `topic=a&authorization=${token}&topic=b&resume=${token}`, `access_token=${token}`, `%61uthorization=${token}`, `a=?authorization=${token}`];
const log = (nginx) => fs.readFileSync(path.join(nginx.directory, 'access.log'), 'utf8');
const redirects = (request, response) =>
  request.url.startsWith('/grant') ? response.writeHead(204, {'X-Sse-Grant': 'subscribe=a'}).end() : response.writeHead(200, {'X-Accel-Redirect': '/_events?topic=a&poll=0'}).end();

// Asks everything, then something whose line is written behind all of theirs.
async function ask(nginx, path = '/events') {
  for (const query of queries)
    for (const more of [{}, {headers: {Accept: 'text/event-stream'}}, {method: 'OPTIONS'}, {method: 'POST'}, {headers: {'Content-Length': 2_000_000}, method: 'POST'}])
      await nginx.fetch(`${path}?${query}&poll=0`, more);
  await nginx.fetch('/none?last=1');
  await until(() => log(nginx).includes('/none?last=1'), 'the last line');
}

test('no line of a request with a token is written', async (t) => {
  const app = await startApplication(t, redirects);
  const hub = await startHub(t, {access: {public: []}});
  const nobody = path.join(temporaryDirectory(t), 'nobody.sock');
  for (const socket of [hub.worker.address, nobody]) {
    for (const locations of ['sse-worker.locations.conf', 'sse-worker.auth.conf']) {
      const h2Port = await freePort();
      const server = `access_log access.log combined; ${locations.includes('auth') ? question(app.port) : ''} ${handover(app.port)} include snippets/sse-worker.refusals.conf; listen 127.0.0.1:${h2Port} http2;`;
      const nginx = await startNginx(t, socket, {server, locations});
      await nginx.fetch(`/events?topic=a&poll=0`);
      const {done} = await http2(t, h2Port, `/events?topic=a&poll=0&authorization=${token}`);
      await done();
      await nginx.fetch(`/events?authorization=${token}`, {headers: {'X-Long': 'x'.repeat(40_000)}});
      await ask(nginx);
      await ask(nginx, '/chat');
      assert.ok(!log(nginx).includes('c2VjcmV0'), log(nginx));
      assert.match(log(nginx), /"GET \/events\?topic=a&poll=0 HTTP\/1.1"/);
    }
  }
});

test('the format sse_worker has - in its place', async (t) => {
  const hub = await startHub(t, {access: {public: []}}, {nginx: {server: 'access_log access.log sse_worker; location = /logged { return 204; }'}});
  const shown = {
    'a=b': 'a=b',
    [`authorization=${token}`]: 'authorization=-',
    [`topic=a&authorization=${token}&topic=b`]: 'topic=a&authorization=-&topic=b',
    [`topic=a&resume=${token}`]: 'topic=a&resume=-',
    [`resume=${token}&authorization=${token}`]: '-',
    [`topic=a&%61uthorization=${token}`]: 'topic=a&%61uthorization=-',
    'myauthorization=x': 'myauthorization=x',
  };
  for (const query of Object.keys(shown)) await hub.nginx.fetch(`/logged?${query}`);
  await until(() => log(hub.nginx).split('\n').length > Object.keys(shown).length, 'all lines');
  const lines = log(hub.nginx).trim().split('\n');
  assert.deepEqual(lines.map((line) => assert.ok(line.includes('/logged')) ?? /"GET \/logged\?(.*?) HTTP\/1\.1" 204 0 "-" "-"$/.exec(line)?.[1] ?? line), Object.values(shown));
});

// nginx stops an expression that takes too many steps (pcre2_match() failed), and the line then has the tokens.
test('the format has no token of an address on which an expression would take many steps', async (t) => {
  const {nginx} = await startHub(t, {access: {public: []}}, {nginx: {server: 'large_client_header_buffers 4 16k; access_log access.log sse_worker; location = /logged { return 204; }'}});
  const long = 15_000;
  const fillings = ['?'.repeat(long), '%'.repeat(long), '?%'.repeat(long / 2), '&%'.repeat(long / 2), '&a=%25'.repeat(long / 6), '&%25=x'.repeat(long / 6), 'a%&'.repeat(long / 3), '&a=?%'.repeat(long / 5)];
  for (const filling of fillings) await nginx.fetch(`/logged?authorization=${token}&resume=${token}&${filling}&a=b`);
  await nginx.fetch('/logged?last=1');
  await until(() => log(nginx).includes('last=1'), 'the last line');
  assert.equal(log(nginx).trim().split('\n').length, fillings.length + 1);
  assert.ok(!log(nginx).includes('c2VjcmV0'), 'a token is in the log');
  assert.doesNotMatch(nginx.errors, /pcre2?_/);
});
