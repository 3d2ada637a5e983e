#!/usr/bin/env bash
# nginx 1.22.1-9+deb12u11 (Debian 12)
#
# "limit_rate" limits how fast a client gets its answer, and its documentation names no condition. As soon as an answer of another
# server is passed on unbuffered it has no effect, by "proxy_buffering off" as well as by "X-Accel-Buffering: no" of the answer. So
# one response header of the application, meant for event streams, takes the limit away from a download, and nothing in the log or the
# configuration says so. The same holds for "X-Accel-Limit-Rate" in the answer, with which an application asks for a limit itself.
#
# 100,000 bytes at 25,000 bytes a second should take about 3 seconds (nginx lets the first second's bytes go at once). Output seen:
#     limit_rate, buffered: more than 2 s
#     limit_rate, proxy_buffering off: less than 1 s
#     limit_rate, X-Accel-Buffering: no: less than 1 s
#     X-Accel-Limit-Rate, buffered: more than 2 s
#     X-Accel-Limit-Rate, X-Accel-Buffering: no: less than 1 s
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")

work=$(mktemp -d)
pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
chmod 755 .
apt-get -qq download nginx=1.22.1-9+deb12u11 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done

# Free ports.
read -r port origin <<<"$(python3 -c '
import socket
all = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*[each.getsockname()[1] for each in all])')"

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
    location /limited { limit_rate 25000; proxy_pass http://127.0.0.1:$origin; }
    location /unbuffered { limit_rate 25000; proxy_buffering off; proxy_pass http://127.0.0.1:$origin; }
    location / { proxy_pass http://127.0.0.1:$origin; }
  }
}
CONF
root/usr/sbin/nginx -e "$work/nginx/error.log" -c "$work/nginx.conf" &
pids+=($!)

cat >check.py <<'PYTHON'
import http.client, http.server, sys, threading, time, urllib.parse

port, origin = map(int, sys.argv[1:])

class Origin(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Type', 'application/octet-stream')
        self.send_header('Content-Length', '100000')
        for name, value in urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(bytes(100000))

    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(('127.0.0.1', origin), Origin)
threading.Thread(target=server.serve_forever, daemon=True).start()

def seconds(path):
    for attempt in range(100):
        try:
            connection = http.client.HTTPConnection('127.0.0.1', port, timeout=20)
            connection.request('GET', path)
            break
        except ConnectionRefusedError:
            time.sleep(0.1)
    answer = connection.getresponse()
    began = time.monotonic()
    assert len(answer.read()) == 100000
    took = time.monotonic() - began
    return 'less than 1 s' if took < 1 else 'more than 2 s' if took > 2 else f'{took:.1f} s'

print('limit_rate, buffered:', seconds('/limited'))
print('limit_rate, proxy_buffering off:', seconds('/unbuffered'))
print('limit_rate, X-Accel-Buffering: no:', seconds('/limited?X-Accel-Buffering=no'))
print('X-Accel-Limit-Rate, buffered:', seconds('/?X-Accel-Limit-Rate=25000'))
print('X-Accel-Limit-Rate, X-Accel-Buffering: no:', seconds('/?X-Accel-Limit-Rate=25000&X-Accel-Buffering=no'))
PYTHON
seen=$(timeout 45 python3 check.py "$port" "$origin")
echo "$seen"
[[ $seen == "$expected" ]] || { echo "changed; it was:"; echo "$expected"; exit 1; }
