#!/usr/bin/env bash
# event-source-plus 0.1.15 (npm; Node 20)
#
# A server that is short of something ends an event stream with `retry: 3000`, and readers come back three seconds later. event-source-plus
# parses `retry:` and does not use it. Its documented exponential backoff begins at 2 ms, and each response with 200 sets it back to
# the beginning. So the mildest answer that a server has makes this client its busiest: one reader asks hundreds of times a
# second, for ever.
#
# The server below answers every request with an empty stream that has only `retry: 3000`. Output seen:
#     requests of one reader in 3 s: more than 100 (1 is what the server asked for)
set -euo pipefail
expected='requests of one reader in 3 s: more than 100 (1 is what the server asked for)'
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --save-exact event-source-plus@0.1.15
cat >check.mjs <<'JS'
import http from 'node:http';
import {EventSourcePlus} from 'event-source-plus';

let requests = 0;
const server = http.createServer((request, response) => {
  requests += 1;
  response.writeHead(200, {'Content-Type': 'text/event-stream'});
  response.end('retry: 3000\n\n');
});
server.listen(0, '127.0.0.1', () => {
  new EventSourcePlus(`http://127.0.0.1:${server.address().port}/`).listen({onMessage() {}});
  setTimeout(() => {
    const count = requests > 100 ? 'more than 100' : requests;
    console.log(`requests of one reader in 3 s: ${count} (1 is what the server asked for)`);
    process.exit(0);
  }, 3000);
});
JS
seen=$(timeout 30 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was: %s\n' "$expected" >&2; exit 1; }
