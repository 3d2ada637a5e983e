#!/usr/bin/env bash
# ndjson-readablestream 1.4.0 (npm; Node 20)
#
# In NDJSON a value ends with its line. This reader does not look for the line feed: after every piece that the network brings it tries
# whether what it has so far is JSON. The first half of an object is not, so objects come out right. The first digits of a number are:
# where a piece ends within a number, they are handed out as a value, and the other digits as the next one. If these are not JSON by
# themselves, as 04 or .5, they stay in front of all that follows, nothing is JSON any more, and the loop ends with the stream: no
# values, no error. So a stream of counters or measurements, right in each trial on one machine, goes wrong in the middle some day.
#
# The stream is the lines 1234, 1204 and 7, in one piece and in two. Output seen:
#     in one piece: 1234 1204 7
#     in two pieces, 12|34: 12 34 1204 7
#     in two pieces, 1234 12|04: 1234 12
#     lines with {"n": NUMBER}, in two pieces, 1234 12|04: 1234 1204 7
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact ndjson-readablestream@1.4.0
cat >check.mjs <<'JS'
import http from 'node:http';
import read from 'ndjson-readablestream';

let pieces;
const server = http.createServer((request, response) => {
  response.write(pieces[0]);
  setTimeout(() => response.end(pieces[1]), 200);
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
async function check(what, ...sent) {
  pieces = sent;
  const {body} = await fetch(`http://127.0.0.1:${server.address().port}/`);
  const values = [];
  for await (const value of read(body)) values.push(value.n ?? value);
  console.log(`${what}: ${values.join(' ')}`);
}
await check('in one piece', '1234\n1204\n7\n', '');
await check('in two pieces, 12|34', '12', '34\n1204\n7\n');
await check('in two pieces, 1234 12|04', '1234\n12', '04\n7\n');
await check('lines with {"n": NUMBER}, in two pieces, 1234 12|04', '{"n": 1234}\n{"n": 12', '04}\n{"n": 7}\n');
process.exit(0);
JS
seen=$(timeout 30 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
