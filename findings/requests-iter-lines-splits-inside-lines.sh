#!/usr/bin/env bash
# python3-requests 2.28.1+dfsg-1 (Debian 12; Python 3.11)
#
# iter_lines() of requests is what most Python code reads event streams and NDJSON with. With decode_unicode=True it does not split at line
# ends alone: it uses str.splitlines(), which also splits at U+2028, U+2029, U+0085, vertical tab, form feed and three control characters.
# All of them are ordinary text inside a `data:` line. An event whose text came from a word processor arrives cut in two: the first half
# as the data, the second half as a line with an unknown field, which the rules of event streams ignore. Without decode_unicode the
# same call splits correctly.
#
# The server below sends one line, `data: one<U+2028>two`, and a blank line. Output seen:
#     bytes: ['data: one\u2028two', '']
#     decode_unicode=True: ['data: one', 'two', '']
set -euo pipefail
expected="bytes: ['data: one\\u2028two', '']
decode_unicode=True: ['data: one', 'two', '']"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
apt-get -qq download python3-requests=2.28.1+dfsg-1 python3-urllib3 python3-idna python3-chardet python3-charset-normalizer python3-certifi 2>/dev/null
for package in ./*.deb; do dpkg -x "$package" .; done
cat >check.py <<'PY'
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
import requests


class Stream(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.end_headers()
        self.wfile.write("data: one\u2028two\n\n".encode())

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Stream)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/"
with requests.get(url, stream=True, timeout=10) as answer:
    print("bytes:", ascii([line.decode() for line in answer.iter_lines()]))
with requests.get(url, stream=True, timeout=10) as answer:
    print("decode_unicode=True:", ascii(list(answer.iter_lines(decode_unicode=True))))
PY
seen=$(PYTHONPATH=$folder/usr/lib/python3/dist-packages timeout 30 /usr/bin/python3 check.py)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was: %s\n' "$expected" >&2; exit 1; }
