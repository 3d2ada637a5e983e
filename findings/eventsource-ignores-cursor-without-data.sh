#!/usr/bin/env bash
# eventsource 4.1.1 (npm; Node 20)
#
# An event stream may move the reader's cursor without an event: a block that has an `id:` and no `data:`. The HTML standard sets
# the last event ID string before it looks at the data (9.2.6, "dispatch the event", step 1), and browsers send that id as
# Last-Event-ID when they reconnect. eventsource says that it follows the standard; it takes the cursor only from blocks with data.
# A server that moves its readers past events of no interest to them sees each one come back with a stale cursor, or with none.
#
# The server below sends `data: hi` with id 1, then a block with only id 2, and ends the response. Output seen:
#     the second request has Last-Event-ID: 1
set -euo pipefail
expected='the second request has Last-Event-ID: 1'
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --save-exact eventsource@4.1.1
cat >check.mjs <<'JS'
import http from 'node:http';
import {EventSource} from 'eventsource';

let requests = 0;
const server = http.createServer((request, response) => {
  requests += 1;
  if (requests === 2) {
    console.log(`the second request has Last-Event-ID: ${request.headers['last-event-id'] ?? 'none'}`);
    process.exit(0);
  }
  response.writeHead(200, {'Content-Type': 'text/event-stream'});
  response.end('retry: 100\n\nid: 1\ndata: hi\n\nid: 2\n\n');
});
server.listen(0, '127.0.0.1', () => new EventSource(`http://127.0.0.1:${server.address().port}/`));
JS
seen=$(timeout 30 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was: %s\n' "$expected" >&2; exit 1; }
