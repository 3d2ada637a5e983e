#!/usr/bin/env bash
# deploy/local/feed beside the real nginx and worker (SSE_WORKER, by default build/sse-worker): what it publishes, and how it
# bears a worker that dies or will not have it.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

BUILD=$(dirname "$(realpath "${SSE_WORKER:-$root/build/sse-worker}")")
export BUILD
unset PORT CONFIG FEED

# start NAME: runs it on $port, its output in $tmp/NAME.out and .err, its process id in $pid.
start() {
  "$root/deploy/local/run" "$port" >"$tmp/$1.out" 2>"$tmp/$1.err" &
  pid=$!
  started+=("$pid")
  until_true 30 grep -qs '^ready' "$tmp/$1.out" || { bad "$1 did not start" "$(cat "$tmp/$1.err")"; finish; }
}
feed_of() { pgrep -P "$1" -f '/local/feed http'; }
held() { curl -s -m 5 "http://127.0.0.1:$port/events?topic=$1&lastEventId=earliest&poll=${2-0}"; }
# shows TOPIC PATTERN: what is held of it matches.
shows() { held "$1" | grep "$2" >/dev/null; }
# Of the token stream that is being written.
tokens_topic() { held demo/tokens | grep -o 'demo/tokens/[0-9]*' | tail -1; }
# another_text OLD: one is being written, and it is not OLD.
another_text() { local text; text=$(tokens_topic); [[ -n $text && $text != "$1" ]] && shows "$text" '"data"'; }
closed() { held "$1" | grep '"closed":true' >/dev/null; }
# in_order: the numbers held of demo/count, without a hole.
in_order() {
  held demo/count | grep -o '{\\"n\\":[0-9]*' | grep -o '[0-9]*$' |
    awk 'NR > 1 && $1 != last + 1 { print last " then " $1; bad = 1 } { last = $1 } END { exit bad || NR < 20 }'
}

port=$(free_port)
start fed
check 'numbers' until_true 5 in_order
check 'prices' until_true 5 shows demo/prices '\\"trend\\":\['
check 'news, with a backlog' until_true 5 shows demo/news '\\"headline\\"'
check 'notifications' until_true 5 shows demo/notifications '\\"from\\"'
check 'a text' until_true 5 tokens_topic
text=$(tokens_topic)
check 'that is written' until_true 5 shows "$text" '"data"'
check 'over one request' bash -c "curl -s -m 5 http://127.0.0.1:$port/metrics | grep -qx 'sse_worker_publish_streams 1'"
check 'and ends with its topic' until_true 60 closed "$text"
check 'and another is written' until_true 10 another_text "$text"
check 'nothing was refused' bash -c "! grep '^feed:' '$tmp/fed.err'"

feed=$(feed_of "$pid")
for _ in 1 2; do
  text=$(tokens_topic)
  kill -KILL "$(pgrep -P "$pid" -f '/sse-worker --config')"
  check 'a worker that died finds it again' until_true 15 in_order
  check 'and another text is written' until_true 10 another_text "$text"
done
check 'it is the same feed' test "$(feed_of "$pid")" = "$feed"
said=$(grep -c '^feed: nobody takes the events' "$tmp/fed.err" || true)
check "it said so once each time ($said)" test "$said" -le 2
check 'nothing was refused then' bash -c "! grep '^feed: an event was refused' '$tmp/fed.err'"
kill -TERM "$pid"
check 'the run ends' until_true 20 gone "$pid"
check 'and the feed with it' until_true 5 gone "$feed"

echo 'publish: {key: secret}' >"$tmp/key.yaml"
export CONFIG=$tmp/key.yaml
start refused
check 'who needs a key is told what to do' until_true 10 grep -q '^feed: the events are refused: 401.*FEED=off' "$tmp/refused.err"
check 'the feed has ended' until_true 5 bash -c "! pgrep -P $pid -f /local/feed"
check 'and all else goes on' curl -sf -m 5 -o /dev/null "http://127.0.0.1:$port/healthz"
kill -TERM "$pid"
check 'and ends' until_true 20 gone "$pid"
rm -rf "$root/.run/$port"

# cuts.py PORT KEEPS: a server that cuts the connection in place of the answer to the first numbers. `kept`: it has stored them.
# Prints how the next batch goes on: by how much its first number is larger than the last one before.
cat >"$tmp/cuts.py" <<'PY'
import http.server
import json
import sys

batches = []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        held = batches[-1][-1:] if batches and sys.argv[2] == 'kept' and 'earliest' in self.path else []
        self.answer(json.dumps({'lastEventId': 'x', 'events': [{'data': json.dumps({'n': number})} for number in held]}))

    def do_POST(self):
        events = [json.loads(line) for line in self.rfile.read(int(self.headers.get('Content-Length', 0))).splitlines()]
        numbers = [event['data']['n'] for event in events if event['topic'] == 'demo/count']
        if numbers:
            batches.append(numbers)
        if numbers and len(batches) == 1:
            self.close_connection = True
            return
        if numbers and len(batches) == 2:
            print(f'after {len(batches[0])}: {batches[1][0] - batches[0][-1]}', flush=True)
        self.answer('')

    def answer(self, text):
        self.send_response(200)
        self.send_header('Content-Length', str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
PY
# cut KEEPS PATTERN: what the server prints then.
cut() {
  local port server feed
  port=$(free_port)
  python3 "$tmp/cuts.py" "$port" "$1" >"$tmp/cuts.out" &
  server=$!
  started+=("$server")
  until_true 10 answers "$port"
  python3 "$root/deploy/local/feed" "http://127.0.0.1:$port" 2>"$tmp/cut.err" &
  feed=$!
  started+=("$feed")
  until_true 15 grep -q after "$tmp/cuts.out"
  kill -TERM "$feed" "$server"
  grep -x "$2" "$tmp/cuts.out"
}
check 'what was stored without an answer is not sent again' cut kept 'after [0-9]*: 1'
check 'what was not stored is' cut lost 'after \([0-9]*\): \(0\|-[0-9]*\)'
finish
