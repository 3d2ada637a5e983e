#!/usr/bin/env bash
# node-fastcgi 2.0.0 (npm; Node 20)
#
# It is used like Node's http module, and a handler of http learns from `close` of the response (or of the request) that the reader has
# left. In node-fastcgi neither ever fires, nor does `error`: when the web server closes the connection, only `aborted` of the request
# comes, which http has deprecated. The response does not even look closed: `destroyed` stays false, and write() takes data without an
# error. So an event stream that works under http, moved here unchanged, keeps its timers and its place in every list of readers
# for ever.
#
# The same handler runs under both. A client of each reads one event and closes its connection. Output seen:
#     http: aborted of the request, close of the request, close of the response, error of the request; response destroyed: true
#     node-fastcgi: aborted of the request; response destroyed: false
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact node-fastcgi@2.0.0
cat >check.cjs <<'JS'
const fastcgi = require('node-fastcgi');
const http = require('node:http');
const net = require('node:net');
const pause = require('node:timers/promises').setTimeout;

// What a web server sends for a GET: the beginning of the request, its parameters, and an empty body.
const record = (type, content = Buffer.alloc(0)) => Buffer.concat([Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 255, 0, 0]), content]);
const pair = (name, value) => Buffer.concat([Buffer.from([name.length, value.length]), Buffer.from(name + value)]);
const parameters = {REQUEST_METHOD: 'GET', REQUEST_URI: '/events', SERVER_PROTOCOL: 'HTTP/1.1', HTTP_HOST: '127.0.0.1'};
const begin = record(1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0]));
const overFastcgi = [begin, record(4, Buffer.concat(Object.entries(parameters).map((each) => pair(...each)))), record(4), record(5)];
const overHttp = 'GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';

async function check(name, library, message) {
  const fired = [];
  let destroyed;
  const server = library.createServer((request, response) => {
    for (const event of ['close', 'finish', 'error']) response.on(event, () => fired.push(`${event} of the response`));
    for (const event of ['aborted', 'close', 'error']) request.on(event, () => fired.push(`${event} of the request`));
    destroyed = () => response.destroyed;
    response.writeHead(200, {'Content-Type': 'text/event-stream'});
    setInterval(() => destroyed() || response.write('data: hi\n\n'), 200);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  await new Promise((done) => {
    const socket = net.connect(server.address().port, '127.0.0.1', () => socket.write(message));
    let text = '';
    socket.on('data', (data) => {
      text += data;
      if (!text.includes('data: hi')) return;
      socket.destroy();
      done();
    });
  });
  await pause(4000);
  console.log(`${name}: ${fired.sort().join(', ')}; response destroyed: ${destroyed()}`);
}

(async () => {
  await check('http', http, overHttp);
  await check('node-fastcgi', fastcgi, Buffer.concat(overFastcgi));
  process.exit(0);
})();
JS
seen=$(timeout 30 node check.cjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
