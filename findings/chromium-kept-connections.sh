#!/usr/bin/env bash
# Chromium 156.0.8078.108 (Debian 12) with playwright-core 1.61.1, over HTTP/1.1.
#
# A page has loaded a few files, so the browser keeps six idle connections. Then the network forgets them in silence, as a NAT
# or a phone's change of network does: nothing is refused or reset, and new connections work at once. Each fetch of the page
# now goes over the next kept connection and gets no answer. The page gives each up after a second and asks again; that
# teaches the browser nothing about the other five, of the same age and to the same host. So six tries fail one after the
# other. In the same moment a request from outside of that pool (`credentials: 'omit'`) is answered within milliseconds.
# A client that retries with growing delays needs minutes for what a new connection does at once.
#
# Output seen:
#   kept connections: 6
#   credentials omitted: answered
#   try 1: no answer
#   try 2 to try 5: no answer
#   try 6: no answer
#   try 7: answered
set -euo pipefail

command -v chromium >/dev/null || { echo 'chromium is missing: apt-get install chromium' >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund playwright-core@1.61.1

cat >kept.mjs <<'JS'
import http from 'node:http';
import net from 'node:net';
import { chromium } from 'playwright-core';

const listen = (server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)));
// Each file takes a moment, so that six connections are open at a time.
const origin = http.createServer((request, response) => {
  const type = request.url === '/' ? 'text/html' : 'text/plain';
  setTimeout(() => response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end('here'), 100);
});
origin.keepAliveTimeout = 60_000;
const port = await listen(origin);

const pairs = new Set();
const network = net.createServer((client) => {
  const server = net.connect(port, '127.0.0.1');
  const pair = { forgotten: false };
  pairs.add(pair);
  client.on('data', (bytes) => pair.forgotten || server.write(bytes));
  server.on('data', (bytes) => pair.forgotten || client.write(bytes));
  for (const [socket, other] of [[client, server], [server, client]]) {
    socket.on('error', () => {});
    socket.on('close', () => { pairs.delete(pair); other.destroy(); });
  }
});
const url = `http://127.0.0.1:${await listen(network)}/`;

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage();
await page.goto(url);
await page.evaluate(() => Promise.all(Array.from({ length: 12 }, (_, n) => fetch(`/file${n}`).then((answer) => answer.text()))));
console.log(`kept connections: ${pairs.size}`);
for (const pair of pairs) pair.forgotten = true;

const ask = (credentials) => page.evaluate((mode) => fetch('/again', { credentials: mode, cache: 'no-store', signal: AbortSignal.timeout(1000) })
  .then((answer) => answer.text()).then(() => true, () => false), credentials);
const outside = await ask('omit');
console.log(`credentials omitted: ${outside ? 'answered' : 'no answer'}`);
let tries = 1;
while (tries < 12 && !await ask('same-origin')) console.log(`try ${tries++}: no answer`);
console.log(`try ${tries}: answered`);
await browser.close();
process.exit(outside && tries === 7 ? 0 : 1);
JS
timeout 55 node kept.mjs
