#!/usr/bin/env bash
# workbox-strategies 7.4.1 (npm) in Chromium 156.0.8078.108 (Debian 12), driven by playwright-core 1.61.1
#
# A service worker that answers a page's requests with NetworkFirst keeps an event stream open that the page has closed. The
# strategy copies each answer into its cache, and the copy of a stream is never complete: while the service worker waits for it,
# the copy goes on to read, whoever has left. EventSource.close() does not end it, nor does closing the page. Each reload of the page
# leaves one more stream at the server. "Cache-Control: no-store" in the answer changes nothing, since the Cache API does not look at
# it. Chromium does not end the service worker either, though nothing asks it any more: one stream was still open nine minutes after
# the page had gone, when the trial ended. With NetworkOnly the stream ends as soon as the page closes it.
#
# A page opens an EventSource, gets an event, closes it, and is loaded again, three times; then it is closed. Output seen:
#     NetworkOnly: streams open 3 s after the page has gone: 0
#     NetworkFirst: streams open 3 s after the page has gone: 3
#     NetworkFirst: streams open 10 s after the page has gone: 3
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")

command -v chromium >/dev/null || { echo 'chromium is missing: apt-get install chromium' >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact workbox-strategies@7.4.1 playwright-core@1.61.1

cat >check.mjs <<'JS'
import {readFileSync} from 'node:fs';
import http from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';
import {chromium} from 'playwright-core';

const scripts = Object.fromEntries(
  ['core', 'strategies'].map((name) => [`/${name}.js`, readFileSync(`node_modules/workbox-${name}/build/workbox-${name}.prod.js`)]),
);
const worker = (strategy) => `
  importScripts('/core.js', '/strategies.js');
  const strategy = new workbox.strategies.${strategy}();
  self.addEventListener('fetch', (event) => event.request.url.endsWith('/events') && event.respondWith(strategy.handle(event)));
`;

const open = new Set();
const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://server');
  if (url.pathname === '/events') {
    response.writeHead(200, {'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store'});
    const timer = setInterval(() => response.write('data: hi\n\n'), 200);
    open.add(response);
    response.on('close', () => {
      clearInterval(timer);
      open.delete(response);
    });
  } else if (url.pathname === '/worker.js' || scripts[url.pathname]) {
    response.writeHead(200, {'Content-Type': 'text/javascript'});
    response.end(scripts[url.pathname] ?? worker(url.searchParams.get('strategy')));
  } else {
    response.writeHead(200, {'Content-Type': 'text/html'});
    response.end('<!doctype html>');
  }
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const address = `http://127.0.0.1:${server.address().port}/`;
const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu']});

for (const strategy of ['NetworkOnly', 'NetworkFirst']) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(address);
  await page.evaluate(async (name) => {
    await navigator.serviceWorker.register(`/worker.js?strategy=${name}`);
    const {active} = await navigator.serviceWorker.ready;
    if (active.state !== 'activated') await new Promise((done) => active.addEventListener('statechange', done, {once: true}));
  }, strategy);
  for (let load = 0; load < 3; load += 1) {
    await page.reload();
    await page.evaluate(async () => {
      if (!navigator.serviceWorker.controller) throw new Error('no service worker');
      const events = new EventSource('/events');
      await new Promise((done) => (events.onmessage = done));
      events.close();
    });
  }
  await page.close();
  await pause(3000);
  console.log(`${strategy}: streams open 3 s after the page has gone: ${open.size}`);
  if (strategy === 'NetworkFirst') {
    await pause(7000);
    console.log(`${strategy}: streams open 10 s after the page has gone: ${open.size}`);
  }
}
await browser.close();
process.exit(0);
JS
seen=$(timeout 50 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
