#!/usr/bin/env bash
# redis-server 7.0.15-1~deb12u10 (Debian 12)
#
# FAILOVER makes a replica the master and the master its replica; connections stay open, and a client is to learn of it by the error READONLY of
# its next write. PUBLISH is no write. So a process that only publishes never learns of it: the demoted server takes each message, hands it to
# those who have subscribed at it, and answers with their number. Nothing goes from a replica to its master, so all who have subscribed at
# the new master, where those go who connect from now on, get nothing of it. Each half of the processes hears itself, the count
# is not 0, and what is published at the new master reaches both halves. One would expect an error, as for XADD on the same connection,
# or that it is passed on. Sentinel closes the connections of a server that it demotes, so it is not seen there.
#
# A publishes through a connection to the first server, B through one to the second; one reader has subscribed at each. Output seen:
#     before: A publishes: 1 receiver, read at the first server, read at the second server
#     FAILOVER: the first server is now slave, the second master
#     after: A publishes: 1 receiver, read at the first server
#     after: B publishes: 1 receiver, read at the first server, read at the second server
#     after: A adds to a stream: READONLY
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
command -v redis-server >/dev/null || { echo 'redis-server is missing: apt-get install redis-server' >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >check.py <<'PY'
import socket, subprocess, time

def free():
    with socket.create_server(('127.0.0.1', 0)) as listener:
        return listener.getsockname()[1]

class Connection:
    def __init__(self, port):
        for _ in range(100):
            try:
                self.socket = socket.create_connection(('127.0.0.1', port))
                break
            except ConnectionRefusedError:
                time.sleep(0.1)
        self.socket.settimeout(20)
        self.file = self.socket.makefile('rb')

    def __call__(self, *words):
        self.socket.sendall(' '.join(words).encode() + b'\r\n')
        return self.read()

    def read(self):
        line = self.file.readline().decode().rstrip('\r\n')
        if line[0] == '$':
            return self.file.read(int(line[1:]) + 2).decode()[:-2] if line != '$-1' else None
        if line[0] == '*':
            return [self.read() for _ in range(int(line[1:]))]
        return line

def wait(what, condition):
    for _ in range(200):
        if condition():
            return
        time.sleep(0.1)
    raise TimeoutError(what)

ports = [free(), free()]
servers = []
try:
    for port, more in zip(ports, [[], ['--replicaof', f'127.0.0.1 {ports[0]}']]):
        servers.append(subprocess.Popen(['redis-server', '--port', str(port), '--bind', '127.0.0.1', '--save', '', '--repl-diskless-sync-delay', '0', *more],
                                        stdout=subprocess.DEVNULL))
    watch = [Connection(port) for port in ports]
    role = lambda server: watch[server]('ROLE')[0]
    wait('replica', lambda: watch[0]('ROLE')[2] and watch[1]('ROLE')[3] == 'connected')
    readers = [Connection(port) for port in ports]
    for reader in readers:
        reader('SUBSCRIBE', 'news')
    publishers = {'A': Connection(ports[0]), 'B': Connection(ports[1])}

    def publish(when, name):
        count = publishers[name]('PUBLISH', 'news', 'hello')[1:]
        # What a server hands on in its next second has come by then.
        time.sleep(1)
        got = []
        for reader, place in zip(readers, ['first', 'second']):
            reader.socket.setblocking(False)
            try:
                reader.socket.recv(4096)
                got.append(f', read at the {place} server')
            except BlockingIOError:
                pass
        print(f'{when}: {name} publishes: {count} receiver{"" if count == "1" else "s"}{"".join(got)}')

    publish('before', 'A')
    watch[0]('FAILOVER')
    wait('failover', lambda: role(1) == 'master' and role(0) == 'slave' and watch[0]('ROLE')[3] == 'connected')
    print(f'FAILOVER: the first server is now {role(0)}, the second {role(1)}')
    publish('after', 'A')
    publish('after', 'B')
    print('after: A adds to a stream:', publishers['A']('XADD', 'stream', '*', 'field', 'value')[1:].split()[0])
finally:
    for server in servers:
        server.kill()
        server.wait()
PY
seen=$(timeout 50 python3 check.py)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
