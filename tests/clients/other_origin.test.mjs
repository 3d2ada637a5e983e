// A page of another origin reads through a server that allows it by a header. The worker is away for a while: what nginx
// answers in its place must carry that header too, or the browser closes the stream for good.
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

const config = {streams: {retry_seconds: 0.2}};

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
  return `http://127.0.0.1:${server.address().port}/`;
}

test('a page of another origin survives a worker that is away', {timeout: 90_000}, async (t) => {
  const hub = await startHub(t, config, {
    directory: temporaryDirectory(t),
    nginx: {server: 'add_header Access-Control-Allow-Origin * always;'},
  });
  const browser = await startBrowser(t);
  const page = await browser.newPage();
  await page.goto(await startElsewhere(t));
  const events = `http://127.0.0.1:${hub.port}/events?topic=a`;
  await page.evaluate((url) => {
    window.seen = [];
    window.errors = 0;
    window.source = new EventSource(url);
    window.source.onmessage = ({data}) => window.seen.push(data);
    window.source.onerror = () => (window.errors += 1);
  }, events);
  await until(() => page.evaluate(() => window.source.readyState === 1), 'the stream is open', 20_000);

  await hub.worker.stop('SIGKILL');
  // The first error is the end of the stream, the second the end of nginx's answer, or its refusal.
  await until(() => page.evaluate(() => window.errors >= 2), 'nginx has answered', 20_000);
  assert.equal(await page.evaluate(() => window.source.readyState), 0, 'it goes on trying');
  const poll = await page.evaluate((url) => fetch(`${url}&poll=25`).then(({status}) => status, String), events);
  assert.equal(poll, 503, 'a poll sees the status');

  const {address, directory} = hub.worker;
  fs.unlinkSync(address);
  hub.worker = await startWorker(t, {config: configText(config), socket: address, directory});
  await until(() => page.evaluate(() => window.source.readyState === 1), 'the stream is open again', 20_000);
  await hub.publish({topic: 'a', data: 'hi'});
  await until(() => page.evaluate(() => window.seen.length === 1), 'an event', 20_000);
});
