#!/usr/bin/env bash
# nginx 1.22.1-9+deb12u11 (Debian 12)
#
# `zone` of an upstream puts its run-time state into shared memory, so that all worker processes count together: how many connections each server
# has (`max_conns`), and which has the fewest (`least_conn`). Shared memory survives a reload, and streams do: the old processes go on to serve them
# until they end. So one expects them to be counted. limit_conn does count them. The zone of an upstream begins anew at 0 with each
# reload, whether or not anything was changed, and a certificate that is renewed reloads nginx too.
#
# So a server that bears N streams, and says so by max_conns=N, gets N more after each reload. With least_conn a server that comes back empty,
# while another one has all the streams, is filled up first. After a reload nginx takes both for empty and gives each half, and the two stay as
# unequal as they are. With short requests nothing of this is to be seen. `worker_shutdown_timeout` bounds how long it lasts.
#
# FastCGI servers that answer with a stream without an end. "max_conns" and "limit_conn": 4 requests each time. "least_conn": two servers have 6 streams
# each; then those of the second end, and 6 readers come again. Output seen:
#     max_conns=2: streams at the server: 2; after a reload: 4; after another: 6; the others got: 502
#     limit_conn 2: streams at the server: 2; after a reload: 2; after another: 2; the others got: 503
#     least_conn: streams at the two servers: 6 and 6
#     least_conn, a reload before they come again: streams at the two servers: 9 and 3
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")

work=$(mktemp -d)
nginx=''
trap '[[ ! $nginx ]] || kill "$nginx" 2>/dev/null || true; wait 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
chmod 755 .
apt-get -qq download nginx=1.22.1-9+deb12u11 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done

# Free ports.
read -r port first second <<<"$(python3 -c '
import socket
all = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*[each.getsockname()[1] for each in all])')"

mkdir nginx
chmod 777 nginx
cat >nginx.conf <<CONF
daemon off; pid $work/nginx/pid; error_log $work/nginx/error.log; worker_processes 1;
events {}
http {
  access_log off; client_body_temp_path $work/nginx; fastcgi_temp_path $work/nginx; proxy_temp_path $work/nginx;
  uwsgi_temp_path $work/nginx; scgi_temp_path $work/nginx;
  fastcgi_buffering off;
  limit_conn_zone \$server_addr zone=limited:1m;
  upstream max { zone max 64k; server 127.0.0.1:$first max_conns=2; }
  upstream least { zone least 64k; least_conn; server 127.0.0.1:$first; server 127.0.0.1:$second; }
  server {
    listen 127.0.0.1:$port;
    location /max_conns { fastcgi_pass max; }
    location /limit_conn { limit_conn limited 2; fastcgi_pass 127.0.0.1:$first; }
    location /least_conn { fastcgi_pass least; }
    location /pid { return 200 \$pid; }
  }
}
CONF
root/usr/sbin/nginx -e "$work/nginx/error.log" -c "$work/nginx.conf" &
nginx=$!

cat >check.py <<'PYTHON'
import http.client, os, select, signal, socket, struct, sys, threading, time

nginx, port, first, second = map(int, sys.argv[1:])

def until(what, condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit('not reached: ' + what)
        time.sleep(0.05)

class Server:
    def __init__(self, port):
        self.socket, self.open = socket.create_server(('127.0.0.1', port)), set()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            connection, _ = self.socket.accept()
            threading.Thread(target=self.stream, args=(connection,), daemon=True).start()

    # A FastCGI answer that has begun: one record of the type STDOUT.
    def stream(self, connection):
        connection.recv(65536)
        head = b'Content-Type: text/event-stream\r\n\r\n: hello\n\n'
        self.open.add(connection)
        connection.sendall(struct.pack('>BBHHBB', 1, 6, 1, len(head), 0, 0) + head)
        try:
            while connection.recv(65536):
                pass
        except OSError:
            pass
        self.open.discard(connection)
        connection.close()

    def end_all(self):
        for connection in list(self.open):
            connection.shutdown(socket.SHUT_RDWR)

servers = Server(first), Server(second)
readers = []

def get(path):
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=20)
    connection.request('GET', path)
    answer = connection.getresponse()
    if answer.status == 200 and path != '/pid':
        assert answer.read1(9) == b': hello\n\n'
    readers.append((connection, answer))
    return answer

def leave():
    for connection, answer in readers:
        answer.close()
        connection.close()
    readers.clear()
    until('nobody left', lambda: not servers[0].open and not servers[1].open)

def worker():
    return int(get('/pid').read())

def is_shutting_down(pid):
    try:
        with open(f'/proc/{pid}/cmdline') as file:
            return 'shutting down' in file.read()
    except FileNotFoundError:
        return True

def reload():
    old = worker()
    os.kill(nginx, signal.SIGHUP)
    until('a reload', lambda: is_shutting_down(old))
    until('a new process', lambda: worker() != old)

def is_up():
    try:
        return worker()
    except ConnectionRefusedError:
        return False

until('nginx', is_up)
for kind in ('max_conns', 'limit_conn'):
    counts, others = [], set()
    for times in range(3):
        if times:
            reload()
        others |= {answer.status for answer in [get('/' + kind) for _ in range(4)]} - {200}
        counts.append(len(servers[0].open))
    print(f'{kind}{"=" if kind == "max_conns" else " "}2: streams at the server: {counts[0]}; after a reload: {counts[1]};',
          f'after another: {counts[2]}; the others got: {", ".join(map(str, sorted(others)))}')
    leave()

for with_reload in (False, True):
    reload()
    leave()
    for _ in range(12):
        get('/least_conn')
    assert [len(server.open) for server in servers] == [6, 6]
    servers[1].end_all()
    until('the end of 6 streams', lambda: len(select.select([connection.sock for connection, _ in readers], [], [], 0)[0]) == 6 and not servers[1].open)
    if with_reload:
        reload()
    for _ in range(6):
        get('/least_conn')
    print('least_conn' + (', a reload before they come again' if with_reload else '') + ': streams at the two servers:',
          ' and '.join(str(len(server.open)) for server in servers))
    leave()
PYTHON
seen=$(timeout 100 python3 check.py "$nginx" "$port" "$first" "$second")
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
