#!/usr/bin/env bash
# Whether Caddy compresses an event stream depends on the length of its first write.
#
# Debian 12: caddy 2.6.2-5, "encode gzip" in front of a FastCGI application that sends Cache-Control: no-transform.
#
# The minimum length of "encode", 512, is compared with the first write, since the length of a stream is not known. A stream
# that begins with 512 bytes passes as it comes. One that begins with 513 bytes is compressed, in spite of no-transform, and
# then nothing of it can be unpacked until it ends: what is flushed towards the client is not flushed out of the compressor.
# So a server whose streams always work may stand still on the day on which a reader resumes with more history.
#
# Seen, and expected again:
#   first write 512 bytes: not compressed, 5 events as they were sent, 0 at the end
#   first write 513 bytes: gzip, 0 events as they were sent, 5 at the end
set -euo pipefail
expected=$(sed -n "s/^#   //p" "${BASH_SOURCE[0]}")

work=$(mktemp -d)
pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
chmod 755 .
apt-get -qq download caddy=2.6.2-5 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
export PATH="$work/root/usr/sbin:$work/root/usr/bin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu" HOME="$work"

# Free ports.
read -r caddy <<<"$(python3 -c '
import socket
all = [socket.create_server(("127.0.0.1", 0)) for _ in range(1)]
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
    self.send('Content-Type: text/event-stream\r\nCache-Control: no-transform\r\n\r\n')
    size = int(parameters['QUERY_STRING'])
    self.send('data: ' + 'x' * (size - 8) + '\n\n')
    for number in range(4):
        time.sleep(0.5)
        self.send(f'data: {number}\n\n')
    time.sleep(2)
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

cat >Caddyfile <<CONF
{
	admin off
	auto_https off
}
http://127.0.0.1:$caddy {
	encode gzip
	reverse_proxy unix/$work/app.sock {
		transport fastcgi
	}
}
CONF
caddy run --config Caddyfile --adapter caddyfile 2>caddy.log &
pids+=($!)

cat >client.py <<'PYTHON'
import http.client, sys, time, zlib

def read(port, size):
    for attempt in range(100):
        try:
            connection = http.client.HTTPConnection('127.0.0.1', port, timeout=20)
            connection.request('GET', f'/?{size}', headers={'Accept-Encoding': 'gzip'})
            break
        except ConnectionRefusedError:
            time.sleep(0.1)
    answer = connection.getresponse()
    coding = answer.getheader('Content-Encoding')
    unpack = zlib.decompressobj(31).decompress if coding else bytes
    began, early, late = time.monotonic(), 0, 0
    while data := answer.read1(65536):
        events = unpack(data).count(b'\n\n')
        if time.monotonic() - began < 3: early += events
        else: late += events
    return f'{coding or "not compressed"}, {early} events as they were sent, {late} at the end'

port = int(sys.argv[1].split('=')[1])
for size in (512, 513):
    print(f'first write {size} bytes: {read(port, size)}')
PYTHON
seen=$(timeout 45 python3 client.py caddy=$caddy)
echo "$seen"
[[ $seen == "$expected" ]] || { echo "this has changed; expected was:"; echo "$expected"; exit 1; }
