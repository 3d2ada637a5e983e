#!/usr/bin/env bash
# ruby3.1 and libruby3.1 3.1.7+really3.1.2-0+deb12u1 with its net/http 0.2.0 and open-uri (Debian 12)
#
# Net::HTTP sends a GET once more when it fails: `max_retries` is 1 and holds for idempotent requests. One expects this of a connection that breaks
# before there is an answer, which is the case RFC 9110 (9.2.2) gives for it. It holds until the last byte of the answer is read. A block that
# reads the body in pieces has used half of an answer by then; it is called again, with the other answer from its beginning, and nothing says so.
# open-uri is such a block: the string that `URI.open(url).read` returns is the half of the first answer and all of the second, joined,
# with the status 200 and without an error. So an NDJSON export whose server is restarted half-way has its lines twice, and where the cut is
# within a line, a value that nobody has sent: below, 12 of 1204 and 1200 give 121200. That is so with chunks. Where the server has announced a
# Content-Length, half an answer is taken for a whole one at once.
#
# An event stream that is read in a block goes on after a cut, once, without an id and so at its end: what lies between is lost without an error. The
# retry also takes an error of the block itself, as of a pipe whose reader has left, for one of the connection, and asks again.
#
# PUT counts as idempotent too. Its `body_stream` has been read when it is sent again, and nobody winds it back: in chunks, the second request
# is complete and empty. A server stores an empty file and says 200. `max_retries = 0` makes errors of all retries. (A change made to
# net/http in 2024 is to keep a block from being called twice; it is not in Debian 12 and was not run.)
#
# Each first answer has the lines 1200 to 1205 and is cut in the fifth, "1204", behind "12"; each first PUT is cut behind its body. Output seen:
#     URI.open(url).read, in chunks: requests: 2; 1200 1201 1202 1203 121200 1201 1202 1203 1204 1205; error: none
#     URI.open(url).read, with a Content-Length: requests: 1; 1200 1201 1202 1203 12; error: none
#     Net::HTTP, read_body in pieces: requests: 2; 1200 1201 1202 1203 121200 1201 1202 1203 1204 1205; error: none
#     the same with max_retries = 0: requests: 1; 1200 1201 1202 1203 12; error: EOFError
#     Net::HTTP, an event stream with ids: requests: 2; Last-Event-ID: none, none; error: none
#     Net::HTTP, the block writes to a pipe whose reader has left: requests: 2; error: Errno::EPIPE
#     Net::HTTP, PUT of 18 bytes from a stream: requests: 2; bodies: 18, 0 bytes; answer: 200; error: none
#     the same with max_retries = 0: requests: 1; bodies: 18 bytes; error: EOFError
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")

work=$(mktemp -d)
pids=()
finish() {
  local pid
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
cd "$work"
chmod 755 .
version=3.1.7+really3.1.2-0+deb12u1
apt-get -qq download "ruby3.1=$version" "libruby3.1=$version" 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
export LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu"
export RUBYLIB="$work/root/usr/lib/ruby/3.1.0:$work/root/usr/lib/x86_64-linux-gnu/ruby/3.1.0"

cat >server.py <<'PYTHON'
# Counts requests by path. The first of each path is cut; the others get all of it.
import json, os, socket, sys, threading

seen = {}

def head_of(file):
    first = file.readline().decode().split()
    fields = {}
    while (line := file.readline().decode().strip()):
        name, value = line.split(':', 1)
        fields[name.lower()] = value.strip()
    return first, fields

def body_of(file, fields):
    body = file.read(int(fields.get('content-length', 0)))
    while 'transfer-encoding' in fields:
        size = int(file.readline(), 16)
        body += file.read(size)
        file.readline()
        if not size: break
    return body

def answer(peer):
    with peer, peer.makefile('rb') as file:
        first, fields = head_of(file)
        if len(first) < 2: return
        method, path = first[:2]
        if path == '/seen':
            text = json.dumps(seen).encode()
            peer.sendall(b'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s' % (len(text), text))
            return
        body = body_of(file, fields)
        mine = seen.setdefault(path, [])
        mine.append({'body': len(body), 'id': fields.get('last-event-id', 'none')})
        cut = len(mine) == 1
        if method == 'PUT':
            if not cut: peer.sendall(b'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok')
            return
        if path.startswith('/events'): whole = b''.join(b'id: %d\ndata: x\n\n' % id for id in range(6))
        else: whole = b''.join(b'%d\n' % number for number in range(1200, 1206))
        part = whole[:22] if cut else whole
        if path.startswith('/length'):
            peer.sendall(b'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s' % (len(whole), part))
        else:
            peer.sendall(b'HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n' % (len(part), part))
            if not cut: peer.sendall(b'0\r\n\r\n')

listener = socket.create_server(('127.0.0.1', 0))
with open('port.new', 'w') as file: file.write(str(listener.getsockname()[1]))
os.rename('port.new', 'port')
while True: threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()
PYTHON
python3 server.py &
pids+=($!)
for ((i = 0; i < 200; i += 1)); do
  [[ ! -e port ]] || break
  sleep 0.1
done

cat >check.rb <<'RUBY'
require 'json'
require 'net/http'
require 'open-uri'
require 'stringio'

BASE = "http://127.0.0.1:#{File.read('port')}"

def requests(path)
  JSON.parse(Net::HTTP.get(URI(BASE + '/seen')))[path] || []
end

def show(name, path, *facts)
  error = 'none'
  begin
    facts += yield
  rescue StandardError => e
    error = e.class
  end
  puts "#{name}: #{["requests: #{requests(path).size}", *facts, "error: #{error}"].join('; ')}"
end

def connect(retries = nil)
  http = Net::HTTP.new('127.0.0.1', URI(BASE).port)
  http.max_retries = retries if retries
  http.start { yield http }
end

show('URI.open(url).read, in chunks', '/a') { [URI.open(BASE + '/a').read.split.join(' ')] }
show('URI.open(url).read, with a Content-Length', '/length') { [URI.open(BASE + '/length').read.split.join(' ')] }

pieces = lambda do |path, retries, text|
  connect(retries) { |http| http.request_get(path) { |answer| answer.read_body { |piece| text << piece } } }
end
text = +''
show('Net::HTTP, read_body in pieces', '/b') { pieces.call('/b', nil, text); [text.split.join(' ')] }
text = +''
error = begin
  pieces.call('/c', 0, text)
  'none'
rescue StandardError => e
  e.class
end
puts "the same with max_retries = 0: requests: #{requests('/c').size}; #{text.split.join(' ')}; error: #{error}"

show('Net::HTTP, an event stream with ids', '/events') do
  pieces.call('/events', nil, +'')
  ["Last-Event-ID: #{requests('/events').map { |each| each['id'] }.join(', ')}"]
end

reader, writer = IO.pipe
reader.close
writer.sync = true
show('Net::HTTP, the block writes to a pipe whose reader has left', '/d') { pieces.call('/d', nil, writer); [] }

[['Net::HTTP, PUT of 18 bytes from a stream', nil, '/e'], ['the same with max_retries = 0', 0, '/f']].each do |name, retries, path|
  got = []
  error = 'none'
  begin
    connect(retries) do |http|
      put = Net::HTTP::Put.new(path, 'Transfer-Encoding' => 'chunked', 'Content-Type' => 'application/x-ndjson')
      put.body_stream = StringIO.new("one\ntwo\nthree\nfour")
      got = ["answer: #{http.request(put).code}"]
    end
  rescue StandardError => e
    error = e.class
  end
  all = requests(path)
  puts "#{name}: #{["requests: #{all.size}", "bodies: #{all.map { |each| each['body'] }.join(', ')} bytes", *got, "error: #{error}"].join('; ')}"
end
RUBY
seen=$(timeout 40 root/usr/bin/ruby3.1 --disable-gems check.rb)
echo "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
