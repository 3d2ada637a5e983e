#!/usr/bin/env bash
# @microsoft/fetch-event-source 2.0.1 and its fork @fortaine/fetch-event-source 3.0.6 (npm) in Chromium 156.0.8078.108 (Debian 12), driven by
# playwright-core 1.61.1
#
# This client closes its connection when the tab is hidden and makes a new one when the tab is shown again; after a cut it waits, for `retry:` or for
# what onerror says, and comes back. The two do not know of each other. Where the tab is hidden and shown while the client waits, it comes back
# at once for the tab, and once more when the wait is over. From then on there are two streams: each event is handed out twice,
# and both go on for as long as the page lives. The client knows the younger one only: its AbortController ends that, the promise
# is resolved, and onmessage is still called. One would expect one stream, and none after abort(). A user who looks into another tab while the
# server restarts is enough; the longer the waits between tries are, the likelier it is.
#
# The server cuts a stream and lets the client wait for 2.5 s. Visibility is set by hand: headless pages are always visible. Output seen:
#     @microsoft, the tab stays: streams: 1, one event is handed out 1 time; after abort(): streams: 0, the next event: 0 times
#     @microsoft, hidden and shown: streams: 2, one event is handed out 2 times; after abort(): streams: 1, the next event: 1 time
#     @fortaine, the tab stays: streams: 1, one event is handed out 1 time; after abort(): streams: 0, the next event: 0 times
#     @fortaine, hidden and shown: streams: 2, one event is handed out 2 times; after abort(): streams: 1, the next event: 1 time
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
command -v chromium >/dev/null || { echo 'chromium is missing: apt-get install chromium' >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact @microsoft/fetch-event-source@2.0.1 @fortaine/fetch-event-source@3.0.6 playwright-core@1.61.1

cat >check.mjs <<'JS'
import {existsSync, readFileSync} from 'node:fs';
import http from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';
import {chromium} from 'playwright-core';

const streams = new Set();
const server = http.createServer((request, response) => {
  if (request.url.startsWith('/node_modules/')) {
    const file = [`.${request.url}`, `.${request.url}.js`].find((name) => name.endsWith('.js') && existsSync(name));
    response.setHeader('Content-Type', 'text/javascript');
    return response.end(file ? readFileSync(file) : '');
  }
  if (request.url !== '/events') {
    response.setHeader('Content-Type', 'text/html');
    return response.end('<!doctype html><title>page</title>');
  }
  response.writeHead(200, {'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache'});
  response.write('retry: 2500\n\n');
  streams.add(response);
  response.on('close', () => streams.delete(response));
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const until = async (condition) => {
  for (let i = 0; i < 300 && !condition(); i += 1) await pause(50);
};

const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu']});
for (const owner of ['@microsoft', '@fortaine']) {
  for (const look of ['the tab stays', 'hidden and shown']) {
    const page = await browser.newPage();
    await page.goto(`http://localhost:${server.address().port}/`);
    await page.evaluate(async (path) => {
      const {fetchEventSource} = await import(path);
      window.got = 0;
      window.controller = new AbortController();
      fetchEventSource('/events', {signal: window.controller.signal, onmessage: ({data}) => { if (data === 'news') window.got += 1; }});
    }, `/node_modules/${owner}/fetch-event-source/lib/esm/index.js`);
    await until(() => streams.size === 1);
    await pause(200);
    for (const stream of streams) stream.socket.resetAndDestroy();
    await pause(200);
    if (look === 'hidden and shown') {
      for (const hidden of [true, false]) {
        await page.evaluate((value) => {
          Object.defineProperty(document, 'hidden', {value, configurable: true});
          document.dispatchEvent(new Event('visibilitychange'));
        }, hidden);
        await pause(200);
      }
    }
    await pause(4000);
    const news = async () => {
      await page.evaluate(() => { window.got = 0; });
      for (const stream of streams) stream.write('data: news\n\n');
      await pause(300);
      return page.evaluate(() => window.got);
    };
    const times = (count) => `${count} time${count === 1 ? '' : 's'}`;
    let line = `${owner}, ${look}: streams: ${streams.size}, one event is handed out ${times(await news())}`;
    await page.evaluate(() => window.controller.abort());
    await pause(500);
    line += `; after abort(): streams: ${streams.size}, the next event: ${times(await news())}`;
    console.log(line);
    await page.close();
    await until(() => streams.size === 0);
  }
}
await browser.close();
process.exit(0);
JS
seen=$(timeout 50 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
