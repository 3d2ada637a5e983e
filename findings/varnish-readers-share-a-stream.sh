#!/usr/bin/env bash
# Varnish makes one endless broadcast, with history, of an event stream that says nothing about caching.
#
# Debian 12: varnish 7.1.1-2+deb12u1 without any rules of its own, in front of an HTTP server whose stream has no Cache-Control.
#
# Such an answer may be cached for 120 seconds, and Varnish need not have all of it to hand it on: a reader who comes later gets the
# same answer from its beginning, though it is still growing. So the server is asked once, whoever comes, and all see the events of the
# first reader's stream from the first event on. The fetch does not belong to a reader: when all have left it goes on, and who
# comes then gets what nobody read. One would expect a stream for each reader, or that the second waits for the first.
# With "Cache-Control: no-cache" in the answer each reader has a stream of its own.
#
# Events are numbered from 1 in each stream. A second reader comes after 2 seconds, all leave, and a third comes 2 seconds later.
# Seen, and expected again:
#   nothing said: the server was asked 1 time; the first event of each reader: 1 1 1
#   nothing said: the third reader gets at once what was sent while nobody read: yes
#   nothing said: streams that the server sends while nobody reads: 1
#   no-cache: the server was asked 3 times; the first event of each reader: 1 1 1
#   no-cache: the third reader gets at once what was sent while nobody read: no
#   no-cache: streams that the server sends while nobody reads: 0
set -euo pipefail
expected=$(sed -n "s/^#   //p" "${BASH_SOURCE[0]}")
command -v cc >/dev/null || { echo 'a C compiler is missing, which Varnish needs: apt-get install gcc' >&2; exit 2; }

work=$(mktemp -d)
pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
chmod 755 .
apt-get -qq download varnish=7.1.1-2+deb12u1 libvarnishapi3=7.1.1-2+deb12u1 libjemalloc2 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
export PATH="$work/root/usr/sbin:$PATH"
export LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu:$work/root/usr/lib/varnish:$work/root/usr/lib/x86_64-linux-gnu/varnish"

# Free ports.
read -r port origin <<<"$(python3 -c '
import socket
all = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*[each.getsockname()[1] for each in all])')"

printf 'vcl 4.1;\nbackend origin { .host = "127.0.0.1"; .port = "%s"; }\n' "$origin" >default.vcl
varnishd -F -j none -n "$work/state" -f "$work/default.vcl" -a "127.0.0.1:$port" -s malloc,20m >varnish.log 2>&1 &
pids+=($!)

cat >check.py <<'PYTHON'
import http.client, http.server, re, sys, threading, time

port, origin = map(int, sys.argv[1:])
asked, streams = 0, 0

class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        global asked, streams
        asked += 1
        streams += 1
        self.send_response(200)
        self.send_header('Content-Type', 'text/event-stream')
        if self.path == '/no-cache':
            self.send_header('Cache-Control', 'no-cache')
        self.send_header('Transfer-Encoding', 'chunked')
        self.end_headers()
        try:
            for number in range(1, 150):
                event = b'data: %d\n\n' % number
                self.wfile.write(b'%x\r\n%s\r\n' % (len(event), event))
                time.sleep(0.2)
        except OSError:
            self.close_connection = True
        streams -= 1

    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(('127.0.0.1', origin), Origin)
server.daemon_threads = True
server.handle_error = lambda *_: None
threading.Thread(target=server.serve_forever, daemon=True).start()

def open_stream(path):
    for attempt in range(200):
        try:
            connection = http.client.HTTPConnection('127.0.0.1', port, timeout=20)
            connection.request('GET', path)
            break
        except ConnectionRefusedError:
            time.sleep(0.1)
    return connection, connection.getresponse()

def take(answer, seconds):
    text, until = b'', time.monotonic() + seconds
    while time.monotonic() < until:
        text += answer.read1(65536)
    return [int(number) for number in re.findall(rb'data: (\d+)\n\n', text)]

def close(connection, answer):
    answer.close()
    connection.close()

for name, path in (('nothing said', '/nothing'), ('no-cache', '/no-cache')):
    asked, streams = 0, 0
    first = open_stream(path)
    firsts = [take(first[1], 2)]
    second = open_stream(path)
    firsts.append(take(second[1], 0.5))
    close(*first)
    close(*second)
    time.sleep(2)
    quiet = streams
    third = open_stream(path)
    firsts.append(take(third[1], 0.1))
    close(*third)
    print(f'{name}: the server was asked {asked} time{"s" if asked > 1 else ""}; the first event of each reader:', *[each[0] for each in firsts])
    print(f'{name}: the third reader gets at once what was sent while nobody read: {"yes" if len(firsts[2]) > 15 else "no"}')
    print(f'{name}: streams that the server sends while nobody reads: {quiet}')
    while streams and name == 'no-cache':
        time.sleep(0.1)
PYTHON
seen=$(timeout 50 python3 check.py "$port" "$origin")
echo "$seen"
[[ $seen == "$expected" ]] || { echo "this has changed; expected was:"; echo "$expected"; exit 1; }
