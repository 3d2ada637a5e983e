#!/usr/bin/env bash
# python3.11 3.11.2-6+deb12u9 (Debian 12), module http.client and urllib.request, which is built on it
#
# `for line in urllib.request.urlopen(url)` is how Python's tutorial ("Internet Access") reads an answer, and how one follows NDJSON or an event
# stream without further packages. An answer in chunks ends with a chunk of length 0. When the connection ends without it the answer is incomplete
# (RFC 9112, 8), and read() raises IncompleteRead. The loop ends as if all had come, and so do readline() and readlines(). To find
# the end of a line they look ahead; looking ahead meets the cut, leaves the error out, and closes the answer; the read behind it then finds a
# closed answer, which is the same as one at its end. Only a cut within a chunk is an error, and servers write an event or a line in one
# chunk: so a server that is killed half-way mostly cuts between two. io.TextIOWrapper around the same answer, which reads in
# pieces, raises the error. With a Content-Length the loop is silent as well.
#
# So an export that was cut counts as complete, with a smaller number of lines, or with half a number in the last one. Python 3.8.18 and 3.13.0 did the
# same in another trial.
#
# The lines are 1200 to 1205; the answer is cut in the third one, "1202", behind "12". Output seen:
#     chunks, read(): IncompleteRead
#     chunks, for line in answer: 1200 1201 12; error: none
#     chunks, readline(): 1200 1201 12; error: none
#     chunks, readlines(): 1200 1201 12; error: none
#     chunks, for line in io.TextIOWrapper(answer): IncompleteRead
#     cut within a chunk, for line in answer: IncompleteRead
#     Content-Length, read(): IncompleteRead
#     Content-Length, for line in answer: 1200 1201 12; error: none
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
chmod 755 .
version=3.11.2-6+deb12u9
apt-get -qq download "python3.11-minimal=$version" "libpython3.11-minimal=$version" "libpython3.11-stdlib=$version" 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done

cat >check.py <<'PYTHON'
import http.client, io, socket, threading, urllib.request

assert http.client.__file__.startswith(__file__.rsplit('/', 1)[0]), http.client.__file__

PARTS = [b'1200\n', b'1201\n', b'12']
WAYS = {
    'between': [b'Transfer-Encoding: chunked'] + [b'%x\r\n%s\r\n' % (len(part), part) for part in PARTS],
    'within': [b'Transfer-Encoding: chunked'] + [b'5\r\n' + part + b'\r\n' * (len(part) == 5) for part in PARTS],
    'length': [b'Content-Length: 30'] + PARTS,
}

def answer(peer):
    with peer, peer.makefile('rb') as file:
        path = file.readline().split()[1].decode()
        while file.readline().strip(): pass
        field, *body = WAYS[path[1:]]
        peer.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n' + field + b'\r\n\r\n' + b''.join(body))

def serve():
    while True: threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

listener = socket.create_server(('127.0.0.1', 0))
threading.Thread(target=serve, daemon=True).start()
port = listener.getsockname()[1]

def check(name, way, read):
    try:
        with urllib.request.urlopen(f'http://127.0.0.1:{port}/{way}', timeout=10) as whole:
            print(f"{name}: {b' '.join(line.strip() for line in read(whole)).decode()}; error: none")
    except Exception as error:
        print(f'{name}: {type(error).__name__}')

def every_readline(whole):
    while line := whole.readline(): yield line

check('chunks, read()', 'between', lambda whole: whole.read().splitlines())
check('chunks, for line in answer', 'between', lambda whole: [line for line in whole])
check('chunks, readline()', 'between', every_readline)
check('chunks, readlines()', 'between', lambda whole: whole.readlines())
check('chunks, for line in io.TextIOWrapper(answer)', 'between', lambda whole: [line.encode() for line in io.TextIOWrapper(whole)])
check('cut within a chunk, for line in answer', 'within', lambda whole: [line for line in whole])
check('Content-Length, read()', 'length', lambda whole: whole.read().splitlines())
check('Content-Length, for line in answer', 'length', lambda whole: [line for line in whole])
PYTHON
seen=$(PYTHONHOME="$work/root/usr" no_proxy='*' timeout 40 root/usr/bin/python3.11 "$work/check.py")
echo "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
