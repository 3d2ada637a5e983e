#!/usr/bin/env bash
# spawn-fcgi 1.6.4-2 (Debian 12)
#
# A second start on a socket that is in use is refused, as one would hope: "socket is already in use", exit status 255, and the
# application that runs goes on. But spawn-fcgi has opened and emptied the file of -P before it looked at the socket. So the
# refused start takes away the only record of the process that runs: `kill $(cat app.pid)` now is a kill without a process id, and
# a script that stops and starts can neither stop the old one nor start a new one, which is refused again.
#
# The same command is given twice. Output seen:
#     first start: exit status 0, the file holds the running process: yes
#     second start: exit status 255, spawn-fcgi: socket is already in use, can't spawn
#     the application still runs: yes; size of the file with its process id: 0
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
pid=
trap '[[ -z $pid ]] || kill "$pid" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
apt-get -qq download spawn-fcgi=1.6.4-2 2>/dev/null
dpkg -x spawn-fcgi_*.deb root

start() {
  root/usr/bin/spawn-fcgi -s "$folder/app.sock" -P "$folder/app.pid" -- /bin/sleep 30 2>&1
}
running() {
  [[ $(ps -o args= -p "$1") == '/bin/sleep 30' ]] && echo yes || echo no
}

seen=$(
  status=0
  start >/dev/null || status=$?
  cp app.pid kept.pid
  echo "first start: exit status $status, the file holds the running process: $(running "$(cat app.pid)")"
  status=0
  text=$(start) || status=$?
  echo "second start: exit status $status, $text"
  echo "the application still runs: $(running "$(cat kept.pid)"); size of the file with its process id: $(stat -c %s app.pid)"
)
pid=$(cat kept.pid)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
