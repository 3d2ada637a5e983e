#!/usr/bin/env bash
# express-sse 1.0.0 (npm; Node 20)
#
# A server may give it initial data, "to be served on new connections" (its comment at updateInit). It is sent to the new reader, and to all
# others as well, each time that anybody comes: the data goes out through the same emitter as every event. So a reader sees old
# data again as if it were news, once for each visitor, and when a server with N readers restarts, they come back one by one and
# get it N times each at most: N * N / 2 writes in place of N. With one reader, as in a trial by hand, nothing is to be seen.
# The author has said that it was meant so (issue 21).
#
# The initial data are two values. Four readers come one after the other; then one event is sent. Output seen:
#     reader 1 got: 8 initial values, 1 event
#     reader 2 got: 6 initial values, 1 event
#     reader 3 got: 4 initial values, 1 event
#     reader 4 got: 2 initial values, 1 event
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact express-sse@1.0.0
cat >check.mjs <<'JS'
import http from 'node:http';
import SSE from 'express-sse';

const sse = new SSE(['open', 'quiet']);
const server = http.createServer(sse.init);
await new Promise((done) => server.listen(0, '127.0.0.1', done));

const readers = [];
const arrive = (reader, text) =>
  new Promise((done) => {
    reader.check = () => reader.text.includes(text) && done();
    reader.check();
  });
for (let i = 0; i < 4; i += 1) {
  const reader = {text: '', check() {}};
  readers.push(reader);
  http.get({host: '127.0.0.1', port: server.address().port, agent: false}, (response) => {
    response.on('data', (data) => {
      reader.text += data;
      reader.check();
    });
  });
  await arrive(reader, 'quiet');
}
sse.send('news');
await Promise.all(readers.map((reader) => arrive(reader, 'news')));
readers.forEach(({text}, i) => {
  const count = (pattern) => text.match(pattern)?.length ?? 0;
  console.log(`reader ${i + 1} got: ${count(/^data: "(open|quiet)"$/gm)} initial values, ${count(/^data: "news"$/gm)} event`);
});
process.exit(0);
JS
seen=$(timeout 30 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
