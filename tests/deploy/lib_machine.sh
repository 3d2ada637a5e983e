# shellcheck shell=bash disable=SC2034
# A machine to throw away: this one's files, copied as they are written, with a systemd of its own as process 1, its own
# network and processes. What is installed there is gone with it. Sourced; brings lib.sh. Needs root and namespaces: without
# them, the test that sources it is skipped.

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# The folder of the build under test, and the configuration of the worker on that machine.
build=$(dirname "$(realpath "${SSE_WORKER:-$root/build/sse-worker}")")
config=/etc/sse-worker/sse-worker.yaml

# Why there can be no such machine here; nothing, if there can.
machine_refusal() {
  ((EUID == 0)) || { echo 'only root can make one'; return; }
  [[ -x /lib/systemd/systemd ]] || { echo 'there is no systemd'; return; }
  mkdir -p "$tmp/probe"
  # shellcheck disable=SC2016 # for the other shell
  unshare -m -p -f -n -i -u --propagation private bash -ec '
    mount -t tmpfs tmpfs "$0"; mkdir "$0"/{up,work,root}
    mount -t overlay overlay -o "lowerdir=/,upperdir=$0/up,workdir=$0/work" "$0/root"
    mkdir "$0/cg"; mount -t cgroup2 cgroup2 "$0/cg" || mount -t cgroup -o none,name=systemd systemd "$0/cg"' "$tmp/probe" \
    2>&1 || true
}

why=$(machine_refusal)
[[ -z $why ]] || { printf 'skipped: no machine to install on: %s\n' "$why"; exit 77; }

# What becomes process 1. Devices are the few that programs here need: those of this machine stay untouched.
# shellcheck disable=SC2016
boot='
set -e
m=$1 target=$2
mount -t tmpfs -o mode=755 tmpfs "$m"
mkdir "$m"/{up,work,root}
mount -t overlay overlay -o "lowerdir=/,upperdir=$m/up,workdir=$m/work" "$m/root"
cd "$m/root"
mkdir -p old
mount -t proc proc proc
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=755 tmpfs dev
for name in null zero full random urandom tty; do touch dev/$name; mount --bind /dev/$name dev/$name; done
mkdir dev/shm dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts; ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd; ln -s fd/0 dev/stdin; ln -s fd/1 dev/stdout; ln -s fd/2 dev/stderr
mount -t sysfs sysfs sys
mount -t tmpfs -o mode=755 tmpfs sys/fs/cgroup
if [ -d /sys/fs/cgroup/systemd ]; then
  mkdir sys/fs/cgroup/systemd sys/fs/cgroup/unified
  mount -t cgroup -o none,name=systemd systemd sys/fs/cgroup/systemd
  mount -t cgroup2 cgroup2 sys/fs/cgroup/unified
else
  umount sys/fs/cgroup
  mount -t cgroup2 cgroup2 sys/fs/cgroup
fi
# Nothing else starts, and nothing can set a variable of the kernel, which is that of this machine.
rm -rf {etc,lib}/systemd/system/*.target.wants; : >etc/fstab
mount --bind proc/sys proc/sys; mount -o remount,bind,ro proc/sys
mkdir -p run/systemd/system
printf "[Unit]\nDescription=systemd and its journal\nWants=systemd-journald.service systemd-journald-dev-log.socket\n" >run/systemd/system/bare.target
pivot_root . old
umount -l old
export container=other PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
exec /lib/systemd/systemd --system --unit=bare.target --log-target=journal --show-status=no </dev/null >/dev/null 2>&1
'

# Boots it; then `there` runs commands on it.
boot_machine() {
  mkdir -p "$tmp/machine"
  unshare --fork --pid --mount --uts --ipc --net --cgroup --propagation private bash -c "$boot" bash "$tmp/machine" \
    >"$tmp/boot" 2>&1 &
  started+=($!)
  until_true 10 pgrep -P $! >/dev/null || { cat "$tmp/boot" >&2; exit 1; }
  machine=$(pgrep -P $!)
  started=("$machine" "${started[@]}")
  until_true 20 there 'systemctl show --property=Version >/dev/null 2>&1' || { cat "$tmp/boot" >&2; exit 1; }
}

# there SCRIPT [ARGUMENT...]: as root, in a shell on that machine, at the root of the repository.
there() {
  nsenter -t "$machine" -a env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    bash -c "cd '$root' && $1" bash "${@:2}"
}

halt_machine() {
  kill -KILL "$machine" 2>/dev/null || true
  until_true 10 gone "$machine"
}

# documented PATTERN FILE: the first sh block of a document that has a line with PATTERN, as it is.
documented() {
  awk -v pattern="$1" '
    /^```sh$/      { inside = 1; text = ""; next }
    /^```$/        { if (inside && text ~ pattern) { printf "%s", text; exit } inside = 0; next }
    inside         { text = text $0 "\n" }' "$2"
}

# As a reader pastes it, on that machine: `sudo` is nothing there, because root pastes, and make finds the build under test.
paste_there() {
  local text=$1
  [[ -n $text ]] || { echo 'the documentation has no such block'; return 1; }
  # shellcheck disable=SC2016 # for the other shell
  there 'build=$2; sudo() { "$@"; }; make() { command make BUILD="$build" "$@"; }; set -e; eval "$1"' "$text" "$build"
}

# start_nginx_there LINE: the site that a machine with nginx has, with LINE in its server as the documentation says.
start_nginx_there() {
  [[ -n $1 ]] || { echo 'the documentation has no such line'; return 1; }
  there "sed -i 's|^\tserver_name _;|&\n\t$1|' /etc/nginx/sites-enabled/default && nginx -t -q && nginx"
}

not() { ! "$@"; }
# is OWNER:GROUP\ MODE PATH: fails, and says what it is, where PATH on that machine has another owner or mode.
is() { [[ $(there "stat -c '%U:%G %a' '$2'") == "$1" ]] || { there "stat -c '%U:%G %a' '$2'"; return 1; }; }
# Whether a reply to a publish gives the event's id.
has_id() { [[ $1 =~ ^\{\"id\":\"[0-9a-f]+-[0-9]+\"\}$ ]]; }
