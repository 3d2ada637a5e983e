#!/usr/bin/env bash
# nginx 1.22.1-9+deb12u11 (Debian 12), Linux 6.18
#
# An upstream over a Unix socket counts as the cheaper one. But nginx wakes up three times for a request that it passes on over a Unix
# socket, and twice over TCP on loopback. The third time is the moment in which the application reads the request: nginx waits for
# readability and writability of each upstream connection, edge-triggered, from beginning to end (ngx_epoll_add_connection). A TCP socket
# reports that it can be written to only after a write had found it full; a Unix socket reports it whenever its peer takes bytes out
# (unix_write_space in the kernel has no such condition). nginx then has nothing to write, and goes back to sleep.
#
# The wake-up is saved if the application looks at a small request without taking it out of the socket (MSG_PEEK), answers, and takes it out
# then: both events come at once.
#
# A client sends 40 requests over one connection, each after the answer to the one before; the application waits for 20 ms before it
# answers. Counted are the times that nginx went to sleep. Output seen:
#     TCP, read and answer: 2 wake-ups a request
#     Unix socket, read and answer: 3 wake-ups a request
#     Unix socket, peek, answer and read: 2 wake-ups a request
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")

work=$(mktemp -d)
pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
chmod 755 .
apt-get -qq download nginx=1.22.1-9+deb12u11 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done

cat >free_port.py <<'PY'
import socket
print(socket.create_server(('127.0.0.1', 0)).getsockname()[1])
PY
front=$(python3 free_port.py)
back=$(python3 free_port.py)
mkdir -p nginx
cat >nginx.conf <<CONF
daemon off; master_process off; pid $work/nginx/pid; error_log $work/nginx/error.log;
events {}
http {
  access_log off; client_body_temp_path $work/nginx; fastcgi_temp_path $work/nginx; proxy_temp_path $work/nginx;
  uwsgi_temp_path $work/nginx; scgi_temp_path $work/nginx;
  upstream tcp { server 127.0.0.1:$back; keepalive 4; }
  upstream unix { server unix:$work/app.sock; keepalive 4; }
  server {
    listen 127.0.0.1:$front;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    location /tcp/ { proxy_pass http://tcp; }
    location /unix/ { proxy_pass http://unix; }
  }
}
CONF

cat >application.py <<'PY'
import os, socket, sys, threading, time

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n'

def serve(peer):
    while True:
        request = peer.recv(65536, socket.MSG_PEEK)
        if not request: return
        peeks = b'/peek' in request
        if not peeks: peer.recv(65536)
        time.sleep(0.02)
        peer.sendall(ANSWER)
        if peeks: peer.recv(len(request))

def listen(listening):
    while True: threading.Thread(target=serve, args=(listening.accept()[0],), daemon=True).start()

unix = socket.socket(socket.AF_UNIX)
unix.bind('app.sock')
unix.listen()
tcp = socket.create_server(('127.0.0.1', int(sys.argv[1])))
threading.Thread(target=listen, args=(unix,), daemon=True).start()
listen(tcp)
PY

cat >client.py <<'PY'
import http.client, sys, time

port, nginx, path = int(sys.argv[1]), sys.argv[2], sys.argv[3]

def sleeps():
    with open(f'/proc/{nginx}/status') as status:
        return next(int(line.split()[1]) for line in status if line.startswith('voluntary_ctxt_switches'))

connection = http.client.HTTPConnection('127.0.0.1', port, timeout=20)
def ask():
    connection.request('GET', path)
    answer = connection.getresponse()
    assert answer.status == 200 and answer.read() == b'ok\n'
    time.sleep(0.02)
for _ in range(5): ask()
before = sleeps()
for _ in range(40): ask()
print(round((sleeps() - before) / 40))
PY

python3 application.py "$back" & pids+=($!)
until [[ -S app.sock ]]; do sleep 0.05; done
root/usr/sbin/nginx -p "$work/nginx" -e "$work/nginx/error.log" -c "$work/nginx.conf" & nginx=$!
pids+=("$nginx")
until (exec 3<>"/dev/tcp/127.0.0.1/$front") 2>/dev/null && (exec 3<>"/dev/tcp/127.0.0.1/$back") 2>/dev/null; do sleep 0.05; done

seen=$(
  echo "TCP, read and answer: $(python3 client.py "$front" "$nginx" /tcp/read) wake-ups a request"
  echo "Unix socket, read and answer: $(python3 client.py "$front" "$nginx" /unix/read) wake-ups a request"
  echo "Unix socket, peek, answer and read: $(python3 client.py "$front" "$nginx" /unix/peek) wake-ups a request"
)
echo "$seen"
[[ $seen == "$expected" ]] || { echo "changed; this was seen before:" >&2; echo "$expected" >&2; exit 1; }
