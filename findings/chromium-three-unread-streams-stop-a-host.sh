#!/usr/bin/env bash
# Chromium 156.0.8078.108 (Debian 12) with playwright-core 1.61.1, over HTTP/2
#
# HTTP/2 has a window for each stream, so that one which nobody reads does not hold the others up. A page that calls fetch() and does not read
# the body, or not yet (it looks at `ok` and keeps the answer, waits for the user, is stopped in the debugger), should so cost nothing
# but its own stream. Chromium gives each stream a window of 6 MB and the connection one of 15 MB: two such streams are harmless, and the third
# fills the window of the connection. From then on the server may send nothing to this browser, whatever is asked for: no file, no
# event of a stream that is read, no answer to another tab. There is no error on either side, and the server
# is idle. It ends as soon as one of the three is read or cancelled. Over HTTP/1.1 three unread streams harm nobody.
#
# A page opens streams which it does not read; the server sends as much as it may. Then a file is asked for. Output seen:
#     HTTP/2, 1 unread stream: the file: answered
#     HTTP/2, 2 unread streams: the file: answered
#     HTTP/2, 3 unread streams: the file: no answer in 3 s; asked for from another tab: no answer in 3 s; events of a stream that is read: 0
#     HTTP/2, one of the 3 cancelled: the file: answered
#     HTTP/1.1, 3 unread streams: the file: answered
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
command -v chromium >/dev/null || { echo 'chromium is missing: apt-get install chromium' >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact playwright-core@1.61.1
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -keyout key -out crt 2>/dev/null

cat >check.mjs <<'JS'
import {readFileSync} from 'node:fs';
import http2 from 'node:http2';
import https from 'node:https';
import {setTimeout as pause} from 'node:timers/promises';
import {chromium} from 'playwright-core';

const tls = {key: readFileSync('key'), cert: readFileSync('crt')};
const piece = Buffer.alloc(65536, 'x');
const answer = (request, response) => {
  response.on('error', () => {});
  response.setHeader('Cache-Control', 'no-store');
  if (request.url === '/events') {
    response.setHeader('Content-Type', 'text/event-stream');
    response.write('data: hi\n\n');
    const timer = setInterval(() => response.write('data: hi\n\n'), 100);
    response.on('close', () => clearInterval(timer));
  } else if (request.url.startsWith('/unread')) {
    response.setHeader('Content-Type', 'application/octet-stream');
    let left = 1024; // pieces: 64 MiB
    const more = () => {
      while (left > 0 && !response.destroyed && response.write(piece)) left -= 1;
    };
    response.on('drain', more);
    more();
  } else {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><title>a file</title>');
  }
};

const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu']});
const file = (page) => page.evaluate(() => Promise.race([
  fetch(`/file?${Math.random()}`).then((response) => response.text()).then(() => 'answered'),
  new Promise((done) => { setTimeout(() => done('no answer in 3 s'), 3000); }),
]));
const unread = async (page, name) => {
  await page.evaluate(async (path) => { (window.kept ??= []).push(await fetch(path)); }, `/unread/${name}`);
  await pause(1500);
};
const open = async (server) => {
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const context = await browser.newContext({ignoreHTTPSErrors: true});
  const pages = [await context.newPage(), await context.newPage()];
  for (const page of pages) await page.goto(`https://localhost:${server.address().port}/`);
  return pages;
};

{
  const [page, other] = await open(http2.createSecureServer(tls, answer));
  await page.evaluate(() => {
    window.events = 0;
    new EventSource('/events').onmessage = () => { window.events += 1; };
  });
  for (const count of [1, 2]) {
    await unread(page, count);
    console.log(`HTTP/2, ${count} unread stream${count > 1 ? 's' : ''}: the file: ${await file(page)}`);
  }
  await unread(page, 3);
  const before = await page.evaluate(() => window.events);
  const seen = [await file(page), await file(other)];
  const events = await page.evaluate(() => window.events) - before;
  console.log(`HTTP/2, 3 unread streams: the file: ${seen[0]}; asked for from another tab: ${seen[1]}; events of a stream that is read: ${events}`);
  await page.evaluate(() => window.kept[0].body.cancel());
  await pause(500);
  console.log(`HTTP/2, one of the 3 cancelled: the file: ${await file(page)}`);
}
{
  const [page] = await open(https.createServer(tls, answer));
  for (const count of [1, 2, 3]) await unread(page, count);
  console.log(`HTTP/1.1, 3 unread streams: the file: ${await file(page)}`);
}
await browser.close();
process.exit(0);
JS
seen=$(timeout 50 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
