#!/usr/bin/env bash
# nginx's own answers in servers that have add_header lines, passwords and request limits: what a server adds to its answers
# must also be on what nginx answers in the worker's place, or a page of another origin is closed for good.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib_nginx.sh
source "$(dirname "$0")/lib_nginx.sh"

site=$(free_port)
cors=$(free_port "$site")
complete=$(free_port "$site" "$cors")
closed=$(free_port "$site" "$cors" "$complete")
limited=$(free_port "$site" "$cors" "$complete" "$closed")
origin=https://app.example.org

# The lines that a comment of the locations file tells such a server to add.
added='include snippets/sse-worker.headers.conf;' # as sse-worker.locations.conf says

# recipe BLOCK: the nginx lines of the page Clients that follow the comment "# BLOCK block".
recipe() { sed -n "/^# $1 block/,/^\(\`\`\`\|# .* block\)/{/^#\|^\`/!p}" "$root/docs/clients.md"; }

serve "$site" "$(recipe http)
server {
    listen 127.0.0.1:$cors;
    add_header Access-Control-Allow-Origin $origin always;
    error_page 400 401 403 413 429 500 502 503 504 =500 /oops.html;
    expires 30d; gzip on; gzip_types *;
    include snippets/sse-worker.locations.conf;
    location = /other { return 503; }
}
server {
    listen 127.0.0.1:$complete;
    add_header Access-Control-Allow-Origin $origin always;
    $added
    include snippets/sse-worker.locations.conf;
    location = /other { return 503; }
}
server {
    listen 127.0.0.1:$closed;
    auth_basic closed; auth_basic_user_file users;
    include snippets/sse-worker.locations.conf;
    location = /other { return 503; }
}
server {
    listen 127.0.0.1:$limited;
    $(recipe server)
    location = /other { return 204; }
}"
touch "$tmp/conf/users"
head -c 9000000 /dev/zero >"$tmp/large"

allows_origin() { [[ $(header Access-Control-Allow-Origin) == "$origin" ]]; }
nothing_added() { [[ -z $(header Retry-After)$(header Allow)$(header Cache-Control) ]]; }

for port in "$cors" "$complete"; do
  where=$([[ $port == "$cors" ]] && echo 'cors:' || echo 'cors and our lines:')
  get "$port" '/events?topic=a' -H "Origin: $origin"
  check "$where a stream is told to come back" is_retry
  check "$where and keeps the header of the server" allows_origin
  get "$port" '/events?topic=a&poll=25' -H "Origin: $origin"
  check "$where a long poll gets 503" is_problem 503
  check "$where with the header of the server" allows_origin
  get "$port" /publish -d data=x
  check "$where a publish gets 503" is_problem 503
  check "$where with the header of the server" allows_origin
  get "$port" /publish -d data=x -H 'X-Test-Address: 192.0.2.7'
  check "$where a publish from elsewhere gets 403" is_problem 403
  check "$where with the header of the server" allows_origin
  get "$port" /events --data-binary "@$tmp/large"
  check "$where a large body gets 413" is_problem 413
  check "$where with the header of the server" allows_origin
done
get "$complete" '/events?topic=a&poll=25'
check 'with our lines beside its own, a poll is told when to come back' is_later 503

for port in "$complete" "$closed"; do
  get "$port" /other
  check 'an answer of the server itself is left alone' test "$(status)" = 503
  check 'nothing is added to it' nothing_added
done

get "$closed" '/events?topic=a'
check 'a server with passwords asks for one in JSON' is_problem 401
check 'and says which' test "$(header WWW-Authenticate)" = 'Basic realm="closed"'

# The recipe against clients that ask again at once: one after another is slowed down, many at a time are put off.
begin=$(date +%s%N)
for _ in {1..21}; do get "$limited" '/events?topic=a'; done
took=$((($(date +%s%N) - begin) / 1000000))
check 'limited: a client that asks again at once is answered' is_retry
check "limited: 10 times a second ($took ms)" test "$took" -ge 1900
get "$limited" /other
check 'limited: other paths are not' test "$(status)" = 204
# By one process: three hundred that start one by one on a busy machine are no crowd.
for _ in {1..150}; do
  for asked in '/events?topic=a' '/events?topic=a&poll=25'; do printf 'url = "http://127.0.0.1:%s%s"\noutput = /dev/null\n' "$limited" "$asked"; done
done | curl -s -m 60 -Z --parallel-immediate --parallel-max 300 -K - \
  -w '%{http_code} %{content_type} %header{retry-after}\n' | sort -u >"$tmp/crowd"
check 'limited: no stream of a crowd gets an error, polls are told when to come back' diff "$tmp/crowd" - <<'CROWD'
200 text/event-stream 
429 application/problem+json 3
503 application/problem+json 3
CROWD
finish
