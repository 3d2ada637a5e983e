#!/usr/bin/env bash
# Chromium 156.0.8078.108 (Debian 12) with playwright-core 1.61.1, over HTTP/2.
#
# A page uploads with fetch() and a ReadableStream as the body, and gives up half-way with its AbortController. Over HTTP/2 the server
# should see a reset stream without the end of the body (END_STREAM): so it knows that the body was cut. Chromium ends the body first
# and resets the stream behind that, and the server has taken a half upload for a whole one by then. Where the body itself fails
# (`writer.abort(error)`), the stream is reset without an end.
#
# 20 tries each; in both runs all 20 bodies of the first kind looked complete. Output seen:
#     AbortController: some bodies looked complete
#     writer.abort(error): 0 bodies looked complete
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
command -v chromium >/dev/null || { echo 'chromium is missing: apt-get install chromium' >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund playwright-core@1.61.1
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -keyout key -out crt 2>/dev/null

cat >abort.mjs <<'JS'
import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { chromium } from 'playwright-core';

// Frames by hand: what a library says of a stream that was reset is not what was sent.
let started, over;
const frame = (type, flags, stream, content = Buffer.alloc(0)) => {
  const head = Buffer.alloc(9);
  head.writeUIntBE(content.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, content]);
};
const server = tls.createServer({ key: readFileSync('key'), cert: readFileSync('crt'), ALPNProtocols: ['h2'] }, (socket) => {
  let bytes = Buffer.alloc(0);
  let preface = 24;
  const complete = new Set();
  socket.on('error', () => {});
  socket.write(frame(4, 0, 0));
  socket.on('data', (more) => {
    bytes = Buffer.concat([bytes, more]);
    if (preface && bytes.length >= preface) [bytes, preface] = [bytes.subarray(preface), 0];
    while (!preface && bytes.length >= 9 && bytes.length >= 9 + bytes.readUIntBE(0, 3)) {
      const [size, type, flags, stream] = [bytes.readUIntBE(0, 3), bytes[3], bytes[4], bytes.readUInt32BE(5)];
      bytes = bytes.subarray(9 + size);
      if (type === 4 && !(flags & 1)) socket.write(frame(4, 1, 0));
      if (type === 1) socket.write(frame(1, 4, stream, Buffer.from([0x88]))); // :status 200
      if (type === 1 && flags & 1) socket.write(frame(0, 1, stream, Buffer.from('<!doctype html><title>page</title>')));
      if (type === 0 && flags & 1) complete.add(stream);
      if (type === 0 && size > 0) started?.();
      if (type === 3) over?.(complete.has(stream));
    }
  });
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
await page.goto(`https://localhost:${server.address().port}/`);
for (const [name, giveUp] of [['AbortController', () => window.controller.abort()], ['writer.abort(error)', () => window.writer.abort(new Error('no more'))]]) {
  let complete = 0;
  for (let n = 0; n < 20; ++n) {
    const begun = new Promise((done) => { started = done; });
    const ended = new Promise((done) => { over = done; });
    await page.evaluate(() => {
      const body = new TransformStream();
      window.writer = body.writable.getWriter();
      window.controller = new AbortController();
      fetch('/upload', { method: 'POST', duplex: 'half', body: body.readable, signal: window.controller.signal }).catch(() => {});
      window.writer.write(new Uint8Array([1, 2, 3]));
    });
    await begun;
    await page.evaluate(giveUp);
    if (await ended) complete += 1;
  }
  console.error(`${name}: ${complete} of 20`);
  console.log(`${name}: ${complete > 0 ? 'some' : 0} bodies looked complete`);
}
await browser.close();
process.exit(0);
JS
seen=$(timeout 50 node abort.mjs)
echo "$seen"
[[ $seen == "$expected" ]] || { echo "changed; it was:"; echo "$expected"; exit 1; }
