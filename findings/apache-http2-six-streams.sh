#!/usr/bin/env bash
# Over HTTP/2, Apache answers six event streams of a browser, says that it allows a hundred, and lets the seventh request wait.
#
# Debian 12: apache2-bin 2.4.71-1~deb12u1 with mod_http2 as it comes, in front of an HTTP server; the limit is mod_http2's, whatever is behind.
#
# HTTP/2 is what one takes to get rid of the browser's limit of six connections. mod_http2 announces 100 concurrent streams and begins to
# work on six; it allows more only as requests come to their end, and event streams do not. So with six tabs open the seventh
# stream gets no answer and no error, and no other request of that connection does either, a small file included: the site is dead
# for this one browser. A browser that loaded files before, one after the other, may open more; how many depends on their number and
# on the time between them. No thread is short: other connections are served at once. Nothing is logged (LogLevel warn).
#
# A client opens 20 streams on one connection and then asks for a file. Before, it loaded 0, 1 or 3 files, one each 0.3 s. Seen, and
# expected again:
#   announced: 100 concurrent streams
#   0 files before: 6 of 20 streams answered; a file then: no answer in 4 s; by another connection: answered
#   1 files before: 12 of 20 streams answered; a file then: no answer in 4 s; by another connection: answered
#   3 files before: 20 of 20 streams answered; a file then: answered; by another connection: answered
#   logged: nothing but the start
set -euo pipefail
expected=$(sed -n "s/^#   //p" "${BASH_SOURCE[0]}")

work=$(mktemp -d)
pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
chmod 755 .
apt-get -qq download apache2-bin=2.4.71-1~deb12u1 libapr1 libaprutil1 libnghttp2-14 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
export LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu"

# Free ports.
read -r port origin <<<"$(python3 -c '
import socket
all = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*[each.getsockname()[1] for each in all])')"

cat >apache.conf <<CONF
ServerRoot $work
DefaultRuntimeDir $work
PidFile $work/apache.pid
ErrorLog $work/apache.log
ServerName localhost
Listen 127.0.0.1:$port
$( ((EUID)) || printf 'User nobody\nGroup nogroup\n')
$(for module in mpm_event authz_core http2 proxy proxy_http; do echo "LoadModule ${module}_module $work/root/usr/lib/apache2/modules/mod_$module.so"; done)
Protocols h2c http/1.1
ProxyPass "/" "http://127.0.0.1:$origin/"
CONF
root/usr/sbin/apache2 -DFOREGROUND -f "$work/apache.conf" &
pids+=($!)

cat >check.mjs <<'JS'
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import {setTimeout as pause} from 'node:timers/promises';

const [port, origin] = process.argv.slice(2).map(Number);
http.createServer((request, response) => {
  if (request.url !== '/events') return response.end('a file');
  response.writeHead(200, {'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache'});
  response.write('data: hi\n\n');
  const timer = setInterval(() => response.write('data: hi\n\n'), 500);
  response.on('close', () => clearInterval(timer));
}).listen(origin, '127.0.0.1');

const listens = () => new Promise((done) => {
  const socket = net.connect(port, '127.0.0.1', () => done(socket.destroy()));
  socket.on('error', () => done(false));
});
while (!await listens()) await pause(100);

const connect = () => new Promise((done) => {
  const connection = http2.connect(`http://127.0.0.1:${port}`);
  connection.once('remoteSettings', (settings) => done([connection, settings.maxConcurrentStreams]));
});
const answer = (connection, path) => new Promise((done) => {
  const stream = connection.request({':path': path});
  stream.on('error', () => {});
  stream.once('data', done);
  if (path !== '/events') stream.on('end', done);
});
const file = (connection) => Promise.race([
  answer(connection, '/file').then(() => 'answered'), pause(4000).then(() => 'no answer in 4 s'),
]);

for (const files of [0, 1, 3]) {
  const [connection, announced] = await connect();
  if (files === 0) console.log(`announced: ${announced} concurrent streams`);
  for (let i = 0; i < files; i++) {
    await pause(300);
    await answer(connection, '/file');
  }
  let answered = 0;
  for (let i = 0; i < 20; i++) {
    answer(connection, '/events').then(() => answered++);
    await pause(50);
  }
  await pause(2000);
  const [other] = await connect();
  const [here, there] = await Promise.all([file(connection), file(other)]);
  console.log(`${files} files before: ${answered} of 20 streams answered; a file then: ${here}; by another connection: ${there}`);
  connection.destroy();
  other.destroy();
  await pause(1500);
}
process.exit();
JS
seen=$(timeout 45 node check.mjs "$port" "$origin")
seen+=$'\n'"logged: $(grep -v 'mpm_event:notice\|core:notice' apache.log || echo 'nothing but the start')"
echo "$seen"
[[ $seen == "$expected" ]] || { echo "changed; it was:"; echo "$expected"; exit 1; }
