#!/usr/bin/env bash
# redis-server 7.0.15-1~deb12u10 (Debian 12)
#
# XREAD with BLOCK waits for an entry of a stream. It is documented to answer with entries, or with nil when the time is over, so clients take
# the id of the last entry of the answer as the place to go on from. There is a third answer: the stream, with an empty list of entries.
# It comes when an entry was added and is gone again before the readers are served: XADD trims in the same step with `MAXLEN 0` (a stream
# that is to keep no history) or with a MINID above the new entry, and so does a transaction or a script that adds and trims. The reader was
# woken for an event that it does not get, and code that looks at the last entry fails. One would expect that those who wait get the
# entry, or that they go on to wait. An XREAD that does not wait says nil for the same stream, and a list behaves as expected: BLPOP goes
# on to wait where a transaction pushes and deletes. XREADGROUP answers like XREAD.
#
# A reader waits for 2 seconds at most; meanwhile one command is given. Output seen:
#     XADD MAXLEN 1, XREAD waits: the stream with 1 entry, at once
#     XADD MAXLEN 0, XREAD waits: the stream with 0 entries, at once
#     XADD MAXLEN 0, XREADGROUP waits: the stream with 0 entries, at once
#     XADD and XTRIM in a transaction, XREAD waits: the stream with 0 entries, at once
#     XADD and DEL in a transaction, XREAD waits: nil, after 2 s
#     RPUSH and LTRIM in a transaction, BLPOP waits: nil, after 2 s
#     XADD MAXLEN 0 before, XREAD does not wait: nil, at once
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
server=
trap 'rm -rf "$folder"; [[ -z $server ]] || kill "$server" 2>/dev/null || :' EXIT
cd "$folder"
redis-server --port 0 --unixsocket "$folder/redis.sock" --save '' --daemonize no >log 2>&1 &
server=$!
redis() { redis-cli -s "$folder/redis.sock" "$@"; }
for ((i = 0; i < 100; i += 1)); do
  [[ $(redis ping 2>/dev/null || :) != PONG ]] || break
  sleep 0.1
done

# What was answered, and when.
tell() {
  local began=$1 answer=$2 time='at once'
  (($(date +%s%N) - began < 1800000000)) || time='after 2 s'
  case $answer in
    *'[]'*) answer='the stream with 0 entries' ;;
    *'"f","v"'*) answer='the stream with 1 entry' ;;
    null) answer=nil ;;
  esac
  printf '%s, %s\n' "$answer" "$time"
}

# check WHAT "waiting command" "command"...: a reader waits, the commands are given as one transaction.
check() {
  local what=$1 waiting=$2 began
  shift 2
  redis flushall >/dev/null
  redis xgroup create group-s g '$' mkstream >/dev/null
  began=$(date +%s%N)
  # shellcheck disable=SC2086
  redis --json $waiting >answer &
  local reader=$!
  for ((i = 0; i < 50; i += 1)); do
    [[ $(redis info clients) != *blocked_clients:1* ]] || break
    sleep 0.02
  done
  printf '%s\n' MULTI "$@" EXEC | redis >/dev/null
  wait "$reader"
  printf '%s waits: ' "$what"
  tell "$began" "$(<answer)"
}

seen=$(
  check 'XADD MAXLEN 1, XREAD' 'xread block 2000 streams s $' 'XADD s MAXLEN 1 * f v'
  check 'XADD MAXLEN 0, XREAD' 'xread block 2000 streams s $' 'XADD s MAXLEN 0 * f v'
  check 'XADD MAXLEN 0, XREADGROUP' 'xreadgroup group g c block 2000 streams group-s >' 'XADD group-s MAXLEN 0 * f v'
  check 'XADD and XTRIM in a transaction, XREAD' 'xread block 2000 streams s $' 'XADD s * f v' 'XTRIM s MAXLEN 0'
  check 'XADD and DEL in a transaction, XREAD' 'xread block 2000 streams s $' 'XADD s * f v' 'DEL s'
  check 'RPUSH and LTRIM in a transaction, BLPOP' 'blpop l 2' 'RPUSH l v' 'LTRIM l 1 0'
  redis xadd s maxlen 0 '*' f v >/dev/null
  printf 'XADD MAXLEN 0 before, XREAD does not wait: '
  tell "$(date +%s%N)" "$(redis --json xread streams s 0)"
)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
