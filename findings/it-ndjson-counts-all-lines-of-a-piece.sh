#!/usr/bin/env bash
# it-ndjson 2.0.0 (npm; Node 20)
#
# Its option maxMessageLength bounds the length of one message, so that a peer cannot fill the memory with a line that does not end. It is
# compared with all that has come and was not looked at: the rest of the line before, and every line of the new piece. So whether a stream is
# refused depends on how many short lines the network brings at once. A reader that is busy for a moment finds many in one piece, and
# ends with "Incoming message too long", on a stream whose messages have 8 characters where 100 are allowed. The lines that came before it in
# this piece are lost with it.
#
# A server sends a hundred lines, one each 5 ms or all at once. Output seen:
#     one by one: 100 messages, then the end
#     at once: 0 messages, then InvalidMessageLengthError
#     at once, without maxMessageLength: 100 messages, then the end
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact it-ndjson@2.0.0
cat >check.mjs <<'JS'
import http from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';
import {parse} from 'it-ndjson';

const lines = Array.from({length: 100}, (_, i) => `{"n":${i % 10}}\n`);
const server = http.createServer(async ({url}, response) => {
  if (url === '/at-once') return response.end(lines.join(''));
  for (const line of lines) {
    response.write(line);
    await pause(5);
  }
  response.end();
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
async function check(what, path, options) {
  const {body} = await fetch(`http://127.0.0.1:${server.address().port}${path}`);
  let count = 0;
  let end = 'the end';
  try {
    for await (const {n} of parse(body, options)) if (n === count % 10) count += 1;
  } catch ({name}) {
    end = name;
  }
  console.log(`${what}: ${count} messages, then ${end}`);
}
await check('one by one', '/', {maxMessageLength: 100});
await check('at once', '/at-once', {maxMessageLength: 100});
await check('at once, without maxMessageLength', '/at-once', {});
process.exit(0);
JS
seen=$(timeout 30 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
