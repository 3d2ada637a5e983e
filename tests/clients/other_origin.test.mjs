// A page of another origin in Chromium: it reads with credentials and publishes, as access.origins allows. The worker is away for a
// while: what nginx answers in its place must carry the headers too, or the browser closes the stream for good.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import {once} from 'node:events';
import {test} from 'node:test';
import {defer, temporaryDirectory} from '../lib/cleanup.mjs';
import {configText, startHub} from '../lib/hub.mjs';
import {until} from '../lib/wait.mjs';
import {startWorker} from '../lib/worker.mjs';
import {startBrowser} from './lib/run.mjs';

const config = {streams: {retry_seconds: 0.2}, publish: {key: 'secret'}};
const authorization = {Authorization: 'Bearer secret'};

async function startElsewhere(t) {
  const server = http.createServer((_, response) =>
    response.writeHead(200, {'Content-Type': 'text/html'}).end('<!doctype html><title>elsewhere</title>'),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  defer(t, () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

// What a script of the page gets from fetch: status, detail and two headers; or the name of the error.
const ask = (page, url, options = {}) => page.evaluate(([where, how]) => fetch(where, how).then(async (answer) => {
  const text = await answer.text();
  const {headers, status} = answer;
  return {status, detail: text.startsWith('{') ? JSON.parse(text).detail : undefined, retry: headers.get('Retry-After'), challenge: headers.get('WWW-Authenticate')};
}, ({name}) => name), [url, options]);

test('a page of an allowed origin reads and publishes, and survives a worker that is away', {timeout: 90_000}, async (t) => {
  const origin = await startElsewhere(t);
  const access = {origins: [origin]};
  const hub = await startHub(t, {...config, access}, {directory: temporaryDirectory(t), nginx: {origins: [origin]}});
  hub.headers = authorization;
  const browser = await startBrowser(t);
  const page = await browser.newPage();
  await page.goto(origin);
  const site = `http://127.0.0.1:${hub.port}`;
  const events = `${site}/events?topic=a`;
  await page.evaluate((url) => {
    window.seen = [];
    window.errors = 0;
    window.source = new EventSource(url, {withCredentials: true});
    window.source.onmessage = ({data}) => window.seen.push(data);
    window.source.onerror = () => (window.errors += 1);
  }, events);
  await until(() => page.evaluate(() => window.source.readyState === 1), 'the stream is open', 20_000);

  const publish = {method: 'POST', body: '{"topic":"a","data":"from the page"}', headers: {'Content-Type': 'application/json', ...authorization}};
  assert.equal((await ask(page, `${site}/publish`, publish)).status, 200, 'with a preflight');
  await until(() => page.evaluate(() => window.seen.at(-1) === 'from the page'), 'its event', 20_000);
  const wrong = await ask(page, `${site}/publish`, {...publish, headers: {Authorization: 'Bearer wrong'}});
  assert.deepEqual([wrong.status, wrong.challenge], [401, 'Bearer error="invalid_token"'], 'a script can read why');
  assert.match((await ask(page, `${events}&poll=x`)).detail, /^poll: /);

  await hub.worker.stop('SIGKILL');
  // The first error is the end of the stream, the second the end of nginx's answer, or its refusal.
  await until(() => page.evaluate(() => window.errors >= 2), 'nginx has answered', 20_000);
  assert.equal(await page.evaluate(() => window.source.readyState), 0, 'it goes on trying');
  const poll = await ask(page, `${events}&poll=25`);
  assert.deepEqual([poll.status, poll.retry], [503, '3'], 'a poll sees the status, and when to come back');
  const later = await ask(page, `${site}/publish`, {...publish, headers: {...publish.headers, 'Cache-Control': 'no-cache'}});
  assert.deepEqual([later.status, later.retry], [503, '3'], 'and so does a publish, behind a preflight that nginx answers');

  const {address, directory} = hub.worker;
  fs.unlinkSync(address);
  hub.worker = await startWorker(t, {config: configText({...config, access}), socket: address, directory});
  await until(() => page.evaluate(() => window.source.readyState === 1), 'the stream is open again', 20_000);
  await hub.publish({topic: 'a', data: 'hi'});
  await until(() => page.evaluate(() => window.seen.at(-1) === 'hi'), 'an event', 20_000);
});

test('a page of a foreign origin reads nothing, and its form publishes nothing', {timeout: 90_000}, async (t) => {
  const origin = await startElsewhere(t);
  const hub = await startHub(t, {access: {origins: ['https://app.example.com']}}, {nginx: {origins: ['https://app.example.com']}});
  const page = await (await startBrowser(t)).newPage();
  await page.goto(origin);
  const site = `http://127.0.0.1:${hub.port}`;
  assert.equal(await ask(page, `${site}/events?topic=a&poll=0`), 'TypeError');
  assert.equal(await ask(page, `${site}/publish`, {method: 'POST', body: '{}', headers: {'Content-Type': 'application/json'}}), 'TypeError', 'no preflight');
  // A simple request needs no preflight: it arrives, and the worker refuses it.
  assert.equal((await hub.publish({topic: 'a', data: 'first'})).endsWith('-1'), true);
  await ask(page, `${site}/publish`, {method: 'POST', mode: 'no-cors', body: new URLSearchParams({topic: 'a', data: 'x'}).toString(), headers: {'Content-Type': 'application/x-www-form-urlencoded'}});
  const [submitted] = await Promise.all([page.waitForResponse(`${site}/publish`), page.waitForURL(`${site}/publish`), page.evaluate((url) => {
    document.body.innerHTML = `<form method="post" action="${url}"><input name="topic" value="a"><input name="data" value="x"></form>`;
    document.forms[0].submit();
  }, `${site}/publish`)]);
  assert.equal(submitted.status(), 401);
  assert.equal((await hub.poll({topic: 'a', lastEventId: 'earliest'})).body.events.length, 1, 'nothing but the first');

  // The page of the worker itself needs no key.
  await page.goto(`${site}/healthz`);
  assert.equal((await ask(page, `${site}/publish`, {method: 'POST', body: 'topic=a&data=y', headers: {'Content-Type': 'application/x-www-form-urlencoded'}})).status, 200);
});
