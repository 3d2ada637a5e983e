#!/usr/bin/env bash
# redis-server 7.0.15-1~deb12u10 (Debian 12)
#
# WAIT is described as counting the replicas that have the write commands of the connection that calls it. So a connection that has written
# nothing should get the number of all replicas, at once. Only the very first command of a connection behaves that way. Every command moves
# the place that the connection waits for to the end of what the server has written by then, for whomever: PING, a read, and WAIT itself.
#
# Two things follow. On a connection that others' writes pass by (a pool, a health check between two calls) WAIT takes longer than its own writes
# need, and 0 does not mean that its own event is on no replica. And WAIT after a read says whether replicas have what was read, which no page
# promises: the server of Valkey, made from this one, moves that place only for commands that wrote something (seen in its source, not run). Who
# needs to know that writes a few bytes first.
#
# A replica stands still while a first connection adds an entry; the others write nothing. Output seen:
#     the first command of a connection, WAIT 1 300: 1
#     the same once more: 0
#     PING, then WAIT 1 300: 0
#     XREAD of the entry, then WAIT 1 300: 0
#     the same when the replica goes on: 1
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
command -v redis-server >/dev/null || { echo 'redis-server is missing: apt-get install redis-server' >&2; exit 2; }
folder=$(mktemp -d)
port=$((20000 + RANDOM % 10000))
primary='' replica=''
finish() {
  for pid in $replica $primary; do
    kill -CONT "$pid" 2>/dev/null || true
    kill "$pid" 2>/dev/null || true
  done
  wait 2>/dev/null || true
  rm -rf "$folder"
}
trap finish EXIT

mkdir "$folder/primary" "$folder/replica"
redis-server --port "$port" --bind 127.0.0.1 --save '' --dir "$folder/primary" --repl-diskless-sync-delay 0 >"$folder/log" 2>&1 &
primary=$!
redis-server --port $((port + 1)) --bind 127.0.0.1 --save '' --dir "$folder/replica" --replicaof "127.0.0.1 $port" >"$folder/log2" 2>&1 &
replica=$!
for ((i = 0; i < 100; i += 1)); do
  [[ $(redis-cli -p "$port" info replication 2>/dev/null || :) != *state=online* ]] || break
  sleep 0.1
done
redis-cli -p "$port" set warm up >/dev/null
[[ $(redis-cli -p "$port" wait 1 5000) == 1 ]]

# answer_to COMMAND: the last line of what the open connection 3 answers. Only numbers and PONG are asked for.
answer_to() {
  local line
  printf '%s\r\n' "$1" >&3
  read -r -t 5 line <&3
  line=${line%$'\r'}
  echo "${line#[:+]}"
}
connect() { exec 3<>"/dev/tcp/127.0.0.1/$port"; }

kill -STOP "$replica"
redis-cli -p "$port" xadd events 1-1 field value >/dev/null
seen=$(
  connect
  echo "the first command of a connection, WAIT 1 300: $(answer_to 'WAIT 1 300')"
  echo "the same once more: $(answer_to 'WAIT 1 300')"
  connect
  answer_to PING >/dev/null
  echo "PING, then WAIT 1 300: $(answer_to 'WAIT 1 300')"
  connect
  printf 'XREAD STREAMS events 0\r\n' >&3
  for ((i = 0; i < 13; i += 1)); do read -r -t 5 line <&3; done
  [[ $line == value* ]]
  echo "XREAD of the entry, then WAIT 1 300: $(answer_to 'WAIT 1 300')"
  kill -CONT "$replica"
  echo "the same when the replica goes on: $(answer_to 'WAIT 1 5000')"
)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
