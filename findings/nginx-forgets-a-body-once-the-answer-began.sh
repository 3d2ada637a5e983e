#!/usr/bin/env bash
# nginx 1.22.1-9+deb12u11 (Debian 12)
#
# With "fastcgi_request_buffering off" nginx passes each piece of a request body on as it comes, and it also passes the answer on while the
# body is still coming: an application can answer line by line to a client that goes on writing. This works in every small try. But when the
# application is slower than the client for a moment, so that its socket is full once, nginx continues the body only if the answer has
# not begun. If it has, the rest is never passed on: the application waits for bytes, the client waits to send them, both sockets are
# idle, and nothing is logged until fastcgi_send_timeout (60 s) ends the request. The event handler that would write again looks
# whether the head of the answer was sent, and then gives up writing (ngx_http_upstream_send_request_handler; gRPC is excepted).
# "proxy_pass" is passed through the same handler.
#
# A client sends 4,000,000 bytes; a FastCGI application takes them in pieces of 64 KiB with a pause of 5 ms after each. It begins its
# answer at the first byte of the body, or at the last. Output seen:
#     answer begins at the end: 4000000 of 4000000 bytes arrived
#     answer begins at once: less than 1000000 bytes arrived, then none for 5 s
#     answer begins at once, the client waits for an answer to every 65536 bytes: 4000000 of 4000000 bytes arrived
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")

work=$(mktemp -d)
pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
chmod 755 .
apt-get -qq download nginx=1.22.1-9+deb12u11 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done

# A free port.
port=$(python3 -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
mkdir -p nginx
chmod 777 nginx
cat >nginx.conf <<CONF
daemon off; pid $work/nginx/pid; error_log $work/nginx/error.log;
events {}
http {
  access_log off; client_body_temp_path $work/nginx; fastcgi_temp_path $work/nginx; proxy_temp_path $work/nginx;
  uwsgi_temp_path $work/nginx; scgi_temp_path $work/nginx;
  server {
    listen 127.0.0.1:$port;
    client_max_body_size 0;
    location / {
      fastcgi_pass unix:$work/nginx/app.sock;
      fastcgi_param QUERY_STRING \$query_string;
      fastcgi_request_buffering off;
      fastcgi_buffering off;
    }
  }
}
CONF

cat >application.py <<'PY'
# One FastCGI request a connection: its body is read slowly. QUERY_STRING says when the answer begins.
import os, socket, struct, sys, threading, time

def record(kind, content=b''):
    return struct.pack('>BBHHBB', 1, kind, 1, len(content), 0, 0) + content

def serve(peer):
    left, total, params, began = b'', 0, b'', False
    while True:
        bytes = peer.recv(65536)
        if not bytes: break
        left += bytes
        slow = False
        while len(left) >= 8:
            _, kind, _, size, padding, _ = struct.unpack('>BBHHBB', left[:8])
            if len(left) < 8 + size + padding: break
            content, left = left[8:8 + size], left[8 + size + padding:]
            if kind == 4: params += content
            if kind != 5: continue
            if size and not began and b'at_once' in params:
                began = True
                peer.sendall(record(6, b'Content-Type: text/plain\r\n\r\n'))
            if size:
                slow = True
                before, total = total, total + size
                if began and before // 65536 != total // 65536: peer.sendall(record(6, b'taken\n'))
            else:
                if not began: peer.sendall(record(6, b'Content-Type: text/plain\r\n\r\n'))
                peer.sendall(record(6, b'total %d\n' % total) + record(6) + record(3, bytes_of_end))
                peer.close()
                return
            open(sys.argv[2], 'w').write(str(total))
        if slow: time.sleep(0.005)

bytes_of_end = struct.pack('>IB3x', 0, 0)
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o777)
server.listen()
while True: threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
PY
python3 application.py "$work/nginx/app.sock" "$work/total" &
pids+=($!)
until [[ -S nginx/app.sock ]]; do sleep 0.1; done
root/usr/sbin/nginx -p "$work" -c nginx.conf 2>/dev/null &
pids+=($!)

cat >client.py <<'PY'
import socket, sys, time
port, file = int(sys.argv[1]), sys.argv[2]
size = 4_000_000

def connect():
    for _ in range(100):
        try: return socket.create_connection(('127.0.0.1', port))
        except OSError: time.sleep(0.1)

def taken():
    try: return int(open(file).read() or 0)
    except OSError: return 0

# Sends the body as fast as it is taken, and reads the answer meanwhile. With `window` it sends no more than that ahead of the answers.
def send(query, window=None):
    open(file, 'w').close()
    peer = connect()
    peer.sendall(b'POST /?%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\nConnection: close\r\n\r\n' % (query, size))
    peer.setblocking(False)
    sent, answers, moved = 0, b'', time.monotonic()
    last = 0
    while time.monotonic() - moved < 5:
        may = size if window is None else min(size, window * (2 + answers.count(b'taken')))
        try: sent += peer.send(b'x' * min(65536, may - sent)) if may > sent else 0
        except BlockingIOError: pass
        try: more = peer.recv(65536)
        except BlockingIOError: more = None
        if more: answers += more
        if b'total' in answers: return '%d of %d bytes arrived' % (int(answers.split(b'total ')[1].split()[0]), size)
        if taken() != last: last, moved = taken(), time.monotonic()
        time.sleep(0.001)
    return ('less than 1000000' if last < 1_000_000 else str(last)) + ' bytes arrived, then none for 5 s'

print('answer begins at the end:', send(b'at_end'))
print('answer begins at once:', send(b'at_once'))
print('answer begins at once, the client waits for an answer to every 65536 bytes:', send(b'at_once', 65536))
PY
seen=$(timeout 50 python3 client.py "$port" "$work/total")
echo "$seen"
[[ $seen == "$expected" ]] || { echo "changed; it was:"; echo "$expected"; exit 1; }
