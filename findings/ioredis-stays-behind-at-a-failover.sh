#!/usr/bin/env bash
# ioredis 6.0.0 and redis 6.3.1 (npm; Node 20), redis-server 7.0.15-1~deb12u10 with Sentinel (Debian 12)
#
# SENTINEL FAILOVER hands the part of the master over in an orderly way, with all servers alive. One expects that it is done when Sentinel names the
# new master, after a second. The old one is told 10 s later. Until then it takes writes and answers them, and throws them away when it
# becomes a replica: it copies the new master. A client is to listen to Sentinel and to leave the old server by itself. redis does. ioredis has the option
# failoverDetector for it, which is off: as it is, only Sentinel's closing of its connections moves it. For ten seconds each XADD is
# acknowledged, with an id, and is gone later, and a subscriber hears nothing of what is published at the new master, though both were
# configured with the Sentinel. There is no error. Where the master dies its connections break, and so the trial by "kill" does not show it.
#
# Each client adds an entry each 200 ms and has subscribed. From 2 s after the failover on, 30 messages are published at the new master,
# one each 500 ms. Output seen:
#     the old server becomes a replica: more than 8 s after the failover
#     redis: acknowledged entries that are gone: less than 15; messages heard: 30
#     ioredis: acknowledged entries that are gone: more than 30; messages heard: less than 20
#     ioredis with failoverDetector: acknowledged entries that are gone: less than 15; messages heard: 30
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
command -v redis-server >/dev/null || { echo 'redis-server is missing: apt-get install redis-server' >&2; exit 2; }
folder=$(mktemp -d)
pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact ioredis@6.0.0 redis@6.3.1

# Free ports.
read -r first second sentinel <<<"$(python3 -c '
import socket
all = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*[each.getsockname()[1] for each in all])')"
mkdir 1 2 3
redis-server --port "$first" --bind 127.0.0.1 --dir "$folder/1" --save '' --repl-diskless-sync-delay 0 >1/log 2>&1 &
pids+=($!)
redis-server --port "$second" --bind 127.0.0.1 --dir "$folder/2" --save '' --replicaof "127.0.0.1 $first" >2/log 2>&1 &
pids+=($!)
for ((i = 0; i < 200; i += 1)); do
  [[ $(redis-cli -p "$first" info replication 2>/dev/null) != *state=online* ]] || break
  sleep 0.1
done
cat >3/sentinel.conf <<CONF
port $sentinel
bind 127.0.0.1
sentinel monitor main 127.0.0.1 $first 1
CONF
redis-server "$folder/3/sentinel.conf" --sentinel >3/log 2>&1 &
pids+=($!)
for ((i = 0; i < 200; i += 1)); do
  [[ $(redis-cli -p "$sentinel" sentinel replicas main 2>/dev/null) != *master-link-status*ok* ]] || break
  sleep 0.1
done

cat >check.mjs <<'JS'
import {setTimeout as pause} from 'node:timers/promises';
import {Redis} from 'ioredis';
import {createSentinel} from 'redis';

const [first, second, sentinel] = process.argv.slice(2).map(Number);
const sentinels = [{host: '127.0.0.1', port: sentinel}];
const [old, master, watch] = [first, second, sentinel].map((port) => new Redis(port, '127.0.0.1').on('error', () => {}));

const withIoredis = async (stream, hear, options) => {
  const [writer, reader] = [0, 1].map(() => new Redis({sentinels, name: 'main', ...options}).on('error', () => {}));
  await reader.subscribe('news');
  reader.on('message', (channel, text) => hear(text));
  return (number) => writer.xadd(stream, '*', 'number', number);
};
const withRedis = async (stream, hear) => {
  const [writer, reader] = await Promise.all([0, 1].map(() =>
    createSentinel({name: 'main', sentinelRootNodes: sentinels}).on('error', () => {}).connect()));
  await reader.subscribe('news', hear);
  return (number) => writer.xAdd(stream, '*', {number: String(number)});
};

const clients = [];
let over = false;
for (const [name, make, options] of [
  ['redis', withRedis], ['ioredis', withIoredis], ['ioredis with failoverDetector', withIoredis, {failoverDetector: true}],
]) {
  const client = {name, stream: `stream of ${name}`, heard: new Set(), acknowledged: []};
  const add = await make(client.stream, (text) => client.heard.add(text), options);
  client.done = (async () => {
    for (let number = 0; !over; number += 1) {
      await add(number).then((id) => client.acknowledged.push(id), () => {});
      await pause(200);
    }
  })();
  clients.push(client);
}
await pause(1000);
await watch.call('SENTINEL', 'FAILOVER', 'main');
const began = Date.now();
while (Number((await watch.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'main'))[1]) !== second) await pause(50);
let demoted;
await pause(2000);
for (let number = 0; number < 30; number += 1) {
  await master.publish('news', String(number));
  await pause(500);
  const role = await old.role().catch(() => ['unknown']);
  if (role[0] === 'slave') demoted ??= Date.now() - began;
}
over = true;
await Promise.all(clients.map(({done}) => done));
await pause(500);

const bound = (value, less, more) => {
  if (value < less) return `less than ${less}`;
  return value > more ? `more than ${more}` : value;
};
console.log(`the old server becomes a replica: ${demoted > 8000 ? 'more than 8 s' : `${demoted} ms`} after the failover`);
for (const {name, stream, heard, acknowledged} of clients) {
  const kept = new Set((await master.xrange(stream, '-', '+')).map(([id]) => id));
  const gone = acknowledged.filter((id) => !kept.has(id)).length;
  console.error(`${name}: ${gone} of ${acknowledged.length} are gone, ${heard.size} of 30 heard`);
  console.log(`${name}: acknowledged entries that are gone: ${bound(gone, 15, 30)}; messages heard: ${heard.size === 30 ? 30 : bound(heard.size, 20, 30)}`);
}
process.exit(0);
JS
seen=$(timeout 50 node check.mjs "$first" "$second" "$sentinel")
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
