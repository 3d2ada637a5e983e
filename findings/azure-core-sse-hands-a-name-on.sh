#!/usr/bin/env bash
# @azure/core-sse 2.4.0 (npm; Node 20)
#
# An empty line ends a block of an event stream, and what the block says about the type of its event ends with it, also when the block has no data and
# no event comes of it (HTML standard, 9.2.6, "dispatch the event": "set the data buffer and the event type buffer to the empty string and
# return"). This reader looks at an empty line only if the block has data; after a block without data it goes on to fill the same event.
# So a heartbeat of the form `event: ping` gives its type to the event behind it, if that has none of its own: a message becomes a `ping`,
# with all its data. A reader that leaves out pings loses the event behind each of them. Without heartbeats, in a trial or on a busy
# stream, nothing is wrong.
#
# The stream has three events, "a", "b" and "c", without a type, and other blocks between them. Output seen:
#     comments between: message "a", message "b", message "c"
#     event: ping with data between: message "a", ping "{}", message "b", ping "{}", message "c"
#     event: ping without data between: message "a", ping "b", ping "c"
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact @azure/core-sse@2.4.0
cat >check.mjs <<'JS'
import http from 'node:http';
import {createSseStream} from '@azure/core-sse';

let between;
const server = http.createServer((request, response) => {
  response.writeHead(200, {'Content-Type': 'text/event-stream'});
  response.end(['a', 'b', 'c'].map((data) => `data: ${data}\n\n`).join(between));
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
async function check(what, block) {
  between = `${block}\n\n`;
  const {body} = await fetch(`http://127.0.0.1:${server.address().port}/`);
  const events = [];
  for await (const {event, data} of createSseStream(body)) events.push(`${event || 'message'} "${data}"`);
  console.log(`${what}: ${events.join(', ')}`);
}
await check('comments between', ': hi');
await check('event: ping with data between', 'event: ping\ndata: {}');
await check('event: ping without data between', 'event: ping');
process.exit(0);
JS
seen=$(timeout 30 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
