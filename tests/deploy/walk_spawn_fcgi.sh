#!/usr/bin/env bash
# The installation under spawn-fcgi, as its documentation has it, on a fresh machine: the commands are read from the documents.
# What it promises holds: a publish is taken, the log is written, nobody else reads what is secret.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib_machine.sh
source "$(dirname "$0")/lib_machine.sh"

page=$root/deploy/spawn-fcgi/README.md

documented_line() { grep -o 'include snippets/sse-worker.locations.conf;' "$page" | head -1; }
logged() { there "journalctl -q --no-pager -o cat -t sse-worker | grep -q '$1'"; }
takes_a_publish() { has_id "$(paste_there "$(documented 'curl -d' "$page")" 2>/dev/null)"; }
# What is before `; ` in the line that begins with "To stop it".
# shellcheck disable=SC2016 # the document's, not the shell's
stop_command() { sed -n 's/^To stop it: `\(.*\)`\.$/\1/p' "$page"; }
no_worker() { ! there 'pgrep -x sse-worker' >/dev/null; }

boot_machine
check 'make install' there "make install BUILD='$build'"
((failures == 0)) || finish
check 'nginx takes the documented line' start_nginx_there "$(documented_line)"
check 'the documented commands' paste_there "umask 0; $(documented 'spawn-fcgi -s' "$page")"
check 'the documented publish is taken at once' until_true 5 takes_a_publish
check 'the log is in syslog, and says so' until_true 5 logged 'logging to syslog: stderr is closed or /dev/null'
check 'with the line that it serves' until_true 5 logged 'listen="descriptor 0"'
check 'nothing is wrong' not logged 'warn\\|store unavailable'
check 'it runs as its own user' test "$(there 'ps -o user= -C sse-worker')" = sse-wor+ -o "$(there 'ps -o user:20= -C sse-worker')" = sse-worker
check 'the configuration: who may read it' is 'root:sse-worker 640' "$config"
check 'the publish key' is 'root:sse-worker 640' /etc/sse-worker/publish.key
check 'the folder of the journal' is 'sse-worker:sse-worker 700' /var/lib/sse-worker
for ending in '' -wal -shm .lock; do
  check "the journal's file $ending, whatever the umask" is 'sse-worker:sse-worker 600' "/var/lib/sse-worker/journal.db$ending"
done
check 'the folder of the socket' is 'root:root 755' /run/sse-worker
check 'the socket' is 'www-data:www-data 660' /run/sse-worker/sse-worker.sock
check 'another user reads neither' there \
  "! setpriv --reuid=nobody --regid=nogroup --clear-groups cat $config /var/lib/sse-worker/journal.db"

there "echo 'nonsense: 1' >>$config; kill -HUP \$(cat /run/sse-worker/sse-worker.pid)"
check 'what a reload refuses is in the log' until_true 5 logged 'nonsense: is not a key'
check 'the documented end' paste_there "$(stop_command)"
check 'is one' until_true 10 no_worker
documented_again=$(documented 'spawn-fcgi -s' "$page" | grep -v ' check ')
# What spawn-fcgi says of it depends on the time that the worker takes: it looks for a tenth of a second only.
paste_there "$documented_again" >/dev/null 2>&1 || true
check 'a start with a wrong configuration leaves no worker' until_true 10 no_worker
check 'and the log says why' until_true 5 logged "^$config:[0-9]*:1: nonsense: is not a key"

# Everything that check may find, with the command that it names.
mended_as_said() {
  local said
  said=$(there "sse-worker check --config $config" 2>&1) && { echo 'check found nothing'; return 1; }
  printf '%s\n' "$said"
  grep -q "$1" <<<"$said" || return 1
  there "${said##*As root: }" && there "sse-worker check --config $config"
}
there "sed -i /nonsense/d $config; rm -r /var/lib/sse-worker"
check 'check: no folder' mended_as_said 'store.path: there is no folder /var/lib/sse-worker, and the user sse-worker cannot make it'
there 'chown root:root /var/lib/sse-worker && chmod 755 /var/lib/sse-worker'
check "check: a folder of root's" mended_as_said 'the user sse-worker may not write to the folder /var/lib/sse-worker, which belongs to root:root'
there 'touch /var/lib/sse-worker/journal.db'
check "check: a file of root's" mended_as_said 'the user sse-worker may not write to the file /var/lib/sse-worker/journal.db, which'
there "chown root:root $config"
check 'check: a configuration that the worker cannot read' mended_as_said 'the user sse-worker may not read it'
check 'check: another user' there "sse-worker check --user nobody --config $config 2>&1 | grep -q 'the user nobody may not read it'"
there "sed -i -e 's/^  key: \"\"/  key: secret/' -e 's/^  key_file: .*/  key_file: \"\"/' $config && chmod 644 $config"
check 'check: secrets that everybody can read' there \
  "sse-worker check --config $config 2>&1 | grep -q 'warning: it contains publish.key, and every user of this machine can read it'"
check 'it starts nevertheless' paste_there "$documented_again"
check 'and warns in its log' until_true 5 logged 'it contains publish.key, and every user'
there "$(stop_command)"
until_true 10 no_worker
there "sed -i 's/^  to: auto/  to: stderr/' $config"
check 'where the log is lost' paste_there "$documented_again"
check 'one line in syslog says so' until_true 5 logged 'no log is written: log.to is stderr, which is closed or /dev/null'
halt_machine

# A package made with DESTDIR, unpacked on a machine without the user; and what the documentation then says. Under another
# prefix, whose own copy of the documentation names the right program.
boot_machine
check 'make install DESTDIR' there "make install BUILD='$build' DESTDIR=/package PREFIX=/usr/local"
check 'makes no user' there '! getent passwd sse-worker && ! test -e /var/lib/sse-worker'
there 'cp -a /package/. /'
page=$tmp/spawn-fcgi.md
there 'cat /usr/local/share/doc/sse-worker/spawn-fcgi.md' >"$page"
check 'nginx takes the documented line' start_nginx_there "$(documented_line)"
check 'check says what is missing' there "! sse-worker check --user www-data --config $config 2>/dev/null"
check 'the documented lines for it' paste_there "$(documented '^useradd' "$page")"
check 'the documented commands' paste_there "$(documented 'spawn-fcgi -s /run' "$page")"
check 'the documented publish is taken at once' until_true 5 takes_a_publish
# shellcheck disable=SC2016 # for the other shell
check 'the program is the one of the prefix' there 'test "$(readlink /proc/$(pgrep -x sse-worker)/exe)" = /usr/local/bin/sse-worker'
check 'who may read the configuration' is 'root:sse-worker 640' "$config"
check 'and the journal' is 'sse-worker:sse-worker 600' /var/lib/sse-worker/journal.db
halt_machine
finish
