# shellcheck shell=bash disable=SC2154
# What the tests of nginx's own answers share; sourced behind lib.sh. No worker is there: nginx finds no socket.

head=$tmp/head
body=$tmp/body

# serve SITE_PORT SERVERS: nginx with the shipped site on that port, and SERVERS beside it, text for the http block.
serve() {
  mkdir -p "$tmp/conf" "$tmp/www"
  echo page >"$tmp/www/index.html"
  ln -s "$root/deploy/nginx" "$tmp/conf/snippets"
  sed "s|unix:[^;]*;|unix:nobody.sock;|" "$root/deploy/nginx/sse-worker.upstream.conf" >"$tmp/conf/upstream.conf"
  sed -e '/listen \[::\]/d' -e "s|listen 80|listen 127.0.0.1:$1|" -e "s|root /[^;]*;|root $tmp/www;|" \
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
    $2
}
NGINX
  local as_root=()
  ((EUID != 0)) || as_root=(-g 'user root;') # $tmp is closed to www-data
  (cd "$tmp/conf" && exec nginx -p . -e error.log -c nginx.conf "${as_root[@]}" 2>>"$tmp/nginx.err") &
  started+=($!)
  until_true 10 answers "$1" || { cat "$tmp/nginx.err" >&2; exit 1; }
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
  [[ $(status) == 200 && $(header Content-Type) == text/event-stream && $(header Cache-Control) =~ ^no-cache ]] &&
    printf 'retry: 3000\n\n' | cmp -s - "$body"
}

# A problem that says when to come back, and that no cache may keep.
is_later() { is_problem "$1" && [[ $(header Retry-After) == 3 && $(header Cache-Control) == no-store ]]; }

# Sends raw bytes, for requests that curl would not send.
get_raw() {
  printf '%b' "$2" | timeout 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/$1; cat >&3; cat <&3" | tr -d '\r' >"$tmp/raw" || true
  sed '/^$/q' "$tmp/raw" >"$head"
  sed '1,/^$/d' "$tmp/raw" >"$body"
}
