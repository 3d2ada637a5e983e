#!/usr/bin/env bash
# react-use-websocket 4.13.0 with react 18.3.1 (npm) in Chromium 156.0.8078.108 (Debian 12), driven by playwright-core 1.61.1
#
# Its hook useEventSource takes a handler for each type of event; the one example of its README has `message` and `update`. That of `update` is never
# called: the hook sets `onmessage` of the EventSource and adds no listener for anything else, so an event with `event: update` reaches
# nothing of it, lastEvent included. No error or warning says so, and the type of the option allows every name.
#
# The hook closes the EventSource at its first `error`, which is what ends its own reconnecting; with `retryOnError` it makes a new
# one instead (both documented). A new EventSource has no cursor. So what an EventSource alone would have asked for by Last-Event-ID after a cut is
# lost: all events of the time between, and none of them is missed by anybody.
#
# The server sends event 1, event 2 with the type "update" and event 3, ends the answer, and has event 4 while the page is away. Output seen:
#     EventSource: handlers called: message 1, update 2, message 3, message 4; Last-Event-ID on reconnecting: 3
#     useEventSource: handlers called: message 1, message 3; it does not reconnect
#     useEventSource with retryOnError: handlers called: message 1, message 3; Last-Event-ID on reconnecting: none
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
command -v chromium >/dev/null || { echo 'chromium is missing: apt-get install chromium' >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact react-use-websocket@4.13.0 react@18.3.1 react-dom@18.3.1 esbuild@0.28.2 \
  playwright-core@1.61.1

cat >page.js <<'JS'
import {createElement} from 'react';
import {createRoot} from 'react-dom/client';
import {useEventSource} from 'react-use-websocket';

window.called = [];
const events = {
  message: (event) => window.called.push(`message ${event.data}`),
  update: (event) => window.called.push(`update ${event.data}`),
};
const Hook = ({options}) => {
  useEventSource('/events', {events, ...options});
  return null;
};
const way = decodeURIComponent(location.search.slice(1));
if (way === 'EventSource') {
  const source = new EventSource('/events');
  for (const [type, handler] of Object.entries(events)) source.addEventListener(type, handler);
} else {
  const options = way.endsWith('retryOnError') ? {retryOnError: true, reconnectInterval: 500} : {};
  createRoot(document.body).render(createElement(Hook, {options}));
}
JS
node_modules/.bin/esbuild page.js --bundle --outfile=bundle.js --define:process.env.NODE_ENV='"production"' --log-level=error

cat >check.mjs <<'JS'
import {readFileSync} from 'node:fs';
import http from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';
import {chromium} from 'playwright-core';

const all = ['', 'update', '', ''];
let published = 0;
const streams = new Set();
let cursors = [];
const send = (response, number) => {
  const type = all[number - 1];
  response.write(`id: ${number}\n${type ? `event: ${type}\n` : ''}data: ${number}\n\n`);
};
const server = http.createServer((request, response) => {
  if (request.url === '/bundle.js') {
    response.setHeader('Content-Type', 'text/javascript');
    return response.end(readFileSync('bundle.js'));
  }
  if (request.url !== '/events') {
    response.setHeader('Content-Type', 'text/html');
    return response.end('<!doctype html><body></body><script src="/bundle.js"></script>');
  }
  const cursor = request.headers['last-event-id'];
  cursors.push(cursor ?? 'none');
  response.writeHead(200, {'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache'});
  response.write('retry: 500\n\n');
  // Without a cursor a reader begins at the end.
  for (let number = Number(cursor ?? published) + 1; number <= published; number += 1) send(response, number);
  streams.add(response);
  response.on('close', () => streams.delete(response));
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const until = async (condition) => {
  for (let i = 0; i < 100 && !condition(); i += 1) await pause(50);
};

const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu']});
for (const way of ['EventSource', 'useEventSource', 'useEventSource with retryOnError']) {
  published = 0;
  cursors = [];
  const page = await browser.newPage();
  await page.goto(`http://localhost:${server.address().port}/?${encodeURIComponent(way)}`);
  await until(() => streams.size === 1);
  for (let i = 0; i < 3; i += 1) {
    published += 1;
    for (const stream of streams) send(stream, published);
    await pause(300);
  }
  for (const stream of streams) stream.end();
  published += 1;
  await until(() => cursors.length === 2);
  await pause(500);
  const called = (await page.evaluate(() => window.called)).join(', ');
  const back = cursors.length > 1 ? `Last-Event-ID on reconnecting: ${cursors[1]}` : 'it does not reconnect';
  console.log(`${way}: handlers called: ${called}; ${back}`);
  await page.close();
  await until(() => streams.size === 0);
}
await browser.close();
process.exit(0);
JS
seen=$(timeout 50 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
