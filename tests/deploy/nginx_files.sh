#!/usr/bin/env bash
# Every file in deploy/nginx passes `nginx -t` where an operator would put it, and every directive gives its reason.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

shipped=$root/deploy/nginx
port=$(free_port)
tls_port=$(free_port "$port")

# Copies of the files with this machine's ports, paths and certificate; IPv6 only where there is some.
prepare() {
  mkdir -p "$tmp/conf/snippets"
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=events.example.org \
    -keyout "$tmp/conf/test.key" -out "$tmp/conf/test.crt" 2>/dev/null
  local file no_ipv6=()
  [[ -s /proc/net/if_inet6 ]] || no_ipv6=(-e '/listen \[::\]/d')
  for file in "$shipped"/sse-worker.*; do
    sed "${no_ipv6[@]}" \
      -e "s|listen 80|listen 127.0.0.1:$port|; s|listen \[::\]:80|listen [::1]:$port|" \
      -e "s|listen 443|listen 127.0.0.1:$tls_port|; s|listen \[::\]:443|listen [::1]:$tls_port|" \
      -e "s|/etc/nginx/ssl/events.example.org|$tmp/conf/test|" \
      "$file" >"$tmp/conf/snippets/${file##*/}"
  done
}

# passes WHAT MAIN HTTP: nginx -t on a file made of these two parts; the events block is added where MAIN has none.
passes() {
  local what=$1 main=$2 http=$3 events='events { }'
  [[ $main != *main.conf* ]] || events=
  cat >"$tmp/conf/nginx.conf" <<NGINX
pid nginx.pid;
$main
$events
http {
    access_log off;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    $http
}
NGINX
  # Nor does it warn that it has too many variables to find them fast.
  if nginx -t -p "$tmp/conf" -e error.log -c nginx.conf >"$tmp/said" 2>&1 && ! grep -q variables_hash "$tmp/said"; then
    ok "nginx -t: $what"
  else
    bad "nginx -t: $what" "$(cat "$tmp/said")"
  fi
  grep -oE 'sse-worker\.[a-z-]+(\.conf)?' <<<"$main $http" >>"$tmp/tested"
}

# Lines that hold a directive and no reason. What stands inside a map is data.
unexplained() {
  awk '
    /^map .*\{ +# ./  { in_map = 1; next }
    in_map            { if (/^}/) in_map = 0; next }
    /^ *(#|}|$)/      { next }
    !/[;{}] +# ..../  { print FILENAME ": " $0 }' "$shipped"/sse-worker.*
}

prepare
upstream='include snippets/sse-worker.upstream.conf;'
existing="server { listen 127.0.0.1:$port default_server; location / { return 204; } }"

passes 'upstream' '' "$upstream"
passes 'params and reset in a location of one'\''s own' '' \
  "$upstream server { location / {
    include snippets/sse-worker.params; include snippets/sse-worker.reset.conf; fastcgi_pass sse_worker;
  } }"
passes 'locations in an existing server with settings of its own' '' "$upstream
  fastcgi_cache_path cache keys_zone=pages:1m;
  server {
    error_page 403 404 500 502 503 504 /oops.html; fastcgi_intercept_errors on; fastcgi_cache pages; gzip on;
    expires 30d; limit_rate 10k; satisfy any; auth_basic closed; auth_basic_user_file users;
    include snippets/sse-worker.locations.conf;
    location / { }
  }"
passes 'refusals in an existing server with settings of its own' '' "$upstream
  server {
    error_page 400 404 414 /oops.html; error_page 497 @plain; location @plain { return 308 https://\$host\$request_uri; }
    include snippets/sse-worker.locations.conf;
    include snippets/sse-worker.refusals.conf;
  }"
passes 'headers in a server that has its own' '' "$upstream server { add_header X-A b; include snippets/sse-worker.headers.conf;
  include snippets/sse-worker.locations.conf; }"
asked='location = /_sse_grant { include snippets/sse-worker.question.conf; proxy_pass http://127.0.0.1:3000/grant; }'
hands='location = /chat { include snippets/sse-worker.application.conf; proxy_pass http://127.0.0.1:3000; } include snippets/sse-worker.handover.conf;'
passes 'an application that is asked, and hands over, in a server with settings of its own' '' "$upstream
  server {
    error_page 401 403 404 500 502 503 504 =200 /oops.html; proxy_intercept_errors on; proxy_buffer_size 16k; proxy_buffers 8 16k;
    proxy_set_header X-A b; expires 30d; satisfy any; auth_basic closed; auth_basic_user_file users;
    include snippets/sse-worker.auth.conf; include snippets/sse-worker.auth-publish.conf;
    $asked $hands
  }"
passes 'one that hands over, in a site' '' "$upstream server { include snippets/sse-worker.locations.conf; $hands }"
passes 'the Mercure protocol in an existing server with settings of its own' '' "$upstream
  server {
    error_page 401 403 404 500 502 503 504 =200 /oops.html; fastcgi_intercept_errors on; expires 30d; satisfy any; auth_basic closed; auth_basic_user_file users;
    include snippets/sse-worker.locations.conf; include snippets/sse-worker.mercure.conf;
  }"
printf '%s\n' sse-worker.events.conf sse-worker.common.conf >>"$tmp/tested" # those include them
passes 'site' '' "$upstream include snippets/sse-worker.site.conf;"
passes 'site-tls' '' "$upstream include snippets/sse-worker.site-tls.conf;"
passes 'site, site-tls and a default server side by side' '' \
  "$upstream include snippets/sse-worker.site.conf; include snippets/sse-worker.site-tls.conf; $existing"
passes 'main' 'include snippets/sse-worker.main.conf;' "$existing"

for file in "$shipped"/sse-worker.*; do
  check "tested: ${file##*/}" grep -qxF "${file##*/}" "$tmp/tested"
done
without=$(unexplained)
check 'every directive gives its reason' test -z "$without"
[[ -z $without ]] || printf '%s\n' "$without" >&2
finish
