#!/usr/bin/env bash
# What a FastCGI application is told about the length of a body that a client sends in chunks.
#
# Debian 12: nginx 1.22.1-9+deb12u11, lighttpd 1.4.69-1, apache2-bin 2.4.71-1~deb12u1, haproxy 2.6.12-1+deb12u4, caddy 2.6.2-5, h2o 2.2.5+dfsg2-7, each
# with the smallest configuration that passes a request on to a FastCGI application.
#
# CGI (RFC 3875, 4.1.2) says that CONTENT_LENGTH is a number of bytes, or absent. Caddy passes on -1, Go's sign for "not
# known". HAProxy must know the length before it asks the application, and collects the body in one buffer (tune.bufsize,
# 16 KB): a larger one it answers itself, with 400, as if the request were malformed. Apache tells a length as long as the
# body is small, and none for a large one.
#
# Seen, and expected again:
#   nginx: CONTENT_LENGTH '5', 5 bytes came; CONTENT_LENGTH '100000', 100000 bytes came
#   lighttpd: CONTENT_LENGTH '5', 5 bytes came; CONTENT_LENGTH '100000', 100000 bytes came
#   apache: CONTENT_LENGTH '5', 5 bytes came; CONTENT_LENGTH 'absent', 100000 bytes came
#   haproxy: CONTENT_LENGTH '5', 5 bytes came; 400, the application was not asked
#   caddy: CONTENT_LENGTH '-1', 5 bytes came; CONTENT_LENGTH '-1', 100000 bytes came
#   h2o: CONTENT_LENGTH '5', 5 bytes came; CONTENT_LENGTH '100000', 100000 bytes came
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
    said = parameters.get('CONTENT_LENGTH', 'absent')
    self.send(f'Content-Type: text/plain\r\n\r\nCONTENT_LENGTH {said!r}, {len(body)} bytes came')
    self.end()

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

def post(port, size):
    for attempt in range(100):
        try:
            connection = socket.create_connection(('127.0.0.1', port), timeout=10)
            break
        except ConnectionRefusedError:
            time.sleep(0.1)
    head = b'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n'
    try:
        connection.sendall(head + b'%x\r\n' % size + b'x' * size + b'\r\n0\r\n\r\n')
    except (BrokenPipeError, ConnectionResetError):
        pass
    answer = b''
    try:
        while data := connection.recv(65536): answer += data
    except ConnectionResetError:
        pass
    if not answer: return 'no answer'
    line = answer.split(b'\r\n')[0].decode()
    if ' 200 ' not in line: return f'{line.split()[1]}, the application was not asked'
    return 'CONTENT_LENGTH ' + answer.split(b'CONTENT_LENGTH ')[1].split(b'came')[0].decode() + 'came'

for word in sys.argv[1:]:
    name, port = word.split('=')
    print(f'{name}: {post(int(port), 5)}; {post(int(port), 100000)}')
PYTHON
seen=$(timeout 45 python3 client.py nginx=$nginx lighttpd=$lighttpd apache=$apache haproxy=$haproxy caddy=$caddy h2o=$h2o)
echo "$seen"
[[ $seen == "$expected" ]] || { echo "this has changed; expected was:"; echo "$expected"; exit 1; }
