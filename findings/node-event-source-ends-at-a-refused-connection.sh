#!/usr/bin/env bash
# Node 20.20.2 with --experimental-eventsource (undici 6.24.1), undici 6.29.1 and 7.30.2 (npm)
#
# An EventSource whose stream ends waits for `retry:` and asks again. If that fails on the network it waits and asks again, and so on (HTML standard,
# 9.2.3: on a network error "reestablish the connection", unless that is known to be futile). That of Node 20 does the first and not the
# second. When the server ends the stream and is back before the next try, all is well; when that one try is refused, readyState is 2
# (CLOSED) and no further request is ever made. So a restart that takes longer than `retry:` ends all readers for good, and a quicker one
# none: the restart on the developer's machine is of the second kind. One more event `error` is the only sign. undici 7 comes back.
#
# The server has `retry: 500`, ends the stream and is back after 0 or 1500 ms. Output seen:
#     Node 20, away for 0 ms: comes back, readyState 1
#     Node 20, away for 1500 ms: does not come back, readyState 2
#     undici 6, away for 0 ms: comes back, readyState 1
#     undici 6, away for 1500 ms: does not come back, readyState 2
#     undici 7, away for 0 ms: comes back, readyState 1
#     undici 7, away for 1500 ms: comes back, readyState 1
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact undici6@npm:undici@6.29.1 undici7@npm:undici@7.30.2

cat >check.mjs <<'JS'
import http from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';
import undici6 from 'undici6';
import undici7 from 'undici7';

const serve = async (port) => {
  const server = http.createServer((request, response) => {
    response.writeHead(200, {'Content-Type': 'text/event-stream'});
    response.write('retry: 500\n\n');
    server.streams.push(response);
    server.emit('stream');
  });
  server.streams = [];
  await new Promise((done) => server.listen(port, '127.0.0.1', done));
  return server;
};
const check = async (name, Source, away) => {
  const first = await serve(0);
  const {port} = first.address();
  const source = new Source(`http://127.0.0.1:${port}/`);
  source.onerror = () => {};
  await new Promise((done) => first.once('stream', done));
  await pause(500);
  const closed = new Promise((done) => first.close(done));
  first.streams[0].end();
  first.closeAllConnections();
  await closed;
  await pause(away);
  const second = await serve(port);
  const back = await Promise.race([new Promise((done) => second.once('stream', () => done('comes back'))), pause(5000, 'does not come back')]);
  await pause(500);
  console.log(`${name}, away for ${away} ms: ${back}, readyState ${source.readyState}`);
  source.close();
  second.closeAllConnections();
  second.close();
};
for (const [name, Source] of [['Node 20', EventSource], ['undici 6', undici6.EventSource], ['undici 7', undici7.EventSource]]) {
  for (const away of [0, 1500]) await check(name, Source, away);
}
process.exit(0);
JS
seen=$(timeout 50 node --experimental-eventsource --no-warnings check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
