#!/usr/bin/env bash
# deploy/local/run, with the real nginx, spawn-fcgi and worker (SSE_WORKER, by default build/sse-worker): it starts, serves,
# brings a killed worker back, stops without leaving anything, and says in a sentence why it cannot start.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

BUILD=$(dirname "$(realpath "${SSE_WORKER:-$root/build/sse-worker}")")
export BUILD
run=$root/deploy/local/run
unset PORT CONFIG FEED

# start NAME PORT: runs it in the background with Ctrl-C as from a terminal, its output in $tmp/NAME.out and .err, its process id in $pid.
start() {
  env --default-signal=INT "$run" "$2" >"$tmp/$1.out" 2>"$tmp/$1.err" &
  pid=$!
  started+=("$pid")
  until_true 30 grep -qs '^ready' "$tmp/$1.out" || { bad "$1 did not start" "$(cat "$tmp/$1.err")"; finish; }
}

healthy() { [[ $(curl -so /dev/null -m 2 -w '%{http_code}' "http://127.0.0.1:$1/healthz") == 200 ]]; }
children() { pgrep -P "$1" || true; }
# fed PORT: an event of the feed arrives.
fed() { [[ $(curl -sN -m 1 "http://127.0.0.1:$1/events?topic=demo/count") == *'data: {"n":'* ]]; }
worker_of() { pgrep -P "$1" -f '/sse-worker --config'; }
another_worker() { local now; now=$(worker_of "$1") && [[ $now != "$2" ]]; }

# refuses WHAT PATTERN COMMAND...: ends by itself with an error and one line that matches.
refuses() {
  local what=$1 pattern=$2 status=0
  shift 2
  timeout 20 "$@" >"$tmp/said" 2>&1 || status=$?
  if ((status != 0 && status != 124)) && grep -Eq "$pattern" "$tmp/said" && (($(wc -l <"$tmp/said") == 1)); then
    ok "$what"
  else
    bad "$what (status $status):" "$(cat "$tmp/said")"
  fi
}

# stops NAME PORT PID SIGNAL: ends with status 0, and takes all its processes and its socket along.
stops() {
  local pids status=0
  pids=$(children "$3")
  kill -"$4" "$3"
  until_true 20 gone "$3" || { bad "$1: SIG$4 did not end it"; return; }
  wait "$3" || status=$?
  check "$1: SIG$4 ends it with status 0" test "$status" = 0
  local each
  for each in $pids; do check "$1: process $each is gone" until_true 2 gone "$each"; done
  check "$1: no socket is left" test ! -e "$root/.run/$2/worker.sock"
  check "$1: the port is free again" bash -c "! (exec 3<>/dev/tcp/127.0.0.1/$2) 2>/dev/null"
}

one=$(free_port)
two=$(free_port "$one")
for wrong in 0 65536 abc 08 -1 '80 81'; do
  refuses "PORT '$wrong' is refused" '^run: PORT must be a number' "$run" "$wrong"
done
refuses 'a FEED that is neither on nor off is refused' '^run: FEED must be on or off' env FEED=perhaps "$run" "$one"
refuses 'a missing configuration is refused' '^run: CONFIG: there is no file .*none\.yaml' \
  env CONFIG="$tmp/none.yaml" "$run" "$one"
echo 'nonsense: 1' >"$tmp/wrong.yaml"
refuses 'a wrong configuration is refused, with its line' '^run: the worker refuses .*wrong\.yaml:1:' \
  env CONFIG="$tmp/wrong.yaml" "$run" "$one"
mkdir "$tmp/bin"
ln -s /usr/bin/* "$tmp/bin/"
rm "$tmp/bin/spawn-fcgi"
refuses 'a missing program is named before there is a worker' \
  '^run: spawn-fcgi is missing; deploy/local/packages run installs it' \
  env BUILD="$tmp" PATH="$tmp/bin" "$run" --check "$one"
refuses 'a missing worker is refused' '^run: there is no worker at ' env BUILD="$tmp" "$run" "$one"

start first "$one"
first=$pid
check 'it prints one line' test "$(cat "$tmp/first.out")" = "ready: http://127.0.0.1:$one/"
check 'healthz answers' healthy "$one"
check 'the page is served' curl -sf -m 5 -o "$tmp/page" "http://127.0.0.1:$one/"
taken="^run: port $one is taken by another make run; end that one, or take another: make run PORT=[0-9]+$"
refuses 'a port of another run is refused' "$taken" "$run" "$one"
# A preset that does not exist would stop a compilation in other words. make itself adds a line.
says_so_first() {
  ! make -sC "$root" run PORT="$one" PRESET=none >"$tmp/made" 2>&1 && head -n 1 "$tmp/made" | grep -Eq "$taken"
}
check 'make run says so before it compiles' says_so_first
start second "$two"
second=$pid
check 'two side by side: the first' healthy "$one"
check 'two side by side: the second' healthy "$two"

worker=$(worker_of "$first")
kill -KILL "$worker"
check 'a killed worker is started again' until_true 10 another_worker "$first" "$worker"
check 'and healthz answers again' until_true 10 healthy "$one"
check 'the feed goes on' until_true 10 fed "$one"
check 'having said once that it could not' test "$(grep -c '^feed: nobody takes the events' "$tmp/first.err")" -le 1
check 'its events are all taken' bash -c "! grep -q '^feed: an event was refused' '$tmp/first.err'"
check 'a slow line is there to show' bash -c \
  "curl -sN -m 3 'http://127.0.0.1:$one/demo/slow?topic=demo/prices' | grep -qm1 '^data: {\"n\":'"
check 'two users have tokens that the worker takes' bash -c \
  "curl -s 'http://127.0.0.1:$one/demo/tokens' | grep -o 'eyJ[^\"]*' | while read -r token; do
     curl -so /dev/null -m 5 -w '%{http_code}' -H \"Authorization: Bearer \$token\" 'http://127.0.0.1:$one/events?topic=hello&poll=0'
   done | grep -qx 200200"
check 'their secret is for nobody else' test "$(stat -c %a "$root/.run/$one/demo.secret")" = 600
check 'the other one did not notice' healthy "$two"

curl -sN -m 30 "http://127.0.0.1:$one/events" >"$tmp/stream" &
started+=($!)
check 'a stream is open' until_true 10 grep -qs '^data:' "$tmp/stream"
stops first "$one" "$first" TERM
check 'the other one still serves' healthy "$two"

# The port is refused while something that is no run holds it: here the second one's nginx, without its lock.
mv "$root/.run/$two/lock" "$tmp/lock"
refuses 'a port of another program is refused' "^run: port $two is taken by another program" "$run" "$two"
stops second "$two" "$second" HUP

start third "$one"
third=$pid
children=$(children "$third")
kill -KILL "$third"
wait "$third" 2>/dev/null || true
for each in $children; do check "killed outright, it takes process $each along" until_true 20 gone "$each"; done
start fourth "$one"
check 'and what it left behind is no obstacle' healthy "$one"
stops fourth "$one" "$pid" INT

export FEED=off
start fifth "$one"
check 'without a feed there is none' bash -c "! pgrep -P $pid -f /local/feed"
check 'and no tokens' test "$(curl -so /dev/null -m 5 -w '%{http_code}' "http://127.0.0.1:$one/demo/tokens")" = 404
check 'and no slow line' test "$(curl -so /dev/null -m 5 -w '%{http_code}' "http://127.0.0.1:$one/demo/slow")" = 404
check 'and the configuration is the shipped one' pgrep -P "$pid" -f 'sse-worker --config .*/config/sse-worker.yaml'
stops fifth "$one" "$pid" TERM
rm -rf "$root/.run/$one" "$root/.run/$two"
finish
