#!/usr/bin/env bash
# `cmake --install` of the build that holds SSE_WORKER (build/sse-worker): every path that one installed file names is where
# another was installed, nginx and systemd accept the result, and a second install keeps what the operator changed.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

build=$(dirname "$(realpath "${SSE_WORKER:-$root/build/sse-worker}")")
there=$tmp/there
port=$(free_port)

install_to() { DESTDIR=$there cmake --install "$build" --prefix "$1" >"$tmp/said" 2>&1 || { cat "$tmp/said" >&2; exit 1; }; }
same() { cmp -s "$there$1" "$root/$2"; }
kept_config() {
  local installed=$there/etc/sse-worker/sse-worker.yaml
  grep -qx '  kind: sqlite' "$installed" && sed 's/^  kind: sqlite$/  kind: memory/' "$installed" | cmp -s - "$root/config/sse-worker.yaml"
}

nginx_takes_it() {
  cat >"$there/etc/nginx/nginx.conf" <<NGINX
pid nginx.pid;
events { }
http {
    access_log off;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    include conf.d/*.conf;
    include sites-enabled/*;
}
NGINX
  mkdir -p "$there/etc/nginx/sites-enabled"
  sed -e '/listen \[::\]/d' -e "s|listen 80|listen 127.0.0.1:$port|" "$there/etc/nginx/sites-available/sse-worker.site.conf" \
    >"$there/etc/nginx/sites-enabled/sse-worker"
  nginx -t -q -p "$there/etc/nginx" -e error.log -c nginx.conf
}

# systemd looks for ExecStart on this machine, so the unit is shown the installed program's full path here.
systemd_takes_it() {
  mkdir -p "$tmp/units"
  cp "$there"/usr/lib/systemd/system/sse-worker.* "$tmp/units"
  sed -i "s|=/usr/bin/|=$there/usr/bin/|" "$tmp/units/sse-worker.service"
  SYSTEMD_UNIT_PATH=$tmp/units: systemd-analyze verify --man=no "$tmp"/units/sse-worker.{socket,service} \
    >"$tmp/verify" 2>&1 || true
  [[ ! -s $tmp/verify ]] || { cat "$tmp/verify" >&2; return 1; }
}

install_to /usr
check 'the program runs' "$there/usr/bin/sse-worker" --version
check 'and finds the one beside it' "$there/usr/bin/sse-worker" pipe --version
for name in conf.d/sse-worker.upstream.conf \
  snippets/sse-worker.{params,reset.conf,locations.conf,events.conf,common.conf,auth.conf,question.conf,auth-publish.conf,mercure.conf,handover.conf,application.conf,headers.conf,refusals.conf}; do
  check "as shipped: $name" same "/etc/nginx/$name" "deploy/nginx/${name#*/}"
done
check 'as shipped: the configuration, but that a service keeps its history' kept_config
check 'the program takes the installed configuration' \
  "$there/usr/bin/sse-worker" check --config "$there/etc/sse-worker/sse-worker.yaml"
check 'a package holds no key' test ! -e "$there/etc/sse-worker/publish.key"
page=$(sed -n 's/^ *root \([^;]*\);.*/\1/p' "$there/etc/nginx/sites-available/sse-worker.site.conf")
check 'the page is where the site looks for it' test -f "$there$page/index.html"
check 'all of it, with the licences of what is not ours' diff -r "$root/www" "$there$page"
check 'nginx takes the installed files' nginx_takes_it
if command -v systemd-analyze >/dev/null; then check 'systemd takes the installed units' systemd_takes_it; fi

echo '# mine' >>"$there/etc/sse-worker/sse-worker.yaml"
install_to /usr
check 'a changed configuration is kept' grep -q '^# mine$' "$there/etc/sse-worker/sse-worker.yaml"

rm -rf "$there"
install_to /opt/push
check 'another prefix reaches the unit' grep -q '^ExecStart=/opt/push/bin/sse-worker ' \
  "$there/opt/push/lib/systemd/system/sse-worker.service"
check 'and the site' grep -q 'root /opt/push/share/sse-worker/www;' "$there/etc/nginx/sites-available/sse-worker.site.conf"
finish
