#!/usr/bin/env bash
# launchdarkly-eventsource 2.2.0 (npm; Node 19 or newer, seen with 20)
#
# Without a readTimeoutMillis this client is documented to wait for data without a limit. Since Node 19 it leaves each stream that is
# silent for 5 seconds and connects again: the default agent of Node's http module has kept connections alive with a timeout of 5 s since
# then, that timeout raises `timeout` on the request in use as well, and the client listens to it whether or not it has set one. The
# error even says so: "Read timeout, received no data in undefinedms, assuming connection is dead".
#
# The server below opens a stream and says nothing for 12 seconds; it never ends the response. Output seen:
#     connections in 12 s of silence: 2 or more
#     error: Read timeout, received no data in undefinedms, assuming connection is dead
set -euo pipefail
expected='connections in 12 s of silence: 2 or more
error: Read timeout, received no data in undefinedms, assuming connection is dead'
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --save-exact launchdarkly-eventsource@2.2.0
cat >check.mjs <<'JS'
import http from 'node:http';
import {EventSource} from 'launchdarkly-eventsource';

let connections = 0;
let error = 'none';
const server = http.createServer((request, response) => {
  connections += 1;
  response.writeHead(200, {'Content-Type': 'text/event-stream'});
  response.write('retry: 100\n\ndata: hi\n\n');
});
server.listen(0, '127.0.0.1', () => {
  const source = new EventSource(`http://127.0.0.1:${server.address().port}/`);
  source.onerror = ({message}) => (error = message);
});
setTimeout(() => {
  console.log(`connections in 12 s of silence: ${connections >= 2 ? '2 or more' : connections}`);
  console.log(`error: ${error}`);
  process.exit(0);
}, 12_000);
JS
seen=$(timeout 40 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was: %s\n' "$expected" >&2; exit 1; }
