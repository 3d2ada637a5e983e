#!/usr/bin/env bash
# spawn-fcgi 1.6.4-2 (Debian 12)
#
# spawn-fcgi tells whether the application that it started has failed: "child exited with: 2", and the same exit status. So
# scripts and units take status 0 for an application that runs. But it looks for 0.1 s only. An application that reads its
# configuration or connects to a database first, or whose machine is busy, fails after that: then spawn-fcgi has already said
# "child spawned successfully" and has ended with status 0. The file of -P names a process that is gone, and the socket is a
# file at which nobody listens, so the web server answers 502 to everybody. The manual page names no time.
#
# The same application, which exits with 2, is started twice: it fails at once, and after two seconds. Output seen:
#     fails at once: exit status 2, spawn-fcgi: child exited with: 2
#     fails after 2 s: exit status 0, spawn-fcgi: child spawned successfully: PID: N
#     two seconds later: process N runs: no; the file of -P names it: yes; somebody listens at the socket: no
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get -qq download spawn-fcgi=1.6.4-2 2>/dev/null
dpkg -x spawn-fcgi_*.deb root
# shellcheck disable=SC2016 # for the other shell
printf '#!/bin/sh\nsleep "$1"\nexit 2\n' >application
chmod +x application

start() {
  root/usr/bin/spawn-fcgi -s "$folder/$1.sock" -P "$folder/$1.pid" -- "$folder/application" "$2" 2>&1
}
yes_or_no() { if "$@" 2>/dev/null; then echo yes; else echo no; fi; }
listens() { ss -lx | grep -F "$1" >listening; }

seen=$(
  status=0
  text=$(start early 0) || status=$?
  echo "fails at once: exit status $status, $text"
  status=0
  text=$(start late 2) || status=$?
  pid=$(cat late.pid)
  echo "fails after 2 s: exit status $status, ${text/PID: $pid/PID: N}"
  for ((i = 0; i < 200; ++i)); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  echo "two seconds later: process N runs: $(yes_or_no kill -0 "$pid"); the file of -P names it: $(yes_or_no test "$(cat late.pid)" = "$pid"); somebody listens at the socket: $(yes_or_no listens "$folder/late.sock")"
)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
