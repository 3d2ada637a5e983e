#!/usr/bin/env bash
# wget 1.21.3-1+deb12u1 (Debian 12)
#
# "wget -qO- URL | while read" is a common way to follow an event stream in a shell, and wget is known to try again when a connection breaks.
# It does, and the stream goes on at the server, but nothing of it is written any more. wget takes a stream for a file: it asks for the rest
# of it (Range: bytes=N-, N being what it has written so far), a server of events does not know such ranges and answers 200, and wget
# leaves out the first N bytes of the new answer as if it had them. These are new events. The longer the stream was, the more is lost: after
# a day of events, all events of about another day. There is no message, the exit status is 0, and a stream that is cut often
# never comes far enough to write anything. One would expect the new answer from its beginning, or an error.
# "--tries=1" in a loop of the shell does what is meant.
#
# Events of equal length are numbered through; the first two connections break after 20 events each, the third ends well after 25.
# Output seen:
#     sent: 1-20, 21-40, 41-65
#     written: 1-20, 61-65
#     Range: none, bytes=420-, bytes=420-
#     exit status 0
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get -qq download wget=1.21.3-1+deb12u1 libpsl5 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
export LD_LIBRARY_PATH="$folder/root/usr/lib/x86_64-linux-gnu"

cat >check.py <<'PY'
import re, socket, subprocess, sys, threading

plan = [(20, 'cut'), (20, 'cut'), (25, 'end')]
sent, ranges, last = [], [], 0

def serve(listener):
    global last
    for count, how in plan:
        peer, _ = listener.accept()
        head = b''
        while b'\r\n\r\n' not in head:
            head += peer.recv(4096)
        asked = re.search(r'^Range: (.*?)\r$', head.decode(), re.M)
        ranges.append(asked[1] if asked else 'none')
        peer.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n')
        for number in range(last + 1, last + count + 1):
            event = b'id: %03d\ndata: order\n\n' % number
            peer.sendall(b'%x\r\n%s\r\n' % (len(event), event))
        sent.append(f'{last + 1}-{last + count}')
        last += count
        if how == 'end':
            peer.sendall(b'0\r\n\r\n')
        peer.close()

listener = socket.create_server(('127.0.0.1', 0))
threading.Thread(target=serve, args=(listener,), daemon=True).start()
run = subprocess.run([sys.argv[1], '--no-config', '-qO-', f'http://127.0.0.1:{listener.getsockname()[1]}/events'], capture_output=True, timeout=30)

written = []
for number in map(int, re.findall(r'^id: (\d+)$', run.stdout.decode(), re.M)):
    if written and written[-1][1] == number - 1:
        written[-1][1] = number
    else:
        written.append([number, number])
print('sent:', ', '.join(sent))
print('written:', ', '.join(f'{first}-{last}' for first, last in written))
print('Range:', ', '.join(ranges))
print('exit status', run.returncode)
PY
seen=$(timeout 40 env -u http_proxy -u HTTP_PROXY python3 check.py "$folder/root/usr/bin/wget")
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
