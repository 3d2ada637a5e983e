#!/usr/bin/env bash
# The installation under systemd, as docs/operations.md has it, on a fresh machine with a systemd of its own: what is promised of the unit
# when all is well, and what readers get while the worker cannot start.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib_machine.sh
source "$(dirname "$0")/lib_machine.sh"

page=$root/docs/operations.md

documented_line() { grep -xF 'include snippets/sse-worker.locations.conf;' "$page" | head -1; }
logged() { there "journalctl -q --no-pager -o cat -u sse-worker.service | grep -q '$1'"; }
takes_a_publish() { has_id "$(there "curl -s -m 10 -d 'topic=orders&data=hi' -H \"Authorization: Bearer \$(cat /etc/sse-worker/publish.key)\" http://127.0.0.1/publish")"; }
state() { there "systemctl show -P ActiveState sse-worker.$1" || true; }
is_state() { [[ $(state "$1") == "$2" ]] || { echo "sse-worker.$1 is $(state "$1")"; return 1; }; }
worker_pid() { there 'systemctl show -P MainPID sse-worker.service'; }
another_worker() { local pid; pid=$(worker_pid) && [[ $pid != 0 && $pid != "$1" ]]; }

# A reader: what it got and after how many milliseconds, a line each.
reads() { there "curl -s -N -m 20 -o - -w '\n%{http_code} %{time_total}\n' 'http://127.0.0.1/events?topic=a' | tail -1"; }
# told_within SECONDS COUNT: that many readers, one after another, are each sent away with an empty stream in that time.
told_within() {
  local n line
  for ((n = 0; n < $2; ++n)); do
    line=$(reads) || true
    echo "$line"
    [[ $line =~ ^200\ ([0-9]+)\. ]] && ((BASH_REMATCH[1] < $1)) || return 1
  done
}

boot_machine
block=$(documented 'systemctl enable --now sse-worker' "$page")
check 'the documented commands' paste_there "$block"
((failures == 0)) || finish
check 'nginx takes the documented line' start_nginx_there "$(documented_line)"
check 'a publish is taken at once' until_true 5 takes_a_publish
check 'the service is active' is_state service active
check 'the log is in the journal of the unit' logged 'listen="LISTEN_FDS"'
check 'nothing is wrong' not logged 'warn\\|store unavailable\\|syslog'
check 'it runs as its own user' test "$(there 'ps -o user:20= -C sse-worker')" = sse-worker
check 'the configuration' is 'root:sse-worker 640' "$config"
check 'the publish key' is 'root:sse-worker 640' /etc/sse-worker/publish.key
check 'is random, and what is published without it is refused' there \
  "grep -Eqx '[0-9a-f]{64}' /etc/sse-worker/publish.key && curl -s -d topic=a http://127.0.0.1/publish | grep -q '\"status\":401'"
check 'a second install keeps it and the configuration' there \
  "cp -p /etc/sse-worker/publish.key /run/key && make install BUILD='$build' && cmp /run/key /etc/sse-worker/publish.key"
check 'the folder of the journal' is 'sse-worker:sse-worker 700' /var/lib/sse-worker
check 'the journal' is 'sse-worker:sse-worker 600' /var/lib/sse-worker/journal.db
check 'check finds nothing' there "sse-worker check --config $config"
check 'the configuration is read again' there 'systemctl reload sse-worker'
check 'and said to be in force' until_true 5 logged 'reloaded: file=/etc/sse-worker/sse-worker.yaml'
check 'and it still accepts' takes_a_publish
check 'more than once' takes_a_publish

# A restart loses nobody: who comes meanwhile waits.
there 'until [ -e /run/restarted ]; do curl -s -m 20 -o /dev/null -w "%{http_code}\n" "http://127.0.0.1/events?topic=t&poll=0"; done' \
  >"$tmp/codes" &
asking=$!
until_true 5 grep -q 200 "$tmp/codes"
before=$(worker_pid)
check 'restart' there 'systemctl restart sse-worker'
check 'it is another process' another_worker "$before"
there 'touch /run/restarted'
wait "$asking"
check 'every request beside a restart is answered by the worker' test "$(sort -u "$tmp/codes")" = 200

# A takeover, in the middle of a stream and within the limits of the unit.
there 'curl -sN -m 60 "http://127.0.0.1/events?topic=orders" >/run/reader; touch /run/reader_left' &
reading=$!
check 'a reader has its stream' until_true 10 there 'grep -q . /run/reader'
before=$(worker_pid)
check 'the documented command' paste_there "$(documented 'sse-worker/take-over' "$page")"
check 'systemd knows the outcome' test "$(there 'systemctl show -P StatusText sse-worker')" = 'takeovers=1 refused=0'
check 'the installed program takes over' until_true 20 logged 'took over: number=1 streams=1'
check 'in the same process' test "$(worker_pid)" = "$before"
check 'and takes a publish' until_true 10 takes_a_publish
check 'which the reader gets' until_true 10 there 'grep -q "^data: hi" /run/reader && [ ! -e /run/reader_left ]'
there 'pkill curl' || true
wait "$reading" || true

before=$(worker_pid)
there "kill -KILL $before"
check 'a killed worker is started again' until_true 10 another_worker "$before"
check 'and takes a publish' until_true 10 takes_a_publish

# It dies at each start: it is tried again for ever, at long intervals, and readers are told to come back.
there "mkdir -p /run/systemd/system/sse-worker.service.d && printf '[Service]\nExecStart=\nExecStart=/bin/false\n' \
  >/run/systemd/system/sse-worker.service.d/crash.conf && systemctl daemon-reload && systemctl restart sse-worker.service" || true
since=$(date +%s)
check 'a worker that dies at each start: readers are told within 4 s' told_within 4 4
check 'it is still tried' until_true 5 is_state service activating
restarts=$(there 'systemctl show -P NRestarts sse-worker.service')
took=$(($(date +%s) - since))
check "not more often than every 2 s ($restarts in $took s)" test "$restarts" -le $((took / 2 + 1))
check 'the socket is there' is_state socket active
there 'rm /run/systemd/system/sse-worker.service.d/crash.conf && systemctl daemon-reload'
check 'it comes back by itself' until_true 15 takes_a_publish

# A configuration that it refuses is not tried for ever.
there "echo 'nonsense: 1' >>$config"
check 'a reload with a mistake changes nothing' there 'systemctl reload sse-worker'
check 'a takeover with a mistake is refused, and says why' there \
  "! /usr/share/sse-worker/take-over 2>/run/refused && grep -q '^sse-worker: no takeover: /usr/bin/sse-worker ended with status 2' /run/refused"
check 'it still serves' takes_a_publish
check 'a restart fails' not there 'systemctl restart sse-worker'
check 'a mistake in the configuration: readers are told within 3 s' told_within 3 25
check 'systemd has given up' until_true 5 is_state service failed
check 'and closed the socket' is_state socket failed
check 'then readers are told at once' told_within 1 5
tries=$(there "journalctl -q --no-pager -o cat -u sse-worker.service | grep -c 'nonsense: is not a key'")
check "the mistake is in the log, not more than 22 times ($tries)" test "$tries" -ge 1 -a "$tries" -le 22
check 'and said by check' there "! sse-worker check --config $config && sse-worker check --config $config 2>&1 | grep -q ':1: nonsense: is not a key'"
there "sed -i /nonsense/d $config"
# shellcheck disable=SC2016 # the document's, not the shell's
again=$(sed -n 's/^`\(systemctl reset-failed .*\)`\.$/\1/p' "$page")
check 'the documented way back' paste_there "$again"
check 'serves again' until_true 5 takes_a_publish

# The journal of a worker that ran under DynamicUser is taken over.
there 'systemctl stop sse-worker.socket sse-worker.service; cd /var/lib && mkdir -p -m 700 private && mv sse-worker private/ &&
  ln -s private/sse-worker sse-worker && chown -R 61999:61999 private/sse-worker/ && systemctl start sse-worker.socket sse-worker.service ||
  { systemctl status sse-worker.service; journalctl -q --no-pager -n 30 -u sse-worker.service; false; }'
check 'after DynamicUser: a publish is taken' until_true 5 takes_a_publish
check 'from its old journal' there \
  "[ ! -L /var/lib/sse-worker ] && curl -s -m 5 'http://127.0.0.1/events?topic=orders&lastEventId=earliest&poll=0' | grep -q '\"data\":\"hi\"'"
# And spawn-fcgi after systemd.
there 'systemctl stop sse-worker.socket sse-worker.service'
check 'under spawn-fcgi instead' paste_there "$(documented 'spawn-fcgi -s' "$root/deploy/spawn-fcgi/README.md")"
check 'it goes on from there' there \
  "curl -s -m 5 'http://127.0.0.1/events?topic=orders&lastEventId=earliest&poll=0' | grep -q '\"data\":\"hi\"'"
halt_machine
finish
