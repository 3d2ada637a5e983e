#!/usr/bin/env bash
# deploy/oci without a container engine: what the Containerfile names exists, its libraries are those that the programs link, and what
# compose.yaml mounts works in a container made by hand: a read-only root, the user and the folders of the image, no capability.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

oci=$root/deploy/oci
build=$(dirname "$(realpath "${SSE_WORKER:-$root/build/sse-worker}")")
programs=("$build"/sse-worker{,-pipe,-probe,-top})

# An instruction with its continued lines, on one line each.
instructions() { sed -e '/^#/d' -e ':a' -e '/\\$/{N;s/ *\\\n */ /;ba' -e '}' "$oci/Containerfile" | grep "^$1 " | sed "s/^$1 //"; }

sources_exist() {
  local from to
  while read -r from to; do
    [[ $from == --from=* ]] || ls -d "$root/${from%/}" >/dev/null || return 1
    [[ -n $to ]] || { echo "COPY $from has no target"; return 1; }
  done < <(instructions COPY)
}
libraries_named() { instructions RUN | grep -o 'ca-certificates lib.*zlib1g' | tr ' ' '\n' | grep -v ca-certificates | sort; }
# Packages of the shared objects that the programs name; those of the C++ compiler are in every Debian, those of a sanitizer in no image.
libraries_linked() {
  local names files
  names=$(objdump -p "${programs[@]}" | sed -n 's/^ *NEEDED *//p' | sort -u)
  # By both of its paths: /lib is a link to /usr/lib, and packages name either.
  mapfile -t files < <(ldconfig -p | awk -v names="$names" 'BEGIN { split(names, all); for (n in all) wanted[all[n]] } $1 in wanted && !seen[$1]++ { print $NF; print "/usr" $NF }' |
    xargs realpath -m | sed 'p;s|^/usr/lib|/lib|' | sort -u)
  { dpkg-query -S "${files[@]}" 2>/dev/null || true; } | cut -d: -f1 | grep -Evx 'libc6|libstdc\+\+6|libgcc-s1|lib(a|l|t|ub)san[0-9]+' | sort -u
}
same_libraries() { diff <(libraries_named) <(libraries_linked); }
programs_exist() {
  local each
  for each in $(instructions RUN | grep -o 'build/sse-worker[a-z-]*'); do [[ -x $build/${each#build/} ]] || { echo "no $each"; return 1; }; done
  # shellcheck disable=SC2046
  command -v $(instructions RUN | tr -s '&' '\n' | sed 's/^ *//' | grep -Ev '^(deploy/|$)' | cut -d' ' -f1 | sort -u) >/dev/null
}
not() { ! "$@"; }
is_in() { instructions "$1" | grep -qxF "$2"; }
# The key of a service's line: `cap_drop` and so on.
worker_has() { awk '/^  worker:/ { on = 1; next } /^  [a-z]/ { on = 0 } on' "$oci/compose.yaml" | grep -qxF "    $1"; }

check 'the sources of each COPY exist' sources_exist
check 'the libraries are those that the programs link' same_libraries
check 'the programs and commands exist' programs_exist
check 'the user is no root, by its number' is_in USER 900:900
check 'and it is made' grep -q 'useradd .*--uid 900 .*sse-worker' "$oci/Containerfile"
check 'the base is Debian 12' grep -qx 'ARG BASE=debian:bookworm-slim' "$oci/Containerfile"
check 'the root of the worker is read-only' worker_has 'read_only: true'
check 'and it has no capability' worker_has 'cap_drop: [ALL]'

((failures == 0)) || finish
if ((EUID != 0)) || ! unshare -m -p -f -n --propagation private true 2>/dev/null; then
  echo 'skipped: nothing was run: no namespaces'
  exit 77
fi

# The files that compose.yaml mounts into a service, as SOURCE TARGET.
mounts() {
  awk -v service="  $1:" '$0 == service { on = 1; next } /^  [a-z]/ { on = 0 } on' "$oci/compose.yaml" |
    sed -n 's|^ *- \(\.[^:]*\):\([^:]*\):ro$|\1 \2|p'
}
# The image of nginx is not here: what matters of it is that it reads conf.d, and writes to these folders.
cat >"$tmp/nginx.conf" <<'NGINX'
user www-data; daemon off; pid /run/nginx.pid; error_log stderr;
events { }
http {
    access_log off;
    client_body_temp_path /var/cache/nginx/body; proxy_temp_path /var/cache/nginx/proxy; fastcgi_temp_path /var/cache/nginx/fastcgi;
    uwsgi_temp_path /var/cache/nginx/uwsgi; scgi_temp_path /var/cache/nginx/scgi;
    include /etc/nginx/conf.d/*.conf;
}
NGINX
mkdir "$tmp"/{socket,redis}
chown 900:900 "$tmp/socket"
openssl rand -hex 32 >"$tmp/publish_key"
chown 0:900 "$tmp/publish_key"
chmod 640 "$tmp/publish_key"

# container SERVICE: a root of its own, made of this machine's, read-only but for the volumes. Standard input has its mounts.
# shellcheck disable=SC2016 # for the other shell
container='
set -eu
service=$1 tmp=$2 oci=$3 build=$4
r=$(mktemp -d "$tmp/$service.XXXX")
mount -t tmpfs -o mode=755 tmpfs "$r"; mkdir "$r"/{up,work,root}
mount -t overlay overlay -o "lowerdir=/,upperdir=$r/up,workdir=$r/work" "$r/root"
cd "$r/root"
rm -rf etc/nginx etc/sse-worker
mount -t tmpfs -o mode=755 tmpfs run
mkdir -p run/sse-worker run/secrets etc/nginx/conf.d etc/sse-worker var/cache/nginx
mount --bind "$tmp/socket" run/sse-worker
printf "127.0.0.1 localhost redis nginx\n" >etc/hosts
touch run/secrets/publish_key; mount --bind "$tmp/publish_key" run/secrets/publish_key
while read -r from to; do
  if [ -d "$oci/$from" ]; then mkdir -p ".$to"; else touch ".$to"; fi
  mount --bind -o ro "$oci/$from" ".$to"
done
mount -t proc proc proc; mount --bind /dev dev
case $service in
  worker)
    touch usr/bin/sse-worker; mount --bind "$build/sse-worker" usr/bin/sse-worker
    run=(setpriv --reuid 900 --regid 900 --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs /usr/bin/sse-worker --config /etc/sse-worker/sse-worker.yaml) ;;
  nginx)
    mount -t tmpfs tmpfs var/cache/nginx; cp "$tmp/nginx.conf" etc/nginx/
    run=(nginx) ;;
esac
mount -o remount,ro "$r/root"
exec chroot . "${run[@]}"
'
# shellcheck disable=SC2016
pod='
ip link set lo up
redis-server --dir "$1/redis" --save "" --appendonly no >"$1/redis.log" 2>&1 &
mkfifo "$1/next"
# Commands come one a line: a service to start. It is open for both, so that it has no end when a writer has gone.
exec 3<>"$1/next"
while read -r service <&3; do
  unshare -m bash -c "$2" bash "$service" "$1" "$3" "$4" <"$1/$service.mounts" >>"$1/$service.log" 2>&1 3>&- &
  echo $! >"$1/$service.pid"
done
'
for service in worker nginx; do
  mounts "$service" >"$tmp/$service.mounts"
  check "compose.yaml mounts files into $service" test -s "$tmp/$service.mounts"
done
unshare -m -p -f -n --mount-proc --propagation private bash -c "$pod" bash "$tmp" "$container" "$oci" "$build" >"$tmp/pod.log" 2>&1 &
started+=($!)
until_true 10 test -p "$tmp/next" || { cat "$tmp/pod.log" >&2; exit 1; }
inside=$(pgrep -P $!)
started=("$inside" "${started[@]}")
there() { nsenter -t "$inside" -m -p -n "$@"; }
# shellcheck disable=SC2016 # for the other shell
stop_worker() { there sh -c 'kill -"$1" "$(pgrep -f "^/usr/bin/sse-worker --config")"' sh "$1"; }
no_worker() { ! there pgrep -f '^/usr/bin/sse-worker --config'; }
publish() { there curl -s -m 5 -d "topic=orders&data=$1" "${@:3}" "http://127.0.0.1:$2/publish"; }
with_key=(-H "Authorization: Bearer $(cat "$tmp/publish_key")")
gives_id() { [[ $("$@") == '{"id":"'* ]] || { tail -n 5 "$tmp"/*.log; return 1; }; }
held() { there curl -s -m 5 'http://127.0.0.1:8080/events?topic=orders&lastEventId=earliest&poll=0'; }
holds() { [[ $(held) == *"\"data\":\"$1\""* ]] || { held; return 1; }; }

echo worker >"$tmp/next"
check 'the worker makes its socket' until_true 20 test -S "$tmp/socket/sse-worker.sock"
check 'everybody in the volume may connect' test "$(stat -c '%u %a' "$tmp/socket/sse-worker.sock")" = '900 666'
echo nginx >"$tmp/next"
check 'a container publishes, with the key' until_true 15 gives_id publish hi 8081 "${with_key[@]}"
check 'and not without it' test "$(publish no 8081 -o /dev/null -w '%{http_code}')" = 401
check 'readers get it' holds hi
check 'readers see no page of nginx' test "$(there curl -s -o /dev/null -w '%{http_code} %{content_type}' http://127.0.0.1:8080/)" = '404 application/problem+json'
worker=$(there pgrep -f '^/usr/bin/sse-worker --config')
check 'the worker has no capability' there grep -qx 'CapEff:.0*' "/proc/$worker/status"
check 'and nothing to complain about' not grep -i 'warn\|error' "$tmp/worker.log"
check 'and no root to write to' there sh -c "! setpriv --reuid 0 touch /proc/$worker/root/usr/made"
stop_worker KILL
check 'a killed worker is gone' until_true 5 no_worker
echo worker >"$tmp/next"
check 'the next one takes its socket' until_true 15 gives_id publish again 8081 "${with_key[@]}"
check 'and has what was published' holds hi
stop_worker TERM
check 'SIGTERM ends it within the time that compose.yaml gives' until_true "$(sed -n 's/^ *stop_grace_period: \([0-9]*\)s.*/\1/p' "$oci/compose.yaml")" no_worker
finish
