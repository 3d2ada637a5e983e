// Pages of other origins (access.origins): every answer says the same to them, whether the worker gives it or nginx in its place.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {configText, startHub} from '../lib/hub.mjs';
import {until} from '../lib/wait.mjs';

const page = 'https://app.example.com';
const exposed = 'Accept-Encoding, Allow, Last-Event-ID, Link, Mercure-Last-Event-ID, Retry-After, WWW-Authenticate';
const key = {Authorization: 'Bearer secret'};
const form = {'Content-Type': 'application/x-www-form-urlencoded'};
const keyed = {...form, ...key};

// The CORS headers of an answer, in one object.
function cors(answer) {
  const names = ['allow-origin', 'allow-credentials', 'expose-headers', 'allow-methods', 'allow-headers', 'max-age'];
  const all = Object.fromEntries(names.map((name) => [name, answer.header(`access-control-${name}`)]));
  return {...all, vary: answer.header('vary')};
}

const none = {'allow-origin': undefined, 'allow-credentials': undefined, 'expose-headers': undefined, 'allow-methods': undefined, 'allow-headers': undefined, 'max-age': undefined};
const foreign = {...none, vary: 'Origin'};
const allowed = {...foreign, 'allow-origin': page, 'allow-credentials': 'true', 'expose-headers': exposed};
const anyone = {...allowed, 'allow-origin': '*', 'allow-credentials': undefined};
const preflight = (methods) => ({...allowed, 'allow-methods': methods, 'max-age': '7200',
  'allow-headers': 'Authorization, Cache-Control, Content-Encoding, Content-Type, Last-Event-ID'});

// The status from the worker, and that from nginx while the worker is down.
const requests = [
  ['a stream', '/events?topic=a', {}, 200, 200],
  ['the greeting', '/events', {}, 200, 200],
  ['its head alone', '/events?topic=a', {method: 'HEAD'}, 200, 200],
  ['a long poll', '/events?topic=a&poll=0', {}, 200, 503],
  ['a subscription by POST', '/events', {method: 'POST', headers: form, body: 'topic=a&poll=0'}, 200, 503],
  ['a closed topic', '/events?topic=over&lastEventId=LAST', {}, 204, 200],
  ['a wrong parameter', '/events?topics=a', {}, 400, 200],
  ['a publish', '/publish', {method: 'POST', headers: keyed, body: 'topic=a&data=x'}, 200, 503],
  ['a wrong publish', '/publish', {method: 'POST', headers: keyed, body: 'data=x'}, 400, 503],
  ['a body of another type', '/publish', {method: 'POST', headers: {...key, 'Content-Type': 'text/x'}, body: 'x'}, 415, 503],
  ["a body over the worker's limit", '/publish', {method: 'POST', headers: form, body: 'x'.repeat(3000)}, 413, 503],
  ['a publish without the key', '/publish', {method: 'POST', headers: form, body: 'topic=a'}, 401, 503],
  ['a forwarded publish', '/publish', {method: 'POST', headers: {...form, Via: 'x'}, body: 'topic=a'}, 401, 401],
  ["a body over nginx' limit", '/events', {method: 'POST', headers: {...form, 'Content-Length': '600000'}}, 413, 413],
  ['another method', '/publish', {method: 'DELETE'}, 405, 503],
  ['health', '/healthz', {}, 200, 503],
  ['metrics', '/metrics', {}, 200, 503],
];

async function start(t, origins) {
  const config = {access: {origins}, publish: {key: 'secret'}, fastcgi: {body_bytes_max: 2000}, greeting: {duration_seconds: 0.1}};
  const hub = await startHub(t, config, {nginx: {origins: [origins].flat()}});
  hub.headers = key;
  await hub.publish({topic: 'a', data: 'x'});
  hub.last = await hub.publish({topic: 'over', close: true});
  return hub;
}

// The head of the answer; it may be a stream.
async function ask(hub, where, {headers, ...more}, origins) {
  const answer = hub.nginx.http(where.replace('LAST', hub.last), {...more, headers: {...headers, ...origins}});
  await answer.head();
  answer.leave();
  return answer;
}

const askers = [
  ['an allowed origin', {Origin: page}, allowed],
  ['a foreign origin', {Origin: 'https://evil.example'}, foreign],
  ['the same name, another scheme', {Origin: 'http://app.example.com'}, foreign],
  ['a sandboxed page', {Origin: 'null'}, foreign],
  ['an endless origin', {Origin: page.padEnd(6000, 'a')}, foreign],
  ['no origin', {}, foreign],
];

test('the worker and nginx say the same', async (t) => {
  const hub = await start(t, [page, 'http://localhost:3000']);
  for (const down of [false, true]) {
    if (down) await hub.worker.stop('SIGKILL');
    for (const [name, where, more, byWorker, byNginx] of requests) {
      for (const [who, headers, expected] of askers) {
        await t.test(`${down ? 'nginx' : 'the worker'}: ${name}: ${who}`, async () => {
          const answer = await ask(hub, where, more, headers);
          assert.equal(answer.status, down ? byNginx : byWorker);
          assert.deepEqual(cors(answer), expected);
        });
      }
    }
    for (const [where, methods] of [['/events', 'GET, POST, HEAD'], ['/publish', 'POST'], ['/events?topic=a&poll=3', 'GET, POST, HEAD']]) {
      const asking = {'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization,content-type'};
      for (const [who, headers, expected] of askers) {
        await t.test(`${down ? 'nginx' : 'the worker'}: preflight ${where}: ${who}`, async () => {
          const answer = await ask(hub, where, {method: 'OPTIONS', headers: asking}, headers);
          assert.equal(answer.status, 204);
          assert.equal(answer.header('allow'), methods);
          assert.deepEqual(cors(answer), expected === allowed ? preflight(methods) : expected);
        });
      }
    }
  }
});

test('a publish through a proxy, from a page with a key: its preflight has none', async (t) => {
  const hub = await start(t, [page]);
  const answer = await ask(hub, '/publish', {method: 'OPTIONS', headers: {'X-Forwarded-For': '1', 'Access-Control-Request-Method': 'POST'}}, {Origin: page});
  assert.deepEqual([answer.status, cors(answer)], [204, preflight('POST')]);
});

test('a poll that waits has them, too, whatever a reload says meanwhile', async (t) => {
  const hub = await start(t, [page]);
  const waiting = hub.nginx.http(`/events?topic=a&poll=30&lastEventId=${hub.last}`, {headers: {Origin: page}});
  await until(async () => (await hub.nginx.fetch('/healthz')).json.streams === 1, 'it waits');
  fs.writeFileSync(path.join(hub.worker.directory, 'sse-worker.yaml'), configText({publish: {key: 'secret'}}));
  hub.worker.process.kill('SIGHUP');
  await until(() => /reloaded: /.test(hub.worker.process.stderr), 'the new file is in force');
  await hub.publish({topic: 'a', data: 'y'});
  const answer = await waiting.done();
  assert.deepEqual([answer.status, answer.json.events.length, cors(answer)], [200, 1, allowed]);
});

test('all origins: without credentials', async (t) => {
  const hub = await start(t, '*');
  for (const down of [false, true]) {
    if (down) await hub.worker.stop('SIGKILL');
    for (const headers of [{Origin: page}, {Origin: 'https://evil.example'}, {}]) {
      assert.deepEqual(cors(await ask(hub, '/events?topic=a&poll=0', {}, headers)), anyone);
    }
  }
  assert.equal((await ask(hub, '/events?topic=a', {}, {Origin: page})).status, 200);
});

test('two Origin headers are none', async (t) => {
  const hub = await start(t, [page]);
  const answer = await ask(hub, '/events?topic=a', {}, {Origin: page, origin: page});
  assert.deepEqual(cors(answer), foreign);
});

test('no origins, no header; a reload adds and removes them', async (t) => {
  const hub = await startHub(t);
  const reload = async (settings) => {
    const before = hub.worker.process.stderr.length;
    fs.writeFileSync(path.join(hub.worker.directory, 'sse-worker.yaml'), configText(settings));
    hub.worker.process.kill('SIGHUP');
    await until(() => /reloaded: /.test(hub.worker.process.stderr.slice(before)), 'the new file is in force');
    return cors(await ask(hub, '/events?topic=a', {}, {Origin: page}));
  };
  const nothing = {...none, vary: undefined};
  assert.deepEqual(cors(await ask(hub, '/events?topic=a', {}, {Origin: page})), nothing);
  const options = await ask(hub, '/publish', {method: 'OPTIONS'}, {});
  assert.deepEqual([options.status, options.header('allow'), cors(options)], [204, 'POST', nothing]);
  assert.deepEqual(await reload({access: {origins: [page]}}), allowed);
  assert.deepEqual(await reload({}), nothing);
});
