#!/usr/bin/env bash
# redis 6.3.1 and ioredis 6.0.0 (npm; Node 20), redis-server 7.0.15-1~deb12u10 (Debian 12) as a cluster
#
# In a cluster a client subscribes at any one node, since each node hands all messages on to all. Where this node is taken out in the orderly
# way, emptied with "redis-cli --cluster reshard" and removed with "del-node", one expects that the client moves to another one. Neither of the two
# does if the process only subscribes. The node goes on to run outside of the cluster and keeps its connections, so nothing breaks: no error,
# no message any more, for good (75 s were watched in a longer trial). Both learn of a change from the answers to commands, and such a
# process, as one that hands messages on to its readers, gives none. A process that also asks for a key that has moved is well
# after its next command, and so is a trial which publishes with the same client. ioredis has slotsRefreshInterval for it, which is off.
#
# Five clients have subscribed at a node, which then is taken out; 10 messages follow. Output seen:
#     redis, only subscribes: heard before: 1 of 1; after: 0 of 10; errors: 0
#     redis, asks for a key now and then: heard before: 1 of 1; after: 10 of 10; errors: 0
#     ioredis, only subscribes: heard before: 1 of 1; after: 0 of 10; errors: 0
#     ioredis, asks for a key now and then: heard before: 1 of 1; after: 10 of 10; errors: 0
#     ioredis, slotsRefreshInterval 1000: heard before: 1 of 1; after: 10 of 10; errors: 0
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
command -v redis-server >/dev/null || { echo 'redis-server is missing: apt-get install redis-server' >&2; exit 2; }
folder=$(mktemp -d)
pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact ioredis@6.0.0 redis@6.3.1

# Free ports; a node of a cluster takes a second one, 10000 above.
read -r -a ports <<<"$(python3 -c '
import random, socket
found = []
while len(found) < 3:
    port = random.randrange(20000, 30000)
    try:
        for each in port, port + 10000: socket.create_server(("127.0.0.1", each)).close()
    except OSError:
        continue
    found.append(port)
print(*found)')"
for port in "${ports[@]}"; do
  redis-server --port "$port" --bind 127.0.0.1 --save '' --dir "$folder" --cluster-enabled yes --cluster-config-file "nodes-$port" \
    --cluster-node-timeout 5000 >"log-$port" 2>&1 &
  pids+=($!)
done
for port in "${ports[@]}"; do
  for ((i = 0; i < 100; i += 1)); do
    [[ $(redis-cli -p "$port" ping 2>/dev/null || :) != PONG ]] || break
    sleep 0.1
  done
done
# The third node has one slot, that of "key".
slot=$(redis-cli -p "${ports[0]}" cluster keyslot key)
{
  redis-cli -p "${ports[0]}" cluster addslotsrange 0 "$((slot - 1))"
  redis-cli -p "${ports[1]}" cluster addslotsrange "$((slot + 1))" 16383
  redis-cli -p "${ports[2]}" cluster addslots "$slot"
  for number in 0 1 2; do redis-cli -p "${ports[number]}" cluster set-config-epoch "$((number + 1))"; done
  for number in 1 2; do redis-cli -p "${ports[0]}" cluster meet 127.0.0.1 "${ports[number]}"; done
} >/dev/null
for port in "${ports[@]}"; do
  for ((i = 0; i < 200; i += 1)); do
    [[ $(redis-cli -p "$port" cluster info) != *cluster_state:ok* || $(redis-cli -p "$port" cluster info) != *cluster_size:3* ]] || break
    sleep 0.1
  done
done

cat >check.mjs <<'JS'
import {execFileSync} from 'node:child_process';
import {setTimeout as pause} from 'node:timers/promises';
import {Cluster, Redis} from 'ioredis';
import {createCluster} from 'redis';

const ports = process.argv.slice(2).map(Number);
const [stays, , leaves] = ports.map((port) => new Redis(port, '127.0.0.1').on('error', () => {}));

const withRedis = async (keep) => {
  const client = createCluster({rootNodes: ports.map((port) => ({url: `redis://127.0.0.1:${port}`}))});
  client.on('error', () => { keep.errors += 1; });
  await client.connect();
  await client.subscribe('news', (text) => keep.heard.push(text));
  return {get: () => client.get('key'), end: () => client.destroy()};
};
const withIoredis = (options) => async (keep) => {
  const client = new Cluster(ports.map((port) => ({host: '127.0.0.1', port})), options);
  client.on('error', () => { keep.errors += 1; });
  await client.subscribe('news');
  client.on('message', (channel, text) => keep.heard.push(text));
  return {get: () => client.get('key'), end: () => client.disconnect()};
};

const subscribed = async () => (await leaves.pubsub('NUMSUB', 'news'))[1];
const clients = [];
for (const [name, make, asks] of [
  ['redis, only subscribes', withRedis, false],
  ['redis, asks for a key now and then', withRedis, true],
  ['ioredis, only subscribes', withIoredis({}), false],
  ['ioredis, asks for a key now and then', withIoredis({}), true],
  ['ioredis, slotsRefreshInterval 1000', withIoredis({slotsRefreshInterval: 1000}), false],
]) {
  // A client takes a node by chance: others are made until one has taken the third.
  for (;;) {
    const before = await subscribed();
    const keep = {name, heard: [], errors: 0};
    const {get, end} = await make(keep);
    await pause(100);
    if (await subscribed() > before) {
      if (asks) setInterval(() => get().catch(() => { keep.errors += 1; }), 500);
      clients.push(keep);
      break;
    }
    end();
    await pause(50);
  }
}

await stays.publish('news', 'before');
await pause(1000);
const cluster = (...words) => execFileSync('redis-cli', ['--cluster', ...words], {stdio: 'pipe'});
const [to, from] = [await stays.cluster('MYID'), await leaves.cluster('MYID')];
cluster('reshard', `127.0.0.1:${ports[0]}`, '--cluster-from', from, '--cluster-to', to, '--cluster-slots', '1', '--cluster-yes');
await pause(2000);
cluster('del-node', `127.0.0.1:${ports[0]}`, from);
await pause(4000);
for (let number = 0; number < 10; number += 1) {
  await stays.publish('news', `after ${number}`);
  await pause(200);
}
await pause(1000);
for (const {name, heard, errors} of clients) {
  const count = (word) => heard.filter((text) => text.startsWith(word)).length;
  console.log(`${name}: heard before: ${count('before')} of 1; after: ${count('after')} of 10; errors: ${errors}`);
}
process.exit(0);
JS
seen=$(timeout 45 node check.mjs "${ports[@]}")
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
