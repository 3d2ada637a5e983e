#!/usr/bin/env bash
# extended-eventsource 2.1.0 (npm; Node 20)
#
# A block of an event stream without `data:` fires nothing (HTML standard, 9.2.6: "If the data buffer is an empty string, set the data buffer
# and the event type buffer to the empty string and return"). Servers use such blocks to set the reconnection time (`retry:`) and
# to move the reader's cursor (`id:`). extended-eventsource, which calls itself fully compliant, fires `message` with empty data for
# each of them. A page that does JSON.parse(event.data) works with a server that sends neither and throws with the next one.
#
# The server below sends a comment, a retry, an id, and one event, each in a block of its own. Output seen:
#     message events: 3 (the stream has 1)
#     their data: ["","","hi"]
set -euo pipefail
expected='message events: 3 (the stream has 1)
their data: ["","","hi"]'
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --save-exact extended-eventsource@2.1.0
cat >check.mjs <<'JS'
import http from 'node:http';
import {EventSource} from 'extended-eventsource';

const data = [];
const server = http.createServer((request, response) => {
  response.writeHead(200, {'Content-Type': 'text/event-stream'});
  response.write(': ok\n\nretry: 3000\n\nid: 1\n\ndata: hi\nid: 2\n\n');
});
server.listen(0, '127.0.0.1', () => {
  const source = new EventSource(`http://127.0.0.1:${server.address().port}/`, {disableLogger: true});
  source.onmessage = (event) => {
    data.push(event.data ?? null);
    if (event.data !== 'hi') return;
    console.log(`message events: ${data.length} (the stream has 1)`);
    console.log(`their data: ${JSON.stringify(data)}`);
    process.exit(0);
  };
});
JS
seen=$(timeout 30 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was: %s\n' "$expected" >&2; exit 1; }
