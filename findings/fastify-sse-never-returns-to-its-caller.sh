#!/usr/bin/env bash
# @fastify/sse 0.6.0 with fastify 5.12.8 (npm; Node 20)
#
# A route hands an async generator to reply.sse.send(), which takes the next event when the reader has room for it: "backpressure handling".
# When the reader leaves, the generator should be ended, and its `finally` should give back what it holds: a database cursor, a lock, a
# place in a list. That is so for readers that are quick enough. For one that has not read for a while, send() waits for `drain`, or for an error, and
# when such a reader leaves neither comes: Node emits only `close`. So send() never returns, `finally` is never reached, and
# the route has not ended either, though onClose was called. It takes a phone that loses its network to see it; in a trial the
# reader reads.
#
# Three readers come and leave after 1.5 s: those who read, and those who do not. Output seen 5 s later:
#     quick readers: onClose 3, finally 3, send() returned 3
#     slow readers: onClose 3, finally 0, send() returned 0
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact @fastify/sse@0.6.0 fastify@5.12.8
cat >check.mjs <<'JS'
import http from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';
import sse from '@fastify/sse';
import fastify from 'fastify';

const seen = {};
async function* events() {
  try {
    for (;;) {
      yield {data: 'x'.repeat(100_000)};
      await pause(20);
    }
  } finally {
    seen.finally += 1;
  }
}
const app = fastify();
await app.register(sse);
app.get('/', {sse: true}, async (request, reply) => {
  reply.sse.onClose(() => {
    seen.onClose += 1;
  });
  await reply.sse.send(events());
  seen.returned += 1;
});
await app.listen({host: '127.0.0.1', port: 0});
const {port} = app.server.address();

async function check(who, reads) {
  Object.assign(seen, {onClose: 0, finally: 0, returned: 0});
  const readers = [];
  for (let i = 0; i < 3; i += 1) {
    const options = {host: '127.0.0.1', port, agent: false, headers: {Accept: 'text/event-stream'}};
    const answer = await new Promise((done) => http.get(options, done));
    if (reads) answer.resume();
    readers.push(answer);
  }
  await pause(1500);
  readers.forEach((answer) => answer.destroy());
  await pause(5000);
  console.log(`${who} readers: onClose ${seen.onClose}, finally ${seen.finally}, send() returned ${seen.returned}`);
}
await check('quick', true);
await check('slow', false);
process.exit(0);
JS
seen=$(timeout 30 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
