#!/usr/bin/env bash
# redis-server 7.0.15-1~deb12u10, as server and as Sentinel (Debian 12)
#
# When a background save fails, as on a full disk, Redis refuses writes until one succeeds (stop-writes-on-bgsave-error, on by default, as save
# points are). One expects everything else to go on, and reading, PUBLISH and subscriptions do. But PING gets the same error, MISCONF, in place of
# PONG. So a health check that waits for PONG takes down a server that hands out all its events, and one that looks at the exit status of
# `redis-cli ping` sees nothing.
#
# Sentinel asks with PING, and does not take MISCONF for a sign of life. So the full disk of a primary is a failover, with all servers alive: what was
# acknowledged and not copied yet may be lost, as at the death of a machine. A replica whose save has failed ends itself at the next write, which
# redis.conf says. With `replica-ignore-disk-write-errors yes` it takes all writes and stays in step, and counts as down for Sentinel all
# the same: when the primary dies, no replica is good enough, and there is no primary at all. `rdb_last_bgsave_status` of each server tells
# before. With `stop-writes-on-bgsave-error no` none of this happens.
#
# The folder of the dump is removed, which stands for a full disk (on a full file system PING got the same in another trial), and BGSAVE is called.
# Sentinel takes a server for down after 2 s. Output seen:
#     a save of the primary failed: XADD: MISCONF; PING: MISCONF, exit status 0; XRANGE: 1-1; PUBLISH reaches: 1
#     Sentinel names: the replica, as the primary; the one before answers XLEN: 1
#     a save of the replica failed, replica-ignore-disk-write-errors yes: XADD at the primary: 2-1; XRANGE at the replica: 1-1 2-1
#     the primary is killed: Sentinel: -failover-abort-no-good-slave; it names: the dead one
#     a save of the primary failed, stop-writes-on-bgsave-error no: XADD: 2-1; PING: PONG, exit status 0; XRANGE: 1-1 2-1; PUBLISH reaches: 1
#     Sentinel names: the same after 6 s
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
command -v redis-server >/dev/null || { echo 'redis-server is missing: apt-get install redis-server' >&2; exit 2; }
folder=$(mktemp -d)
pids=()
finish() {
  for pid in "${pids[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  pids=()
}
trap 'rm -rf "$folder"' EXIT
port=$((20000 + RANDOM % 10000))

primary() { redis-cli -p "$port" "$@"; }
replica() { redis-cli -p $((port + 1)) "$@"; }
sentinel() { redis-cli -p $((port + 2)) "$@"; }
# until_true COMMAND [ARGUMENT ...]: waits at most 90 s. (A Sentinel that got no processor for 2 s does nothing for 30 s.)
until_true() {
  for ((i = 0; i < 900; i += 1)); do
    ! "$@" || return 0
    sleep 0.1
  done
  echo "not reached: $*" >&2
  return 1
}
is_up() { [[ $(redis-cli -p "$1" ping 2>/dev/null) == PONG ]]; }
is_linked() { [[ $(primary info replication) == *state=online* ]]; }
have_same() { [[ $(replica xlen events) == "$(primary xlen events)" ]]; }
knows_replica() { [[ $(sentinel sentinel replicas m) == *$((port + 1))* && $(sentinel info sentinel) == *status=ok,*slaves=1,* ]]; }
has_failed() { [[ $(redis-cli -p "$1" info persistence) == *rdb_last_bgsave_status:err* ]]; }
has_subscriber() { [[ $(primary pubsub numsub channel) == *1 ]]; }
named() { sentinel sentinel get-master-addr-by-name m | sed -n 2p; }
names_replica() { [[ $(named) == $((port + 1)) ]]; }
replica_is_down() { [[ $(sentinel sentinel replicas m) == *s_down* ]]; }
in_sentinels_log() { grep -q -e "$1" "$folder/log3"; }
# What a command gets: the word that an error begins with, or the answer, in one line.
brief() {
  local answer
  answer=$("$@" | grep -vE '^(field|value)?$' | paste -sd ' ')
  [[ $answer != MISCONF\ * ]] || answer=MISCONF
  echo "$answer"
}

# start OPTION ...: a primary, a replica that is in step, a Sentinel, and somebody who has subscribed at the primary.
start() {
  finish
  rm -rf "${folder:?}"/*
  mkdir "$folder/1" "$folder/2" "$folder/3"
  port=$((port + 3))
  redis-server --port "$port" --bind 127.0.0.1 --save 3600 1 --dir "$folder/1" --repl-diskless-sync-delay 0 "$@" >"$folder/log1" 2>&1 &
  pids+=($!)
  redis-server --port $((port + 1)) --bind 127.0.0.1 --save 3600 1 --dir "$folder/2" --replicaof 127.0.0.1 "$port" "$@" >"$folder/log2" 2>&1 &
  pids+=($!)
  printf '%s\n' "port $((port + 2))" 'bind 127.0.0.1' "dir $folder/3" "sentinel monitor m 127.0.0.1 $port 1" 'sentinel down-after-milliseconds m 2000' >"$folder/3/conf"
  until_true is_up "$port"
  until_true is_linked
  redis-server "$folder/3/conf" --sentinel >"$folder/log3" 2>&1 &
  pids+=($!)
  until_true is_up $((port + 2))
  until_true knows_replica
  primary subscribe channel >"$folder/subscriber" 2>&1 &
  pids+=($!)
  until_true has_subscriber
  primary xadd events 1-1 field value >/dev/null
  until_true have_same
}
# fail NUMBER: a background save of server 1 or 2 fails.
fail() {
  rm -r "${folder:?}/$1"
  redis-cli -p $((port + $1 - 1)) bgsave >/dev/null
  until_true has_failed $((port + $1 - 1))
}
commands() {
  local xadd ping status=0
  xadd=$(brief primary xadd events 2-1 field value)
  primary ping >"$folder/ping" || status=$?
  ping=$(brief cat "$folder/ping")
  echo "XADD: $xadd; PING: $ping, exit status $status; XRANGE: $(brief primary xrange events - +); PUBLISH reaches: $(brief primary publish channel message)"
}

seen=$(
  set -e
  trap finish EXIT
  start
  fail 1
  echo "a save of the primary failed: $(commands)"
  until_true names_replica
  echo "Sentinel names: the replica, as the primary; the one before answers XLEN: $(primary xlen events)"

  start --replica-ignore-disk-write-errors yes
  fail 2
  until_true replica_is_down
  echo -n "a save of the replica failed, replica-ignore-disk-write-errors yes: XADD at the primary: $(brief primary xadd events 2-1 field value); "
  until_true have_same
  echo "XRANGE at the replica: $(brief replica xrange events - +)"
  kill -9 "${pids[0]}"
  until_true in_sentinels_log '-failover-abort-no-good-slave'
  [[ $(named) != "$port" ]] || echo 'the primary is killed: Sentinel: -failover-abort-no-good-slave; it names: the dead one'

  start --stop-writes-on-bgsave-error no
  fail 1
  echo "a save of the primary failed, stop-writes-on-bgsave-error no: $(commands)"
  sleep 6
  [[ $(named) != "$port" ]] || echo 'Sentinel names: the same after 6 s'
)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
