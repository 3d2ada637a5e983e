#!/usr/bin/env bash
# How a web server ends a chunked HTTP/1.1 answer when the FastCGI application behind it dies in the middle.
#
# Debian 12: nginx 1.22.1-9+deb12u11, lighttpd 1.4.69-1, apache2-bin 2.4.71-1~deb12u1, haproxy 2.6.12-1+deb12u4, caddy 2.6.2-5, h2o 2.2.5+dfsg2-7.
#
# The application sends a head and one event, and closes its connection without END_REQUEST, as a process that is killed does.
# RFC 9112 (section 8): a chunked answer that ends without its last chunk is incomplete, and the client must be able to tell.
# nginx, Caddy and h2o send the last chunk all the same: to the client the answer is complete. lighttpd and HAProxy close
# without it. Apache sends neither a last chunk nor closes: the client waits until KeepAliveTimeout (5 s) is over.
#
# Seen, and expected again:
#   nginx: complete: with the last chunk
#   lighttpd: incomplete: closed without the last chunk
#   apache: incomplete: closed without the last chunk, about 5 s later
#   haproxy: incomplete: closed without the last chunk
#   caddy: complete: with the last chunk
#   h2o: complete: with the last chunk
set -euo pipefail
expected=$(sed -n "s/^#   //p" "${BASH_SOURCE[0]}")

work=$(mktemp -d)
pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
chmod 755 .
apt-get -qq download nginx=1.22.1-9+deb12u11 lighttpd=1.4.69-1 apache2-bin=2.4.71-1~deb12u1 libapr1 libaprutil1 haproxy=2.6.12-1+deb12u4 liblua5.3-0 libopentracing1 libopentracing-c-wrapper0 caddy=2.6.2-5 h2o=2.2.5+dfsg2-7 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
export PATH="$work/root/usr/sbin:$work/root/usr/bin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu" HOME="$work"

# Free ports.
read -r nginx lighttpd apache haproxy caddy h2o <<<"$(python3 -c '
import socket
all = [socket.create_server(("127.0.0.1", 0)) for _ in range(6)]
print(*[each.getsockname()[1] for each in all])')"

# A FastCGI responder: one request on a connection, answered by answer(). Its socket is app.sock.
cat >app.py <<'PYTHON'
import socket, socketserver, struct, sys, time

def record(kind, content=b'', number=1):
    return struct.pack('>BBHHBx', 1, kind, number, len(content), 0) + content

def pairs(data):
    found = {}
    while data:
        sizes = []
        for _ in range(2):
            if data[0] < 128: sizes.append(data[0]); data = data[1:]
            else: sizes.append(struct.unpack('>I', data[:4])[0] & 0x7fffffff); data = data[4:]
        name, value, data = data[:sizes[0]], data[sizes[0]:sum(sizes)], data[sum(sizes):]
        found[name.decode()] = value.decode('latin1')
    return found

class Request(socketserver.StreamRequestHandler):
    def handle(self):
        head, body = b'', b''
        while True:
            header = self.rfile.read(8)
            if len(header) < 8: return
            _, kind, number, size, padding = struct.unpack('>BBHHBx', header)
            content = self.rfile.read(size)
            self.rfile.read(padding)
            if kind == 4: head += content
            if kind == 5 and size: body += content
            if kind == 5 and not size: break
        self.number = number
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1) if self.connection.family == socket.AF_INET else None
        self.answer(pairs(head), body)

    def send(self, text):
        self.wfile.write(record(6, text.encode(), self.number))

    def end(self):
        self.wfile.write(record(6, b'', self.number) + record(3, bytes(8), self.number))

def answer(self, parameters, body):
    self.send('Content-Type: text/event-stream\r\n\r\ndata: 1\n\n')
    time.sleep(0.5)

Request.answer = answer

class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 50

Server('app.sock', Request).serve_forever()
PYTHON
python3 app.py &
pids+=($!)
until [[ -S app.sock ]]; do sleep 0.05; done
chmod 777 app.sock

mkdir -p nginx
cat >nginx.conf <<CONF
daemon off; pid $work/nginx/pid; error_log $work/nginx/error.log;
events {}
http {
  access_log off; client_body_temp_path $work/nginx; fastcgi_temp_path $work/nginx; proxy_temp_path $work/nginx;
  uwsgi_temp_path $work/nginx; scgi_temp_path $work/nginx;
  server {
    listen 127.0.0.1:$nginx;
    location / {
      fastcgi_pass unix:$work/app.sock; fastcgi_buffering off; fastcgi_param REQUEST_METHOD \$request_method;
      fastcgi_param CONTENT_LENGTH \$content_length; fastcgi_param SCRIPT_NAME \$fastcgi_script_name;
    }
  }
}
CONF
nginx -e "$work/nginx/error.log" -c "$work/nginx.conf" &
pids+=($!)

cat >lighttpd.conf <<CONF
server.document-root = "$work"
server.errorlog = "$work/lighttpd.log"
server.bind = "127.0.0.1"
server.port = $lighttpd
server.modules = ("mod_fastcgi")
server.stream-response-body = 1
fastcgi.server = ("/" => (("socket" => "$work/app.sock", "check-local" => "disable")))
CONF
lighttpd -D -m "$work/root/usr/lib/lighttpd" -f lighttpd.conf &
pids+=($!)

cat >apache.conf <<CONF
ServerRoot $work
DefaultRuntimeDir $work
PidFile $work/apache.pid
ErrorLog $work/apache.log
ServerName localhost
Listen 127.0.0.1:$apache
$( ((EUID)) || printf 'User nobody\nGroup nogroup\n')
$(for module in mpm_event authz_core proxy proxy_fcgi; do echo "LoadModule ${module}_module $work/root/usr/lib/apache2/modules/mod_$module.so"; done)
ProxyPass "/" "unix:$work/app.sock|fcgi://app/" flushpackets=on
CONF
apache2 -DFOREGROUND -f "$work/apache.conf" &
pids+=($!)

cat >haproxy.cfg <<CONF
defaults
  mode http
  timeout connect 5s
  timeout client 50s
  timeout server 50s
fcgi-app app
  docroot /
frontend in
  bind 127.0.0.1:$haproxy
  default_backend out
backend out
  use-fcgi-app app
  server app unix@$work/app.sock proto fcgi
CONF
haproxy -db -f haproxy.cfg 2>haproxy.log &
pids+=($!)

cat >Caddyfile <<CONF
{
	admin off
	auto_https off
}
http://127.0.0.1:$caddy {
	reverse_proxy unix/$work/app.sock {
		transport fastcgi
	}
}
CONF
caddy run --config Caddyfile --adapter caddyfile 2>caddy.log &
pids+=($!)

cat >h2o.yaml <<CONF
$( ((EUID)) || echo 'user: root')
num-threads: 1
listen: {host: 127.0.0.1, port: $h2o}
error-log: $work/h2o.log
hosts:
  default:
    paths:
      "/":
        fastcgi.connect: {port: $work/app.sock, type: unix}
CONF
h2o -c h2o.yaml 2>/dev/null &
pids+=($!)

cat >client.py <<'PYTHON'
import socket, sys, time

def read(port):
    for attempt in range(100):
        try:
            connection = socket.create_connection(('127.0.0.1', port), timeout=20)
            break
        except ConnectionRefusedError:
            time.sleep(0.1)
    connection.sendall(b'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
    seen = b''
    while b'data: 1' not in seen: seen += connection.recv(65536)
    began = time.monotonic()
    try:
        while not seen.endswith(b'0\r\n\r\n') and (data := connection.recv(65536)): seen += data
    except ConnectionResetError:
        pass
    took = time.monotonic() - began
    how = 'complete: with the last chunk' if seen.endswith(b'0\r\n\r\n') else 'incomplete: closed without the last chunk'
    return how + (', about 5 s later' if took > 4 else '')

for word in sys.argv[1:]:
    name, port = word.split('=')
    print(f'{name}: {read(int(port))}')
PYTHON
seen=$(timeout 45 python3 client.py nginx=$nginx lighttpd=$lighttpd apache=$apache haproxy=$haproxy caddy=$caddy h2o=$h2o)
echo "$seen"
[[ $seen == "$expected" ]] || { echo "this has changed; expected was:"; echo "$expected"; exit 1; }
