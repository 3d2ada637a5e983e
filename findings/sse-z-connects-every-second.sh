#!/usr/bin/env bash
# sse-z 0.3.0 over eventsource 4.1.1 (npm; Node 20)
#
# With its option keepAlive this client makes a new connection when no event `keepAlive` has come for intervalMs. It does not begin to
# count anew with the new connection: a second later it finds the last event just as old, drops the connection that it has just
# made, and makes another. A server that sends its keepAlive regularly, and not first of all, has no chance: no connection lives
# until the first one. So one late event makes the client connect once a second for ever.
#
# The server sends keepAlive every 2 s on each connection and is silent on the first one, once, for 6 s. intervalMs is 4 s. Output seen:
#     connections in the 12 s after the silence: more than 8 (1 was necessary)
#     events keepAlive that the client got in these 12 s: 0
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact sse-z@0.3.0 eventsource@4.1.1
cat >check.mjs <<'JS'
import http from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';
import {EventSource} from 'eventsource';
import sse from 'sse-z';

let kept = 0;
globalThis.EventSource = class extends EventSource {
  constructor(...all) {
    super(...all);
    this.addEventListener('keepAlive', () => (kept += 1));
  }
};

let connections = 0;
let silent = false;
let second;
const reconnected = new Promise((done) => (second = done));
const server = http.createServer((request, response) => {
  connections += 1;
  if (connections === 2) second();
  const first = connections === 1;
  response.writeHead(200, {'Content-Type': 'text/event-stream'});
  response.write('retry: 500\n\n');
  const timer = setInterval(() => (first && silent) || response.write('event: keepAlive\ndata: {}\n\n'), 2000);
  response.on('close', () => clearInterval(timer));
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
new sse.Subscription({url: `http://127.0.0.1:${server.address().port}/`, keepAlive: {intervalMs: 4000}});
while (kept === 0) await pause(50);
silent = true;
setTimeout(() => (silent = false), 6000);
await reconnected;
[connections, kept] = [1, 0];
await pause(12_000);
console.log(`connections in the 12 s after the silence: ${connections > 8 ? 'more than 8' : connections} (1 was necessary)`);
console.log(`events keepAlive that the client got in these 12 s: ${kept}`);
process.exit(0);
JS
seen=$(timeout 40 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
