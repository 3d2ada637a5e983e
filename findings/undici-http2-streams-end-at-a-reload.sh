#!/usr/bin/env bash
# undici 7.30.2 with allowH2 (npm; Node 20), nginx 1.22.1-9+deb12u11 (Debian 12)
#
# A reload of nginx does not end what is under way. Over HTTP/2 nginx sends a GOAWAY frame that has no error and names the last stream that it
# goes on to serve: the client is to send new requests elsewhere and to read its streams to their end (RFC 9113, 6.8). undici closes the
# connection at this frame, and each stream on it fails with UND_ERR_SOCKET, though the server goes on to serve it. So every reload, which is what
# one does in order not to disturb anybody, cuts the streams of all these readers at the same moment, and a certificate that is renewed
# reloads nginx too. Over HTTP/1.1 none is cut, nor are those of Node's own http2 client.
#
# Nor is the reason given for which one takes HTTP/2: as it is, each stream has a connection of its own, as over HTTP/1.1, though the server
# allows 128 streams on each.
#
# Each client opens 5 event streams through nginx, which is then told to reload. Output seen:
#     undici, HTTP/1.1: connections: 5; streams that live after the reload: 5
#     undici, HTTP/2: connections: 5; streams that live after the reload: 0, UND_ERR_SOCKET
#     node:http2: connections: 1; streams that live after the reload: 5
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")

work=$(mktemp -d)
pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
chmod 755 .
apt-get -qq download nginx=1.22.1-9+deb12u11 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact undici@7.30.2
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -keyout key -out crt 2>/dev/null

# Free ports.
read -r port origin <<<"$(python3 -c '
import socket
all = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*[each.getsockname()[1] for each in all])')"

mkdir -p nginx
chmod 777 nginx
cat >nginx.conf <<CONF
daemon off; pid $work/nginx/pid; error_log $work/nginx/error.log;
events {}
http {
  access_log off; client_body_temp_path $work/nginx; fastcgi_temp_path $work/nginx;
  proxy_temp_path $work/nginx; uwsgi_temp_path $work/nginx; scgi_temp_path $work/nginx;
  server {
    listen 127.0.0.1:$port ssl http2;
    ssl_certificate $work/crt; ssl_certificate_key $work/key;
    location / { proxy_buffering off; proxy_pass http://127.0.0.1:$origin; proxy_set_header X-Connection \$connection; }
  }
}
CONF
root/usr/sbin/nginx -e "$work/nginx/error.log" -c "$work/nginx.conf" &
pids+=($!)

cat >check.mjs <<'JS'
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import {setTimeout as pause} from 'node:timers/promises';
import {Agent, fetch} from 'undici';

const [port, origin, nginx] = process.argv.slice(2).map(Number);
const connections = new Set();
http.createServer((request, response) => {
  connections.add(request.headers['x-connection']);
  response.writeHead(200, {'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache'});
  response.write('data: hi\n\n');
  const timer = setInterval(() => response.write('data: hi\n\n'), 100);
  response.on('close', () => clearInterval(timer));
}).listen(origin, '127.0.0.1');
const listens = () => new Promise((done) => {
  const socket = net.connect(port, '127.0.0.1', () => done(socket.destroy()));
  socket.on('error', () => done(false));
});
while (!await listens()) await pause(100);

const url = `https://127.0.0.1:${port}/`;
const withUndici = (allowH2) => {
  const dispatcher = new Agent({allowH2, connect: {rejectUnauthorized: false}});
  return async (reader) => {
    const {body} = await fetch(url, {dispatcher});
    for await (const _ of body) reader.events += 1;
  };
};
const withNode = () => {
  const session = http2.connect(url, {rejectUnauthorized: false});
  return async (reader) => {
    for await (const _ of session.request({':path': '/'})) reader.events += 1;
  };
};
const check = async (name, read) => {
  connections.clear();
  const readers = Array.from({length: 5}, () => ({events: 0, failed: ''}));
  for (const reader of readers) read(reader).catch((error) => { reader.failed = error.cause?.code ?? error.code; });
  while (readers.some(({events}) => events === 0)) await pause(50);
  process.kill(nginx, 'SIGHUP');
  await pause(2500);
  const before = readers.map(({events}) => events);
  await pause(1500);
  const alive = readers.filter(({events}, i) => events > before[i]).length;
  const failed = [...new Set(readers.map((reader) => reader.failed).filter(Boolean))];
  console.log(`${name}: connections: ${connections.size}; streams that live after the reload: ${[alive, ...failed].join(', ')}`);
};
await check('undici, HTTP/1.1', withUndici(false));
await check('undici, HTTP/2', withUndici(true));
await check('node:http2', withNode());
process.exit(0);
JS
seen=$(timeout 45 node check.mjs "$port" "$origin" "${pids[0]}")
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
