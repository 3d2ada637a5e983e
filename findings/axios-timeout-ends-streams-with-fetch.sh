#!/usr/bin/env bash
# axios 1.21.1 (npm; Node 20)
#
# With `responseType: 'stream'` axios hands out an answer while it grows. Its `timeout`, which many programs set once for all requests, then holds
# until the answer begins: so with its adapter http, the one of Node, and so in ky and ofetch. With its adapter fetch, the only one with which
# a page can read a stream, the time goes on to run: a stream that gets an event five times a second is aborted when the timeout is over,
# counted from the request. So code that worked with the one adapter loses a stream in perfect order with the other, after ten seconds or a
# minute, and again after each reconnection.
#
# The server sends an event each 200 ms, 20 in all; the timeout is 1 s. Output seen:
#     axios, adapter http: 20 events, then the end
#     axios, adapter fetch: less than 10 events, then timeout of 1000ms exceeded
#     ky: 20 events, then the end
#     ofetch: 20 events, then the end
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact axios@1.21.1 ky@1.14.3 ofetch@1.5.1
cat >check.mjs <<'JS'
import http from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';
import axios from 'axios';
import ky from 'ky';
import {ofetch} from 'ofetch';

const server = http.createServer(async (request, response) => {
  response.writeHead(200, {'Content-Type': 'text/event-stream'});
  for (let i = 0; i < 20 && !response.destroyed; i += 1) {
    response.write('data: hi\n\n');
    await pause(200);
  }
  response.end();
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const address = `http://127.0.0.1:${server.address().port}/`;
const timeout = 1000;

async function check(what, open) {
  let text = '';
  let end = 'the end';
  try {
    for await (const piece of await open()) text += Buffer.from(piece).toString();
  } catch ({message}) {
    end = message;
  }
  const count = text.split('\n\n').length - 1;
  console.log(`${what}: ${count > 0 && count < 10 ? 'less than 10' : count} events, then ${end}`);
}
const options = {responseType: 'stream', timeout};
await check('axios, adapter http', async () => (await axios.get(address, {...options, adapter: 'http'})).data);
await check('axios, adapter fetch', async () => (await axios.get(address, {...options, adapter: 'fetch'})).data);
await check('ky', async () => (await ky(address, {timeout})).body);
await check('ofetch', () => ofetch(address, options));
process.exit(0);
JS
seen=$(timeout 40 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
