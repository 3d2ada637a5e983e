#!/usr/bin/env bash
# The Debian packages on a fresh machine with a systemd of its own, as docs/operations.md has it: installed, upgraded while readers are
# connected, removed, installed again and purged, and what each of these leaves.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib_machine.sh
source "$(dirname "$0")/lib_machine.sh"
# shellcheck source-path=SCRIPTDIR source=lib_package.sh
source "$(dirname "$0")/lib_package.sh"

page=$root/docs/operations.md
readers=100

state() { there "systemctl show -P ActiveState sse-worker.$1" || true; }
is_state() { [[ $(state "$1") == "$2" ]] || { echo "sse-worker.$1 is $(state "$1")"; return 1; }; }
logged() { there "journalctl -q --no-pager -o cat -u sse-worker.service | grep -q '$1'"; }
takes_a_publish() { has_id "$(there "curl -s -m 10 -d 'topic=orders&data=hi' -H \"Authorization: Bearer \$(cat /etc/sse-worker/publish.key)\" http://127.0.0.1/publish")"; }
has_the_first_event() { there "curl -s -m 5 'http://127.0.0.1/events?topic=orders&lastEventId=earliest&poll=0' | grep -q '\"data\":\"hi\"'"; }
socket_since() { there 'systemctl show -P ActiveEnterTimestampMonotonic sse-worker.socket'; }
worker_pid() { there 'systemctl show -P MainPID sse-worker.service'; }
# Without what dpkg and the programs that ran write about themselves.
files() {
  there 'find /etc /usr /opt /srv /run/sse-worker /var/lib -xdev \( -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/lib/systemd \
    -o -path /var/lib/nginx -o -name __pycache__ -o -path /etc/.pwd.lock \) -prune -o -print 2>/dev/null | sort' >"$1"
}
# The accounts stay, and so do the copies that the tools for them keep. dh_apparmor removes folders of AppArmor that are empty.
counted() { grep -Ev '^/etc/((passwd|group|g?shadow|subuid|subgid)-|apparmor.d/(disable|local))$' "$1"; }
same_files() { diff <(counted "$1") <(counted "$2"); }

check 'the packages are built' build_packages
((failures == 0)) || finish
# What upgrades lead to: the same program anew; the same with another unit; one that knows another form of takeovers; one that does not
# start; and one that does again.
package=$(echo "$tmp"/deb/sse-worker_*.deb)
other_unit() { sed -i 's/^UMask=0077$/&\nOOMScoreAdjust=100/' lib/systemd/system/sse-worker.service; }
other_program() {
  other_unit
  mv usr/bin/sse-worker usr/bin/sse-worker.real
  printf '#!/bin/bash\n%s\n' "$1" >usr/bin/sse-worker
  chmod 755 usr/bin/sse-worker
}
next_version "$package" 0.1.0+2 "$tmp/next_deb"
next_version "$package" 0.1.0+3 "$tmp/next_deb" other_unit
# shellcheck disable=SC2016 # for the other shell
next_version "$package" 0.1.0+4 "$tmp/next_deb" other_program '[[ $* != *--rehearse* ]] || exit 2; exec -a "$0" "$0.real" "$@"'
next_version "$package" 0.1.0+5 "$tmp/next_deb" other_program 'exit 1'
next_version "$package" 0.1.0+6 "$tmp/next_deb" other_unit
boot_machine
there 'rm -f /usr/sbin/policy-rc.d'
files "$tmp/before"

check 'the documented commands' paste_there "cd '$tmp/deb'
$(documented 'apt install' "$page")"
((failures == 0)) || finish
check 'the service is active' is_state service active
check 'and so is its socket' is_state socket active
check 'both start at boot' there 'systemctl is-enabled sse-worker.socket sse-worker.service'
check 'it got the socket from systemd' logged 'listen="LISTEN_FDS"'
check 'nothing is wrong' not logged 'warn\\|store unavailable'
check 'it runs as its own user' test "$(there 'ps -o user:20= -C sse-worker')" = sse-worker
check 'the configuration' is 'root:sse-worker 640' "$config"
check 'the publish key' is 'root:sse-worker 640' /etc/sse-worker/publish.key
check 'the folder of the store' is 'sse-worker:sse-worker 700' /var/lib/sse-worker
check 'check finds nothing' there "sse-worker check --config $config"
# shellcheck disable=SC2016 # for the other shell
check 'dpkg finds nothing changed' there '[ -z "$(dpkg --verify sse-worker sse-worker-www)" ]'
# shellcheck disable=SC2016
check 'the manual pages are found' there 'for page in "8 sse-worker" "5 sse-worker.yaml" "1 sse-worker-pipe" "1 sse-worker-probe" "1 sse-worker-top"; do man -w $page >/dev/null || exit 1; done'

check 'nginx is as it was' not there "nginx -T 2>/dev/null | grep -q sse_worker"
check 'the documented link' paste_there "$(documented 'ln -s' "$page")"
check 'and the documented line' start_nginx_there "$(grep -xF 'include snippets/sse-worker.locations.conf;' "$page" | head -1)"
check 'a publish is taken' until_true 5 takes_a_publish
check 'and read' has_the_first_event
check 'not without the key' there "curl -s -d topic=a http://127.0.0.1/publish | grep -q '\"status\":401'"

# Upgrades with readers connected, and a configuration that the administrator has changed.
there "sed -i 's/^drain_seconds: 5$/drain_seconds: 2/' $config && systemctl reload sse-worker"
there 'cp -p /etc/sse-worker/publish.key /run/key'
upgrade() { there "dpkg --force-confold -i '$tmp'/next_deb/sse-worker_0.1.0+$1_*.deb" >"$tmp/upgraded" 2>&1 || { cat "$tmp/upgraded"; return 1; }; }
told() { grep -q "$1" "$tmp/upgraded" || { cat "$tmp/upgraded"; return 1; }; }
status() { [[ $(there 'systemctl show -P StatusText sse-worker') == "$1" ]] || { there 'systemctl status sse-worker'; return 1; }; }
program_is_installed_one() { there "[ /proc/$(worker_pid)/exe -ef /usr/bin/sse-worker ]"; }
# beside_readers VERSION RECONNECTED UNANSWERED: that upgrade, and what readers and the publisher have noticed of it.
beside_readers() {
  # shellcheck disable=SC2016
  there 'mkdir "/run/$2"; exec python3 tests/deploy/readers.py 80 "$1" /etc/sse-worker/publish.key "/run/$2"' "$readers" "readers$1" \
    >"$tmp/said" 2>&1 &
  local reading=$! said
  check "$readers readers are connected" until_true 30 there "test -e /run/readers$1/open"
  before=$(worker_pid) since=$(socket_since)
  check 'an upgrade' upgrade "$1"
  there "touch /run/readers$1/stop"
  wait "$reading" || bad 'the readers' "$(cat "$tmp/said")"
  said=$(tail -1 "$tmp/said")
  check "readers miss nothing: $said" grep -Eq "^published=[0-9]{2,} lost=0 repeated=0 disordered=0 gaps=0 reconnected=$2 unanswered=$3$" "$tmp/said"
  check 'behind the same socket' test "$(socket_since)" = "$since"
}

beside_readers 2 0 0
check 'the new program has taken over, says dpkg' told 'the installed program has taken over'
check 'and no more' not told 'restart\|no takeover\|NOT RUN'
check 'in the same process' test "$(worker_pid)" = "$before"
check 'it is the installed one' program_is_installed_one
check 'systemd knows' status 'takeovers=1 refused=0'
there "printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d"
check 'where policy-rc.d forbids it' upgrade 2
check 'dpkg says that the old program runs on' told 'policy-rc.d does not permit a restart'
check 'and it does' status 'takeovers=1 refused=0'
check 'the next upgrade knows the options that it runs with' there 'test -e /run/sse-worker.service.before-upgrade'
there 'rm /usr/sbin/policy-rc.d'

beside_readers 3 "$readers" '[0-9]+'
check 'where the unit has other options, dpkg says that the service restarts' told 'options of its unit have changed; the service restarts'
check 'and it does' not test "$(worker_pid)" = "$before"
check 'with these' test "$(there 'systemctl show -P OOMScoreAdjust sse-worker')" = 100

beside_readers 4 "$readers" '[0-9]+'
check 'a program that cannot take over: dpkg says why' told 'no takeover: /usr/bin/sse-worker ended with status 2'
check 'and that the service restarts' told 'the new program has not taken over; the service restarts'
check 'with that program' there "pgrep -f '^/usr/bin/sse-worker --config' && [ -e /usr/bin/sse-worker.real ]"
check 'it runs' not told 'NOT RUN'

check 'a program that does not start' upgrade 5
check 'dpkg says why it has not taken over' told 'no takeover: /usr/bin/sse-worker ended with status 1'
check 'and that nothing runs, and what to do' told 'THE SERVICE DOES NOT RUN.*journalctl -u sse-worker'
check 'nothing runs' not is_state service active
check 'the next one starts' upgrade 6
check 'without being told' is_state service active
check 'and serves' until_true 5 takes_a_publish
check 'no file of the upgrades is left' there '[ ! -e /run/sse-worker.service.before-upgrade ]'
check 'the changed configuration is kept' there "grep -qx 'drain_seconds: 2' $config"
check 'with its group' is 'root:sse-worker 640' "$config"
check 'and the key' there 'cmp /run/key /etc/sse-worker/publish.key'

# Removed: what the administrator has, the key and the events stay. nginx goes on, and tells readers to come back.
check 'remove' there 'dpkg --remove sse-worker-www sse-worker'
check 'the program is gone' there '[ ! -e /usr/bin/sse-worker ] && ! pgrep -x sse-worker'
check 'the units are gone' there '! systemctl cat sse-worker.service sse-worker.socket 2>/dev/null && [ ! -e /run/sse-worker/sse-worker.sock ]'
check 'the configuration stays' there "grep -qx 'drain_seconds: 2' $config && cmp /run/key /etc/sse-worker/publish.key"
check 'and the store' is 'sse-worker:sse-worker 600' /var/lib/sse-worker/journal.db
check 'nginx takes its files' there 'nginx -t -q'
check 'and tells readers to come back' there "curl -s -m 5 'http://127.0.0.1/events?topic=a' | grep -q '^retry: 3000'"
check 'install it again' there "dpkg -i '$tmp'/deb/sse-worker_*.deb"
check 'a publish is taken again' until_true 5 takes_a_publish
check 'and the first event is still there' has_the_first_event

# Purged: nothing stays but the account.
check 'purge' there "dpkg --purge sse-worker sse-worker-www >/run/purged 2>&1"
check 'it names the file whose line is the last' there "grep -q '^/etc/nginx/sites-enabled/default' /run/purged"
there "sed -i '/sse-worker/d' /etc/nginx/sites-enabled/default"
check 'nginx takes its files without it' there 'nginx -t -q'
check 'the account stays, locked' there "getent passwd sse-worker | grep -q 'nologin$' && getent shadow sse-worker | grep -q '^sse-worker:!'"
files "$tmp/after"
check 'no file stays' same_files "$tmp/before" "$tmp/after"
halt_machine
finish
