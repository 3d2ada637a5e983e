#!/usr/bin/env bash
# HAProxy holds every small piece of a growing FastCGI answer back for 200 ms.
#
# Debian 12: haproxy 2.6.12-1+deb12u4 in front of a FastCGI application that writes an event of 30 bytes each half second.
#
# The pieces are written with MSG_MORE, in the hope of more, though the application has nothing more to say, and the kernel
# sends them 200 ms later. So each event of a stream comes late, not only the first, over any network and on an idle machine.
# "option http-no-delay" in the frontend takes this away. The default is as good as invisible: nothing is lost, and every
# event looks as if the network were slow.
#
# Seen, and expected again:
#   as it comes: each event about 200 ms late
#   with option http-no-delay: each event at once
set -euo pipefail
expected=$(sed -n "s/^#   //p" "${BASH_SOURCE[0]}")

work=$(mktemp -d)
pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
chmod 755 .
apt-get -qq download haproxy=2.6.12-1+deb12u4 liblua5.3-0 libopentracing1 libopentracing-c-wrapper0  2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
export PATH="$work/root/usr/sbin:$work/root/usr/bin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu" HOME="$work"

# Free ports.
read -r haproxy nodelay <<<"$(python3 -c '
import socket
all = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
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
    self.send('Content-Type: text/event-stream\r\n\r\n')
    for _ in range(7):
        self.send(f'data: {time.monotonic():.6f}\n\n')
        time.sleep(0.5)
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

cat >haproxy.cfg <<CONF
defaults
  mode http
  timeout connect 5s
  timeout client 50s
  timeout server 50s
fcgi-app app
  docroot /
frontend plain
  bind 127.0.0.1:$haproxy
  default_backend out
frontend no-delay
  bind 127.0.0.1:$nodelay
  option http-no-delay
  default_backend out
backend out
  use-fcgi-app app
  server app unix@$work/app.sock proto fcgi
CONF
haproxy -db -f haproxy.cfg 2>/dev/null &
pids+=($!)

cat >client.py <<'PYTHON'
import http.client, statistics, sys, time

def late(port):
    for attempt in range(100):
        try:
            connection = http.client.HTTPConnection('127.0.0.1', port, timeout=20)
            connection.request('GET', '/')
            break
        except ConnectionRefusedError:
            time.sleep(0.1)
    answer = connection.getresponse()
    delays = [time.monotonic() - float(line[6:]) for line in answer if line.startswith(b'data: ')]
    median = statistics.median(delays)
    return 'about 200 ms late' if 0.15 < median < 0.3 else 'at once' if median < 0.1 else f'{median:.3f} s late'

for word, name in zip(sys.argv[1:], ['as it comes', 'with option http-no-delay']):
    print(f'{name}: each event {late(int(word.split("=")[1]))}')
PYTHON
seen=$(timeout 45 python3 client.py haproxy=$haproxy nodelay=$nodelay)
echo "$seen"
[[ $seen == "$expected" ]] || { echo "this has changed; expected was:"; echo "$expected"; exit 1; }
