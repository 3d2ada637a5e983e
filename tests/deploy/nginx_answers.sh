#!/usr/bin/env bash
# What the shipped nginx files answer by themselves: while the worker is away, and where nginx is the one that refuses.
# Once with the shipped site, and once inside an existing server whose own settings get in the way.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

site=$(free_port)
existing=$(free_port)
head=$tmp/head
body=$tmp/body

start_nginx() {
  mkdir -p "$tmp/conf" "$tmp/www"
  echo page >"$tmp/www/index.html"
  ln -s "$root/deploy/nginx" "$tmp/conf/snippets"
  sed "s|unix:[^;]*;|unix:nobody.sock;|" "$root/deploy/nginx/sse-worker.upstream.conf" >"$tmp/conf/upstream.conf"
  sed -e '/listen \[::\]/d' -e "s|listen 80|listen 127.0.0.1:$site|" -e "s|root /[^;]*;|root $tmp/www;|" \
    "$root/deploy/nginx/sse-worker.site.conf" >"$tmp/conf/site.conf"
  cat >"$tmp/conf/nginx.conf" <<NGINX
daemon off;
pid nginx.pid;
events { }
http {
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    set_real_ip_from 127.0.0.1; real_ip_header X-Test-Address; # a request from anywhere, over the loopback
    include upstream.conf;
    include site.conf;
    server {
        listen 127.0.0.1:$existing;
        error_page 403 404 413 500 502 503 504 =500 /oops.html;
        fastcgi_intercept_errors on;
        expires 30d; satisfy any; gzip on; gzip_types *;
        types { text/html events; }
        include snippets/sse-worker.locations.conf;
    }
}
NGINX
  local as_root=()
  ((EUID != 0)) || as_root=(-g 'user root;') # $tmp is closed to www-data
  (cd "$tmp/conf" && exec nginx -p . -e error.log -c nginx.conf "${as_root[@]}" 2>>"$tmp/nginx.err") &
  started+=($!)
  until_true 10 answers "$existing" || { cat "$tmp/nginx.err" >&2; exit 1; }
}

# get PORT PATH [CURL OPTIONS...]: the answer lands in $head and $body.
get() {
  local url=http://127.0.0.1:$1$2
  shift 2
  curl -s -m 10 -D "$head" -o "$body" --path-as-is "$url" "$@" || true
  tr -d '\r' <"$head" >"$head.lf" && mv "$head.lf" "$head"
}

status() { awk '/^HTTP/ { code = $2 } END { print code }' "$head"; }
header() { awk -v name="$1:" 'tolower($1) == tolower(name) { sub(/^[^ ]* /, ""); print }' "$head"; }

is_problem() {
  [[ $(status) == "$1" && $(header Content-Type) == application/problem+json ]] &&
    grep -Eq '^\{"type":"about:blank","title":"[A-Z][^"]+","status":'"$1"',"detail":"[A-Z][^"]+\."\}$' "$body"
}

is_retry() {
  [[ $(status) == 200 && $(header Content-Type) == text/event-stream && $(header Cache-Control) == no-store ]] &&
    printf 'retry: 3000\n\n' | cmp -s - "$body"
}

# Sends raw bytes, for requests that curl would not send.
get_raw() {
  printf '%b' "$2" | timeout 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/$1; cat >&3; cat <&3" | tr -d '\r' >"$tmp/raw" || true
  sed '/^$/q' "$tmp/raw" >"$head"
  sed '1,/^$/d' "$tmp/raw" >"$body"
}

start_nginx
head -c 9000000 /dev/zero >"$tmp/large"
for port in "$site" "$existing"; do
  where=$([[ $port == "$site" ]] && echo 'site:' || echo 'existing server:')
  get "$port" '/events?topic=a'
  check "$where no worker, a stream is told to come back" is_retry
  get "$port" /events --http1.0
  check "$where no worker, HTTP/1.0 is told the same" is_retry
  get "$port" /publish -d data=x
  check "$where no worker, a publish gets 503" is_problem 503
  check "$where 503 says when to come back" test "$(header Retry-After)" = 3
  get "$port" /healthz
  check "$where no worker, healthz gets 503" is_problem 503
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
  check "$where a body for a stream gets 413" is_problem 413
done

get "$site" /
check 'the page is served' test "$(status) $(cat "$body")" = '200 page'
check 'with its security policy' grep -q "default-src 'none'; script-src 'self'" <<<"$(header Content-Security-Policy)"
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
get "$site" "/$(head -c 20000 /dev/zero | tr '\0' a)"
check 'an endless address gets 414' is_problem 414
get "$site" / -H "X-Long: $(head -c 20000 /dev/zero | tr '\0' a)"
check 'an endless header gets 431' is_problem 431
get "$site" /../../etc/passwd
check 'a path out of the root gets 400' is_problem 400
get_raw "$site" 'GET / HTTP/1.1\r\n\r\n'
check 'a request without a host gets 400' is_problem 400
get_raw "$site" 'NONSENSE\r\n\r\n'
check 'a line that is no request gets 400' is_problem 400
get_raw "$site" 'POST /publish HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: odd\r\n\r\n'
check 'an unknown transfer encoding gets 501' is_problem 501
finish
