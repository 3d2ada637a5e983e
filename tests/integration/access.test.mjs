// Who may publish, and who may read metrics, $stats and the details of /healthz: one table of credentials and headers, through
// the real nginx with the shipped files, and once more at the FastCGI socket, as behind a web server that checks nothing.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {configText, startHub} from '../lib/hub.mjs';
import {assertProblem} from '../lib/problem.mjs';
import {startWorker} from '../lib/worker.mjs';
import {until} from '../lib/wait.mjs';

const key = 'correct horse';
const right = {Authorization: `Bearer ${key}`};
const wrong = {Authorization: 'Bearer nonsense'};
const other = {Authorization: 'Basic Y29ycmVjdA=='};
const page = 'https://app.example.com';

// Headers, and what each path answers to them where there is no key: `publish`, `metrics` (and $stats), each 200 or 401.
const rows = [
  ['curl on this machine', {}, 200, 200],
  ...['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'Via', 'CF-Connecting-IP', 'True-Client-IP', 'X-Forwarded-Host', 'X-Forwarded-Proto',
    'X-Client-IP', 'Fly-Client-IP'].map((name) => [name, {[name]: '127.0.0.1'}, 401, 401]),
  ['the page of this worker', {'Sec-Fetch-Site': 'same-origin', Origin: 'http://HOST'}, 200, 200],
  ['an address that somebody typed', {'Sec-Fetch-Site': 'none'}, 200, 200],
  ['a page of another site', {'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example'}, 401, 200],
  ['its form', {'Sec-Fetch-Site': 'cross-site', Origin: 'null'}, 401, 200],
  ['a page on another port', {'Sec-Fetch-Site': 'same-site', Origin: 'http://127.0.0.1:1'}, 401, 200],
  ['an older browser, the same origin', {Origin: 'http://HOST'}, 200, 200],
  ['an older browser, another origin', {Origin: 'https://evil.example'}, 401, 200],
  ['an older browser, a sandboxed page', {Origin: 'null'}, 401, 200],
  ['a listed origin', {'Sec-Fetch-Site': 'cross-site', Origin: page}, 200, 200],
  ['localhost by name', {Host: 'localhost:8080'}, 200, 200],
  ['IPv6 by address', {Host: '[::1]:8080'}, 200, 200],
  ['a name that resolves to this machine', {Host: 'evil.example'}, 401, 401],
  ['the same, from its own page', {Host: 'evil.example', Origin: 'http://evil.example', 'Sec-Fetch-Site': 'same-origin'}, 401, 401],
  ['the name of the site', {Host: 'events.example.org'}, 200, 200],
  ['the name of a listed origin', {Host: 'app.example.com'}, 200, 200],
];

// Each path with these headers: its status, and what a 401 has to say.
async function answers(fetch, headers) {
  const ask = async (where, more = {}) => {
    const answer = await fetch(where, {...more, headers: {...headers, ...more.headers}});
    if (answer.status !== 401) return answer.status;
    assert.equal(answer.header('content-type'), 'application/problem+json');
    if (more.method !== 'HEAD') {
      assert.match(answer.json.detail, /publish\.key|configured key/, 'it says what to change');
      assert.ok(!answer.text.includes(key));
    }
    const credential = /^Bearer [^ ]/.test(headers.Authorization ?? '');
    assert.equal(answer.header('www-authenticate'), credential ? 'Bearer error="invalid_token"' : 'Bearer');
    return 401;
  };
  return [
    await ask('/publish', {method: 'POST', headers: {'Content-Type': 'application/x-www-form-urlencoded'}, body: 'topic=t&data=x'}),
    await ask('/metrics'),
    await ask('/events?topic=$stats', {method: 'HEAD'}),
  ];
}

const hosted = (headers, host) => Object.fromEntries(Object.entries({Host: host, ...headers}).map(([name, value]) => [name, value.replace('HOST', host)]));

const access = {origins: [page]};
const server = 'server_name events.example.org;';

test('through nginx', async (t) => {
  const hub = await startHub(t, {access}, {nginx: {server}});
  const host = `127.0.0.1:${hub.port}`;
  for (const [name, headers, publish, metrics] of rows) {
    await t.test(`without a key: ${name}`, async () => {
      assert.deepEqual(await answers((where, more) => hub.nginx.fetch(where, more), hosted(headers, host)), [publish, metrics, metrics]);
    });
  }
  await t.test('a wrong credential opens nothing, and shuts nothing', async () => {
    const forwarded = {'X-Forwarded-For': '127.0.0.1', ...wrong};
    assert.deepEqual(await answers((where, more) => hub.nginx.fetch(where, more), hosted(forwarded, host)), [401, 401, 401]);
    assert.deepEqual(await answers((where, more) => hub.nginx.fetch(where, more), hosted(wrong, host)), [200, 200, 200]);
  });
  await t.test('the refusal names the header', async () => {
    const answer = await hub.form('topic=t', {headers: {'X-Forwarded-For': '1', ...wrong}});
    assertProblem(answer, 401, /^This request was forwarded by a proxy \(X-Forwarded-For\): publishing then needs a key\. Set publish\.key /);
  });
  await t.test('details of /healthz', async () => {
    const details = async (headers) => 'streams' in (await hub.nginx.fetch('/healthz', {headers: hosted(headers, host)})).json;
    assert.equal(await details({}), true);
    for (const headers of [{Via: 'x'}, {Host: 'evil.example'}, {'X-Forwarded-For': '127.0.0.1'}]) assert.equal(await details(headers), false);
  });

  fs.writeFileSync(path.join(hub.worker.directory, 'sse-worker.yaml'), configText({access, publish: {key}}));
  hub.worker.process.kill('SIGHUP');
  await until(() => /reloaded: /.test(hub.worker.process.stderr), 'the key is in force');
  for (const [name, headers, , metrics] of rows) {
    await t.test(`with a key: ${name}`, async () => {
      const ask = (more) => answers((where, other) => hub.nginx.fetch(where, other), hosted({...headers, ...more}, host));
      assert.deepEqual(await ask({}), [401, metrics, metrics]);
      assert.deepEqual(await ask(other), [401, metrics, metrics]);
      assert.deepEqual(await ask(wrong), [401, metrics, metrics]);
      assert.deepEqual(await ask(right), [200, 200, 200]);
    });
  }
});

// As FastCGI parameters: only this worker is there to refuse.
test('at the FastCGI socket', async (t) => {
  const worker = await startWorker(t, {config: configText({access})});
  const fetch = (where, {method = 'GET', headers, body} = {}) => {
    const parameters = {REQUEST_METHOD: method, REMOTE_ADDR: '127.0.0.1', SSE_WORKER_SITE_NAME: 'events.example.org'};
    for (const [name, value] of Object.entries(headers)) {
      if (name === 'Content-Type') parameters.CONTENT_TYPE = value;
      else parameters[`HTTP_${name.toUpperCase().replaceAll('-', '_')}`] = value;
    }
    const [place, query = ''] = where.split('?');
    return worker.fetch(place, {parameters: {...parameters, QUERY_STRING: query}, body});
  };
  for (const [name, headers, publish, metrics] of rows) {
    await t.test(name, async () => assert.deepEqual(await answers(fetch, hosted(headers, '127.0.0.1:8080')), [publish, metrics, metrics]));
  }
});

test('the key comes from a file, and is read again by a reload', async (t) => {
  const hub = await startHub(t);
  const file = path.join(hub.worker.directory, 'publish.key');
  const settings = path.join(hub.worker.directory, 'sse-worker.yaml');
  const reload = async (said) => {
    const before = hub.worker.process.stderr.length;
    hub.worker.process.kill('SIGHUP');
    await until(() => said.test(hub.worker.process.stderr.slice(before)), String(said));
  };
  const publish = (more) => hub.form('topic=t', {headers: {Authorization: `Bearer ${more}`}});

  fs.writeFileSync(settings, configText({publish: {key_file: file}}));
  await reload(/reload failed.*publish\.key_file: there is no file .*publish\.key; make one with/);
  assert.equal((await hub.form('topic=t')).status, 200, 'the old configuration stays in force');
  fs.writeFileSync(file, 'first\n', {mode: 0o640});
  await reload(/reloaded: /);
  assertProblem(await hub.form('topic=t'), 401);
  assert.equal((await publish('first')).status, 200);
  fs.writeFileSync(file, 'second\n');
  await reload(/reloaded: /);
  assertProblem(await publish('first'), 401);
  assert.equal((await publish('second')).status, 200);
  fs.writeFileSync(file, '\n');
  await reload(/reload failed.*publish\.key is empty/);
  assert.equal((await publish('second')).status, 200, 'an empty file opens nothing');
  fs.writeFileSync(file, 'third\n');
  fs.chmodSync(file, 0o644);
  await reload(/publish\.key_file: every user of this machine can read .*publish\.key\. As root: /);
  assert.ok(!hub.worker.process.stderr.includes('third'));
});
