#!/usr/bin/env bash
# What the shipped nginx files answer by themselves: while the worker is away, and where nginx is the one that refuses.
# Once with the shipped site, and once inside an existing server whose own settings get in the way.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib_nginx.sh
source "$(dirname "$0")/lib_nginx.sh"

site=$(free_port)
existing=$(free_port "$site")
serve "$site" "server {
    listen 127.0.0.1:$existing;
    error_page 403 404 413 500 502 503 504 =500 /oops.html;
    fastcgi_intercept_errors on;
    expires 30d; satisfy any; gzip on; gzip_types *;
    types { text/html events; }
    include snippets/sse-worker.locations.conf;
    include snippets/sse-worker.refusals.conf;
}"
head -c 9000000 /dev/zero >"$tmp/large"
head -c 400000 /dev/zero >"$tmp/subscription"
for port in "$site" "$existing"; do
  where=$([[ $port == "$site" ]] && echo 'site:' || echo 'existing server:')
  get "$port" '/events?topic=a'
  check "$where no worker, a stream is told to come back" is_retry
  get "$port" /events --http1.0
  check "$where no worker, HTTP/1.0 is told the same" is_retry
  get "$port" '/events?topic=a&poll=25'
  check "$where no worker, a long poll gets 503" is_later 503
  get "$port" '/events?poll=0&topic=a' -H 'Accept: text/event-stream'
  check "$where whatever it accepts" is_later 503
  get "$port" /events -d 'topic=a&poll=25'
  check "$where no worker, a subscription by POST gets 503" is_later 503
  get "$port" /events -d topic=a -H 'Accept: text/event-stream'
  check "$where unless it asks for an event stream" is_retry
  get "$port" /publish -d data=x
  check "$where no worker, a publish gets 503" is_later 503
  get "$port" /healthz
  check "$where no worker, healthz gets 503" is_later 503
  get "$port" /metrics
  check "$where no worker, metrics gets 503" is_problem 503
  get "$port" /publish -d data=x -H 'X-Test-Address: 192.0.2.7'
  check "$where publish from elsewhere gets 403" is_problem 403
  get "$port" /metrics -H 'X-Test-Address: 2001:db8::7'
  check "$where metrics from elsewhere gets 403" is_problem 403
  get "$port" /healthz -H 'X-Test-Address: 192.0.2.7'
  check "$where healthz from elsewhere is allowed in" is_problem 503
  get "$port" /publish --data-binary "@$tmp/large"
  check "$where a body of 9 MB gets 413" is_problem 413
  get "$port" /events --data-binary "@$tmp/large"
  check "$where such a body for a subscription gets 413" is_problem 413
  get "$port" /events --data-binary "@$tmp/subscription" -H 'Accept: text/event-stream'
  check "$where a subscription of 400 KB passes" is_retry
  get_raw "$port" 'POST /publish HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n'
  check "$where a body whose chunks are broken gets 400" is_problem 400
  get "$port" "/$(head -c 20000 /dev/zero | tr '\0' a)"
  check "$where an endless address gets 414" is_problem 414
  check "$where 414 names each remedy" grep -q 'fewer topics.*POST /events.*large_client_header_buffers' "$body"
  get "$port" / -H "X-Long: $(head -c 20000 /dev/zero | tr '\0' a)"
  check "$where an endless header gets 431" is_problem 431
done

get "$site" /
check 'the page is served' test "$(status) $(cat "$body")" = '200 page'
check 'no other site may frame it; what it may load is said in the page' test "$(header Content-Security-Policy)" = "frame-ancestors 'self'"
check 'and its type is final' test "$(header X-Content-Type-Options)" = nosniff
get "$site" /none.html
check 'an unknown path gets 404' is_problem 404
get "$site" /events/
check 'a path below /events gets 404' is_problem 404
get "$site" /sse-worker-problem
check 'the inner path does not exist from outside' is_problem 404
get "$site" / -d x
check 'a post to the page gets 405' is_problem 405
check '405 says what is allowed' test "$(header Allow)" = 'GET, HEAD'
get "$site" "/events?$(printf 'topic=%072d&' {1..100})"
check '100 topics of 72 bytes fit' is_retry
get "$site" /../../etc/passwd
check 'a path out of the root gets 400' is_problem 400
get_raw "$site" 'GET / HTTP/1.1\r\n\r\n'
check 'a request without a host gets 400' is_problem 400
get_raw "$site" 'NONSENSE\r\n\r\n'
check 'a line that is no request gets 400' is_problem 400
get_raw "$site" 'POST /publish HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: odd\r\n\r\n'
check 'an unknown transfer encoding gets 501' is_problem 501
finish
