#!/usr/bin/env bash
# redis-server 7.0.15-1~deb12u10 (Debian 12)
#
# XREAD with BLOCK waits for an entry behind the id that it names. It changes nothing, so readers may wait at a replica, and they are served as soon
# as the replica has the entry: also when its link to the primary was cut and it gets the missed commands afterwards. When more was written
# meanwhile than the primary keeps (repl-backlog-size, 1 MB), the replica gets a copy of all data instead. A reader keeps its connection through
# this, and one would expect it to be served when the copy is there. If the stream had no entry at the replica before, nobody wakes the reader. The entry
# is there, any other client gets it with the same command, and the reader goes on to wait until a further one is added. With BLOCK 0
# the first event of an order or a chat comes with the second one, or never. There is no error.
#
# For a stream that had entries before, it depends on who else is there. If nobody asks the replica anything while it loads the copy, its readers
# are served. If somebody asks for INFO, as monitoring and Sentinel do, those readers sleep too whose stream is not loaded yet at that moment.
# With `repl-diskless-load swapdb` at the replica all are served. Otherwise a time for BLOCK, and asking anew from the same id, bounds it.
#
# At one replica 40 readers wait, each for a stream of its own, behind the id 1-1: 20 of streams that have this entry, and 20 of streams that do not
# exist yet. The link is cut, the entry 2-1 is added to each stream, and the link comes back. Output seen:
#     little written meanwhile, INFO asked: partial resync; readers served: 20 of 20, new streams: 20 of 20
#     10 MB written meanwhile: full resync; readers served: 20 of 20, new streams: 0 of 20
#         the same XREAD once more gets 2-1: 40 of 40; after a further XADD all are served: those who slept get 2-1 and 3-1
#     10 MB written meanwhile, INFO asked: full resync; readers served: fewer than 20 of 20, new streams: 0 of 20
#         the same XREAD once more gets 2-1: 40 of 40; after a further XADD all are served: those who slept get 2-1 and 3-1
#     10 MB written meanwhile, INFO asked, repl-diskless-load swapdb: full resync; readers served: 20 of 20, new streams: 20 of 20
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
command -v redis-server >/dev/null || { echo 'redis-server is missing: apt-get install redis-server' >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat >"$folder/check.py" <<'PYTHON'
import os, re, signal, socket, subprocess, sys, threading, time

folder = sys.argv[1]
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))

def free_port():
    with socket.create_server(('127.0.0.1', 0)) as taken:
        return taken.getsockname()[1]

def until(what, condition, seconds=40):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit('not reached: ' + what)
        time.sleep(0.05)

class Connection:
    def __init__(self, port):
        def connected():
            try:
                self.socket = socket.create_connection(('127.0.0.1', port), timeout=40)
                return True
            except ConnectionRefusedError:
                return False
        until('a connection', connected)
        self.file = self.socket.makefile('rb')

    def send(self, *words):
        self.socket.sendall(b''.join([b'*%d\r\n' % len(words)] + [b'$%d\r\n%s\r\n' % (len(word), word.encode()) for word in words]))

    # All strings and numbers of an answer in one list, however they are nested.
    def answer(self):
        line = self.file.readline().decode().rstrip('\r\n')
        if line[0] == '$':
            return [] if line == '$-1' else [self.file.read(int(line[1:]) + 2)[:-2].decode()]
        if line[0] == '*':
            return [each for _ in range(max(0, int(line[1:]))) for each in self.answer()]
        return [line[1:]]

    def ask(self, *words):
        self.send(*words)
        return self.answer()

class Reader:
    def __init__(self, port, stream):
        self.connection, self.ids = Connection(port), []
        self.connection.send('XREAD', 'BLOCK', '0', 'STREAMS', stream, '1-1')
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        try:
            self.ids = [each for each in self.connection.answer() if re.fullmatch(r'\d-1', each)]
        except OSError:
            pass

def run(name, written, asked, *options):
    ports = free_port(), free_port()
    folders = [os.path.join(folder, str(port)) for port in ports]
    servers = []
    stop_asking = threading.Event()
    try:
        for port, place in zip(ports, folders):
            os.mkdir(place)
            more = ['--replicaof', f'127.0.0.1 {ports[0]}', *options] if servers else ['--repl-diskless-sync-delay', '0']
            servers.append(subprocess.Popen(['redis-server', '--port', str(port), '--bind', '127.0.0.1', '--save', '', '--dir', place,
                                             *more], stdout=subprocess.DEVNULL))
        primary, replica = map(Connection, ports)
        info = lambda: dict(line.split(':', 1) for line in primary.ask('INFO')[0].split('\r\n') if ':' in line)
        in_step = lambda: primary.ask('WAIT', '1', '2000') == ['1']  # asks the primary only
        old = [f'old:{number}' for number in range(20)]
        new = [f'new:{number}' for number in range(20)]
        for stream in old:
            primary.ask('XADD', stream, '1-1', 'field', 'value')
        until('the first copy', in_step)
        readers = {stream: Reader(ports[1], stream) for stream in old + new}
        until('40 who wait', lambda: replica.ask('INFO', 'clients')[0].find('blocked_clients:40') > 0)
        before = info()

        servers[1].send_signal(signal.SIGSTOP)
        assert primary.ask('CLIENT', 'KILL', 'TYPE', 'replica') == ['1']
        for stream in old + new:
            primary.ask('XADD', stream, '2-1', 'field', 'value')
        primary.ask('EVAL', "for i = 1, ARGV[1] do redis.call('SET', 'key:' .. i, redis.sha1hex(i)) end", '0', str(written))

        def ask():
            monitor = Connection(ports[1])
            while not stop_asking.is_set():
                monitor.ask('INFO', 'replication')

        threads = [threading.Thread(target=ask) for _ in range(2 if asked else 0)]
        for thread in threads:
            thread.start()
        servers[1].send_signal(signal.SIGCONT)
        until('a replica in step', in_step)
        stop_asking.set()
        for thread in threads:
            thread.join()
        after = info()
        kind = [text for key, text in (('sync_partial_ok', 'partial resync'), ('sync_full', 'full resync')) if after[key] > before[key]]
        served = lambda streams: sum(readers[stream].ids == ['2-1'] for stream in streams)
        end = time.monotonic() + 3
        while time.monotonic() < end and served(old + new) < 40:
            time.sleep(0.05)
        of_old, of_new = served(old), served(new)
        few = 'fewer than 20' if asked and of_old < 20 else of_old
        print(f'{name}: {", ".join(kind)}; readers served: {few} of 20, new streams: {of_new} of 20', flush=True)
        if of_old + of_new < 40:
            anew = sum('2-1' in replica.ask('XREAD', 'BLOCK', '1000', 'STREAMS', stream, '1-1') for stream in old + new)
            slept = [stream for stream in old + new if not readers[stream].ids]
            for stream in old + new:
                primary.ask('XADD', stream, '3-1', 'field', 'value')
            until('all to be served', lambda: all(reader.ids for reader in readers.values()))
            both = all(readers[stream].ids == ['2-1', '3-1'] for stream in slept)
            print(f'    the same XREAD once more gets 2-1: {anew} of 40; after a further XADD all are served: those who slept get',
                  '2-1 and 3-1' if both else 'something else', flush=True)
    finally:
        stop_asking.set()
        for server in reversed(servers):
            server.send_signal(signal.SIGCONT)
            server.kill()
            server.wait()

run('little written meanwhile, INFO asked', 0, True)
run('10 MB written meanwhile', 200_000, False)
run('10 MB written meanwhile, INFO asked', 200_000, True)
run('10 MB written meanwhile, INFO asked, repl-diskless-load swapdb', 200_000, True, '--repl-diskless-load', 'swapdb')
PYTHON
seen=$(timeout 240 python3 "$folder/check.py" "$folder")
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
