# shellcheck shell=bash disable=SC2034
# What the shell tests of deploy/ share; sourced. Each test gets $root (the repository), $tmp (removed at the end) and
# `started`, the process ids it has to end itself.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
PATH=$PATH:/usr/sbin:/sbin
tmp=$(mktemp -d "${TMPDIR:-/tmp}/sse-worker-test.XXXXXX")
started=()
failures=0

end_all() {
  local pid
  for pid in "${started[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in "${started[@]}"; do
    until_true 10 gone "$pid" || kill -KILL "$pid" 2>/dev/null || true
  done
  rm -rf "$tmp"
}
trap end_all EXIT

ok() { printf 'ok   %s\n' "$1"; }
bad() { printf 'FAIL %s\n' "$*" >&2; failures=$((failures + 1)); }
finish() { ((failures == 0)) || { printf '%d failed\n' "$failures" >&2; exit 1; }; }

# check WHAT COMMAND...: one line per check; a failing one does not stop the rest.
check() {
  local what=$1
  shift
  if "$@" >"$tmp/check" 2>&1; then ok "$what"; else bad "$what" "$(cat "$tmp/check")"; fi
}

# A process that has ended but is not yet waited for counts as gone.
gone() { [[ $(ps -o stat= -p "$1" 2>/dev/null) =~ ^(Z.*)?$ ]]; }

# until_true SECONDS COMMAND...: looks 20 times a second until it succeeds or the time is over.
until_true() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.05
  done
}

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port [TAKEN...]: a port that nobody listens on, and none of those. Outside the range the kernel hands out by itself, so that
# nobody's outgoing connection takes it meanwhile; and no other test does, as in tests/lib/port.mjs.
free_port() {
  local port folder=${TMPDIR:-/tmp}/sse-worker-test-ports
  mkdir -p "$folder"
  for _ in {1..200}; do
    port=$((20000 + RANDOM % 12000))
    [[ " $* " != *" $port "* ]] || continue
    (set -C; echo "$$" >"$folder/$port") 2>/dev/null || continue
    answers "$port" || { echo "$port"; return; }
  done
  return 1
}
