#!/usr/bin/env bash
# http-proxy 1.18.1 and http-proxy-middleware 3.0.11, which is built on it (npm; Node 20)
#
# When a reader leaves an event stream behind http-proxy, the stream at the server behind stays open. http-proxy ends its request at the
# event `aborted` of the reader's request, and Node does not emit that for a request which was read to its end. http-proxy has read
# it to its end: it piped it to the server, as it does with each GET. Nor does anybody read the stream any more: what the server
# sends fills the buffers and then waits. To the server this is a slow reader who never moves, and each reload of a page makes
# one more. http-proxy-middleware ends it by a listener of its own, so who takes the bare package instead expects no difference.
#
# Three readers come, get an event, and leave. The server sends 100 KB each 20 ms and waits for "drain" as it should. Output seen:
#     http-proxy: streams open at the server 5 s after the readers have left: 3, of which nobody reads: 3
#     http-proxy-middleware: streams open at the server 5 s after the readers have left: 0, of which nobody reads: 0
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact http-proxy@1.18.1 http-proxy-middleware@3.0.11
cat >check.mjs <<'JS'
import http from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';
import httpProxy from 'http-proxy';
import {createProxyMiddleware} from 'http-proxy-middleware';

const event = `data: ${'x'.repeat(100000)}\n\n`;
const open = new Set();
const server = http.createServer((request, response) => {
  open.add(response);
  response.writeHead(200, {'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache'});
  const timer = setInterval(() => response.writableNeedDrain || response.write(event), 20);
  response.on('close', () => {
    clearInterval(timer);
    open.delete(response);
  });
});
const listen = (server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)));
const target = `http://127.0.0.1:${await listen(server)}`;

const proxy = httpProxy.createProxyServer({target});
const fronts = {
  'http-proxy': (request, response) => proxy.web(request, response),
  'http-proxy-middleware': createProxyMiddleware({target}),
};
for (const [name, front] of Object.entries(fronts)) {
  open.clear();
  const port = await listen(http.createServer((request, response) => front(request, response)));
  for (let i = 0; i < 3; i++) {
    await new Promise((done) => {
      const request = http.get({host: '127.0.0.1', port, agent: false}, (response) => {
        response.on('error', () => {});
        response.once('data', () => done(request.destroy()));
      });
      request.on('error', () => {});
    });
  }
  await pause(5000);
  const stuck = [...open].filter((response) => response.writableNeedDrain).length;
  console.log(`${name}: streams open at the server 5 s after the readers have left: ${open.size}, of which nobody reads: ${stuck}`);
}
process.exit();
JS
seen=$(timeout 30 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
