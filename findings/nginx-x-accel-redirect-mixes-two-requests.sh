#!/usr/bin/env bash
# nginx 1.22.1-9+deb12u11 (Debian 12)
#
# An application answers with X-Accel-Redirect and hands the request over to another server behind nginx. One would expect the second
# server to get either the client's request or a plain GET, and the client to get the second server's answer. Both are mixtures:
#
# - The second server gets the method GET and the body of the POST, with its Content-Length and Content-Type.
# - The client gets the second server's Content-Type with the charset of the answer that was thrown away, if the second has
#   none of its own. So a redirect written by a page handler turns JSON, which has no charset and is UTF-8, into Latin-1.
#
# The application answers "text/html; charset=iso-8859-1", the second server "application/json". Output seen:
#     the second server got: GET, Content-Length 7, body "a=b&c=d"
#     the client got: Content-Type application/json; charset=iso-8859-1
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
read -r port application second <<<"$(python3 -c '
import socket
all = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
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
    location / { proxy_pass http://127.0.0.1:$application; }
    location /second { internal; proxy_pass http://127.0.0.1:$second; }
  }
}
CONF
root/usr/sbin/nginx -e "$work/nginx/error.log" -c "$work/nginx.conf" &
pids+=($!)

cat >check.py <<'PYTHON'
import http.client, http.server, sys, threading, time

port, *origins = map(int, sys.argv[1:])

class Origin(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        length = self.headers.get('Content-Length')
        body = self.rfile.read(int(length or 0)).decode()
        if self.server.server_address[1] == origins[0]:
            headers = {'Content-Type': 'text/html; charset=iso-8859-1', 'X-Accel-Redirect': '/second'}
        else:
            print(f'the second server got: {self.command}, Content-Length {length}, body "{body}"', flush=True)
            headers = {'Content-Type': 'application/json'}
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header('Content-Length', '2')
        self.end_headers()
        self.wfile.write(b'{}')

    do_GET = do_POST

    def log_message(self, *_):
        pass

for origin in origins:
    server = http.server.ThreadingHTTPServer(('127.0.0.1', origin), Origin)
    threading.Thread(target=server.serve_forever, daemon=True).start()

for attempt in range(100):
    try:
        connection = http.client.HTTPConnection('127.0.0.1', port, timeout=20)
        connection.request('POST', '/', 'a=b&c=d', {'Content-Type': 'application/x-www-form-urlencoded'})
        break
    except ConnectionRefusedError:
        time.sleep(0.1)
print('the client got: Content-Type', connection.getresponse().getheader('Content-Type'))
PYTHON
seen=$(timeout 30 python3 check.py "$port" "$application" "$second")
echo "$seen"
[[ $seen == "$expected" ]] || { echo "changed; it was:"; echo "$expected"; exit 1; }
