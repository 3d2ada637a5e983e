#!/usr/bin/env bash
# @vueuse/core 14.4.0 with vue 3.5.45 (npm) in Chromium 156.0.8078.108 (Debian 12), driven by playwright-core 1.61.1
#
# useEventSource follows a url that may change, and with `autoReconnect` it makes a new EventSource when the old one has been given up, as
# after a 502 of a proxy whose server restarts. A change of the url closes what there is and opens the new url. It does not
# end the wait for the next try. Where the url changes during this wait (a second as it is), both open the new url. The first of
# the two is forgotten: its events still go into `data`, but close() does not reach it, nor does the end of the component. So each event comes twice
# from then on; after the next change the values of the old url are mixed with those of the new one, with nothing to tell them apart, and
# the stream stays open for as long as the page does. open() during the wait does the same.
#
# A server refuses the first stream with 503, and the delay is 3 s. The page goes from room 1 to room 2 with or without waiting for the next try,
# later to room 3, and then ends the component's scope. Output seen:
#     waits for the next try: streams: 2; data: from 2; streams in room 3: 3; data: from 3; streams after the end: none
#     does not wait: streams: 2 2; data: from 2, from 2; streams in room 3: 2 3; data: from 2, from 3; streams after the end: 2
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
command -v chromium >/dev/null || { echo 'chromium is missing: apt-get install chromium' >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact @vueuse/core@14.4.0 vue@3.5.45 playwright-core@1.61.1

cat >check.mjs <<'JS'
import {readFileSync} from 'node:fs';
import http from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';
import {chromium} from 'playwright-core';

const modules = {
  vue: '/node_modules/vue/dist/vue.runtime.esm-browser.prod.js',
  '@vueuse/core': '/node_modules/@vueuse/core/dist/index.js',
  '@vueuse/shared': '/node_modules/@vueuse/shared/dist/index.js',
};
const streams = new Map();
let asked = 0;
let ready = false;
const server = http.createServer((request, response) => {
  if (request.url.startsWith('/node_modules/')) {
    response.setHeader('Content-Type', 'text/javascript');
    return response.end(readFileSync(`.${request.url}`));
  }
  if (!request.url.startsWith('/room/')) {
    response.setHeader('Content-Type', 'text/html');
    return response.end(`<!doctype html><script type="importmap">${JSON.stringify({imports: modules})}</script>`);
  }
  asked += 1;
  if (!ready) return response.writeHead(503).end();
  response.writeHead(200, {'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache'});
  response.write('\n');
  streams.set(response, request.url.slice(6));
  response.on('close', () => streams.delete(response));
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const until = async (condition) => {
  for (let i = 0; i < 200 && !condition(); i += 1) await pause(50);
};
const rooms = (none) => [...streams.values()].sort().join(' ') || none;

const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu']});
for (const waits of [true, false]) {
  ready = false;
  asked = 0;
  const page = await browser.newPage();
  await page.goto(`http://localhost:${server.address().port}/`);
  await page.evaluate(async () => {
    const {effectScope, ref, watch} = await import('vue');
    const {useEventSource} = await import('@vueuse/core');
    window.got = [];
    window.url = ref('/room/1');
    window.scope = effectScope();
    window.scope.run(() => {
      const {data, error} = useEventSource(window.url, [], {autoReconnect: {delay: 3000}});
      window.error = error;
      watch(data, (value) => value === null || window.got.push(value), {flush: 'sync'});
    });
  });
  await page.waitForFunction(() => window.error.value !== null);
  ready = true;
  if (waits) await until(() => streams.size === 1);
  await page.evaluate(() => { window.url.value = '/room/2'; });
  await until(() => rooms('').startsWith('2'));
  await pause(3500);
  const say = async () => {
    await page.evaluate(() => { window.got = []; });
    let number = 0;
    for (const [stream, room] of streams) stream.write(`data: from ${room}#${number += 1}\n\n`);
    await pause(500);
    return (await page.evaluate(() => window.got)).sort().map((text) => text.replace(/#.*/, '')).join(', ');
  };
  let line = `${waits ? 'waits for the next try' : 'does not wait'}: streams: ${rooms('none')}; data: ${await say()}`;
  await page.evaluate(() => { window.url.value = '/room/3'; });
  await until(() => rooms('').endsWith('3'));
  await pause(1000);
  line += `; streams in room 3: ${rooms('none')}; data: ${await say()}`;
  await page.evaluate(() => window.scope.stop());
  await pause(1000);
  console.log(`${line}; streams after the end: ${rooms('none')}`);
  await page.close();
  await until(() => streams.size === 0);
}
await browser.close();
process.exit(0);
JS
seen=$(timeout 50 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
