#!/usr/bin/env bash
# The Debian packages before they are installed: lintian finds nothing that is not named, what is in them is complete, and what Debian
# wants said twice is the same in both places.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib_package.sh
source "$(dirname "$0")/lib_package.sh"

debian=$root/deploy/debian

lintian_is_content() {
  local said
  if said=$(lintian --allow-root --fail-on error,warning "$tmp"/deb/*.changes 2>&1) && [[ -z $said ]]; then return; fi
  echo "$said"
  return 1
}
# What is below /etc is the administrator's, and dpkg knows it.
conffiles_are_all() {
  diff <(dpkg-deb --ctrl-tarfile "$1" | tar -xO ./conffiles | sort) \
    <(dpkg-deb --fsys-tarfile "$1" | tar -t | sed -n 's|^\.\(/etc/.*[^/]\)$|\1|p' | sort)
}
has_files() {
  local file
  dpkg-deb --fsys-tarfile "$1" | tar -t >"$tmp/list"
  for file in "${@:2}"; do grep -qxF ".$file" "$tmp/list" || { echo "no $file"; return 1; }; done
}
has_no() { ! { dpkg-deb --fsys-tarfile "$1" | tar -t | grep "$2"; }; }
# The same packages that `make build` installs. Every package of Debian has g++ to be built with.
same_build_packages() {
  diff <(sed -n "/^  \[build\]='/,/'$/p" "$root/deploy/local/packages" | tr -s " ='\n" '\n' | grep -Ev '^(\[build\]|g\+\+|)$' | sort) \
    <(sed -n '/^Build-Depends:/,/^$/s/^ \([a-z0-9.+-]*\).*/\1/p' "$debian/control" | grep -Ev '^(debhelper-compat|dh-apparmor)$' | sort)
}
same_version() {
  local version
  version=$(sed -n 's/^project(sse-worker VERSION \([0-9.]*\) .*/\1/p' "$root/CMakeLists.txt")
  [[ -n $version && $(sed -n '1s/^sse-worker (\([^)]*\)).*/\1/p' "$debian/changelog") == "$version" ]]
}
# exposure: systemd's figure, from 0 to 10; above 1.5 somebody has opened something.
exposure() { systemd-analyze security --offline=true --no-pager --threshold=15 "$root/deploy/systemd/sse-worker.service" >"$tmp/exposure" 2>&1 || { tail -1 "$tmp/exposure"; return 1; }; }
# Without -q: a grep that ends early would end tar with SIGPIPE.
key_of_the_package() {
  dpkg-deb --fsys-tarfile "$worker" | tar -xO ./etc/sse-worker/sse-worker.yaml | grep -x '  key_file: /etc/sse-worker/publish.key' >/dev/null
}
# Without SSE_WORKER_BUILT: dpkg-buildpackage gets a tree that it can compile, and is told nothing of another build.
compiles_by_itself() {
  mkdir -p "$tmp/bin"
  cat >"$tmp/bin/dpkg-buildpackage" <<'SH'
#!/bin/sh
[ -z "${SSE_WORKER_BUILT+set}" ] && [ -x debian/rules ] && [ ! -e build ] && cp -r . ../seen && touch ../a.deb
SH
  chmod +x "$tmp/bin/dpkg-buildpackage"
  env -u SSE_WORKER_BUILT PATH="$tmp/bin:$PATH" "$root/deploy/local/deb" "$tmp/plain" &&
    cmake -S "$tmp/plain/seen" -B "$tmp/plain/build" -D BUILD_TESTING=OFF -D SSE_WORKER_QUICK=ON
}
profile_is_good() { apparmor_parser --skip-kernel-load --skip-cache "$@" "$root/deploy/apparmor/sse-worker"; }

check 'the packages are built' build_packages
((failures == 0)) || finish
worker=$(echo "$tmp"/deb/sse-worker_*.deb) www=$(echo "$tmp"/deb/sse-worker-www_*.deb)
check 'they can be compiled' compiles_by_itself
check 'lintian finds nothing' lintian_is_content
check 'all of /etc are conffiles' conffiles_are_all "$worker"
check 'also of the page' conffiles_are_all "$www"
check 'the worker is complete' has_files "$worker" /usr/bin/sse-worker{,-pipe,-probe,-top} /lib/systemd/system/sse-worker.{socket,service} \
  /etc/nginx/snippets/sse-worker.{upstream,locations}.conf /etc/apparmor.d/sse-worker /usr/share/man/man8/sse-worker.8.gz \
  /usr/share/man/man1/sse-worker-{pipe,probe,top}.1.gz /usr/share/man/man5/sse-worker.yaml.5.gz /usr/share/bash-completion/completions/sse-worker{,-pipe,-probe,-top} \
  /usr/share/doc/sse-worker/{README.Debian,CHANGELOG.md,copyright,changelog.gz,docs/operations.md,examples/chat.py} \
  /usr/share/sse-worker/{prometheus/rules.yml,grafana/sse-worker.json,sse-worker.yaml}
check 'the page is complete' has_files "$www" /usr/share/sse-worker/www/index.html /etc/nginx/sites-available/sse-worker.site.conf
check 'nothing of nginx is active' has_no "$worker" '/etc/nginx/\(conf\.d\|sites-enabled\)'
check 'and no key is in it' has_no "$worker" 'publish\.key'
check 'the configuration names the key' key_of_the_package
check 'what is needed to build is named in both places' same_build_packages
check 'and the version' same_version
check 'the unit is closed' exposure
check 'the AppArmor profile is well formed' profile_is_good
check 'and its name is that of the unit' grep -qx "AppArmorProfile=-$(sed -n 's/^profile \([^ ]*\) .*/\1/p' "$root/deploy/apparmor/sse-worker")" \
  "$root/deploy/systemd/sse-worker.service"
finish
