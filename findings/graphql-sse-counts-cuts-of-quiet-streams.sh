#!/usr/bin/env bash
# graphql-sse 2.6.1 (npm; Node 20)
#
# Its client reconnects `retryAttempts` times, 5 by default, "before it errors out". One would expect, as in the same author's graphql-ws, that
# a connection that was made sets the count back to 0. Only a result of the subscription does; neither the answer 200 nor the server's
# keep-alive comments count. So a subscription with rare results dies for good at the sixth cut since its last result, however
# long each connection lived: after six deployments or six limits of a proxy in a quiet week. Those with many results never show it.
#
# The server sends a comment each 50 ms and breaks each connection after 500 ms. In the second run it sends one result before. Output seen:
#     only comments: connections made: 6; then: error
#     one result on each connection: connections made: 12 and more; then: goes on
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact graphql-sse@2.6.1 graphql@16.15.0
cat >check.mjs <<'JS'
import http from 'node:http';
import {createClient} from 'graphql-sse';

let connections = 0;
const server = http.createServer((request, response) => {
  connections += 1;
  request.resume();
  response.writeHead(200, {'Content-Type': 'text/event-stream'});
  response.write(':\n\n');
  if (request.url === '/results') response.write('event: next\ndata: {"data":{"news":"hi"}}\n\n');
  const timer = setInterval(() => response.write(':\n\n'), 50);
  response.on('close', () => clearInterval(timer));
  setTimeout(() => response.destroy(), 500);
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const origin = `http://127.0.0.1:${server.address().port}`;

for (const [name, path] of [
  ['only comments', '/comments'],
  ['one result on each connection', '/results'],
]) {
  connections = 0;
  let made = 0;
  const end = await new Promise((done) => {
    // The waits of 1 to 35 s between two tries are left out; they change nothing in the count.
    const client = createClient({
      url: origin + path,
      retry: async () => {},
      on: {
        connected() {
          made += 1;
          if (made === 12) done('goes on');
        },
      },
    });
    client.subscribe({query: 'subscription { news }'}, {next() {}, error: () => done('error'), complete: () => done('complete')});
  });
  console.log(`${name}: connections made: ${made}${end === 'goes on' ? ' and more' : ''}; then: ${end}`);
}
process.exit(0);
JS
seen=$(timeout 40 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
