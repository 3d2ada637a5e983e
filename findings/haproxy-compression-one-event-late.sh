#!/usr/bin/env bash
# HAProxy, told to compress event streams, keeps the last bytes of each event until the next event comes.
#
# Debian 12: haproxy 2.6.12-1+deb12u4 with "compression algo gzip" and "compression type text/event-stream" in front of an HTTP server.
#
# The client gets compressed bytes for each event at once, in time and of the right size, so this looks like a compressor that is
# flushed. But a few bytes of the text are not in them; they come in front of the next event. They are the end of the event,
# with the line feed of the empty line that completes it. So the client has the data and may not use it: every event is one event
# late, and the last one before a pause is as late as the pause is long.
#
# The server sends each event only after the one before it was waited for, 1.5 seconds. Seen, and expected again:
#   not compressed: 4 of 4 events are complete before the next is sent
#   gzip: 0 of 4 events are complete before the next is sent; 4 of 4 lack 1 to 4 bytes at the end
set -euo pipefail
expected=$(sed -n "s/^#   //p" "${BASH_SOURCE[0]}")

work=$(mktemp -d)
pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
chmod 755 .
apt-get -qq download haproxy=2.6.12-1+deb12u4 liblua5.3-0 libopentracing1 libopentracing-c-wrapper0 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
export PATH="$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu"

# Free ports.
read -r port origin <<<"$(python3 -c '
import socket
all = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*[each.getsockname()[1] for each in all])')"

cat >haproxy.cfg <<CONF
defaults
  mode http
  timeout connect 5s
  timeout client 50s
  timeout server 50s
frontend in
  bind 127.0.0.1:$port
  default_backend out
backend out
  compression algo gzip
  compression type text/event-stream
  server origin 127.0.0.1:$origin
CONF
haproxy -db -f haproxy.cfg 2>/dev/null &
pids+=($!)

cat >check.py <<'PYTHON'
import http.client, http.server, queue, sys, threading, time, zlib

port, origin = map(int, sys.argv[1:])
events = queue.Queue()

class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Type', 'text/event-stream')
        self.send_header('Transfer-Encoding', 'chunked')
        self.end_headers()
        while event := events.get():
            self.wfile.write(b'%x\r\n%s\r\n' % (len(event), event))
        self.wfile.write(b'0\r\n\r\n')

    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(('127.0.0.1', origin), Origin)
server.handle_error = lambda *_: None
threading.Thread(target=server.serve_forever, daemon=True).start()

def read(coding):
    for attempt in range(100):
        try:
            connection = http.client.HTTPConnection('127.0.0.1', port, timeout=30)
            connection.request('GET', '/', headers={'Accept-Encoding': coding} if coding else {})
            break
        except ConnectionRefusedError:
            time.sleep(0.1)
    answer = connection.getresponse()
    assert answer.getheader('Content-Encoding') == coding, answer.getheader('Content-Encoding')
    unpack = zlib.decompressobj(31).decompress if coding else bytes
    text = bytearray()

    def take():
        while data := answer.read1(65536):
            text.extend(unpack(data))

    reader = threading.Thread(target=take, daemon=True)
    reader.start()
    sent, complete, short = b'', 0, 0
    for number in range(4):
        event = b'data: event number %d of four\n\n' % number
        sent += event
        events.put(event)
        until = time.monotonic() + 1.5
        while len(text) < len(sent) and time.monotonic() < until:
            time.sleep(0.02)
        complete += text == sent
        short += 1 <= len(sent) - len(text) <= 4 and sent.startswith(text)
    events.put(None)
    reader.join(10)
    assert text == sent
    return complete, short

print('not compressed: %d of 4 events are complete before the next is sent' % read(None)[0])
print('gzip: %d of 4 events are complete before the next is sent; %d of 4 lack 1 to 4 bytes at the end' % read('gzip'))
PYTHON
seen=$(timeout 45 python3 check.py "$port" "$origin")
echo "$seen"
[[ $seen == "$expected" ]] || { echo "this has changed; expected was:"; echo "$expected"; exit 1; }
