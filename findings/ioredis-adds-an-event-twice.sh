#!/usr/bin/env bash
# ioredis 6.0.0 and redis 6.3.1 (npm; Node 20), redis-server 7.0.15-1~deb12u10 (Debian 12)
#
# When a connection is lost between a command and its answer, nobody knows whether the command was carried out. A client can say so by an error,
# and the caller decides; redis does that. ioredis connects again and sends what had no answer once more, which its documentation
# says with blocking reads in mind. It does the same with XADD, PUBLISH and whole transactions. So an event is in the stream twice, under two ids,
# and all readers get it twice; the caller gets one answer and no error, and knows the second id only. It happens when Redis or a proxy
# in front of it closes connections under load, a few events at a time, and no reader can tell the second from a new event.
#
# `autoResendUnfulfilledCommands: false` turns this off, and one expects an error then. There is none: the call never comes to an end, though the
# client is connected again and answers other calls (watched for 15 s in a longer trial).
#
# The connection is cut once, when Redis has answered and before the answer has arrived. Output seen:
#     redis, XADD: an error; entries: 1
#     ioredis, XADD: one answer; entries: 2
#     ioredis, MULTI and EXEC: one answer; entries: 2
#     ioredis, PUBLISH: one answer; a subscriber got it 2 times
#     ioredis, XADD with autoResendUnfulfilledCommands false: nothing in 5 s; entries: 1; a call after that: PONG
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
command -v redis-server >/dev/null || { echo 'redis-server is missing: apt-get install redis-server' >&2; exit 2; }
folder=$(mktemp -d)
pid=
trap '[[ -z $pid ]] || kill "$pid" 2>/dev/null || true; wait 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact ioredis@6.0.0 redis@6.3.1
redis-server --port 0 --unixsocket "$folder/redis.sock" --save '' --daemonize no >log 2>&1 &
pid=$!
for ((i = 0; i < 100; i += 1)); do
  [[ $(redis-cli -s "$folder/redis.sock" ping 2>/dev/null || :) != PONG ]] || break
  sleep 0.1
done

cat >check.mjs <<'JS'
import net from 'node:net';
import {setTimeout as pause} from 'node:timers/promises';
import {Redis} from 'ioredis';
import {createClient} from 'redis';

const path = process.argv[2];
// The way to Redis. When it is to cut, it passes a command on, and closes both ends when the answer is there.
let cut = false;
const way = net.createServer((socket) => {
  const peer = net.connect(path);
  for (const [from, to] of [[socket, peer], [peer, socket]]) {
    from.on('error', () => {});
    from.on('close', () => to.destroy());
  }
  socket.on('data', (data) => peer.write(data));
  peer.on('data', (data) => {
    if (!cut) return socket.write(data);
    cut = false;
    socket.destroy();
  });
});
await new Promise((done) => way.listen(0, '127.0.0.1', done));
const {port} = way.address();

const direct = new Redis(path);
let got = 0;
const subscriber = new Redis(path);
await subscriber.subscribe('news');
subscriber.on('message', () => { got += 1; });

const answer = async (call) => {
  cut = true;
  return Promise.race([call.then(() => 'one answer', () => 'an error'), pause(5000, 'nothing in 5 s')]);
};
const entries = async () => {
  await pause(500);
  const count = await direct.xlen('events');
  await direct.del('events');
  return `entries: ${count}`;
};
const ioredis = async (options) => {
  const client = new Redis({port, host: '127.0.0.1', ...options});
  client.on('error', () => {});
  await client.ping();
  return client;
};

{
  const client = createClient({socket: {port, host: '127.0.0.1'}});
  client.on('error', () => {});
  await client.connect();
  await client.ping();
  console.log(`redis, XADD: ${await answer(client.xAdd('events', '*', {field: 'value'}))}; ${await entries()}`);
}
{
  const client = await ioredis();
  console.log(`ioredis, XADD: ${await answer(client.xadd('events', '*', 'field', 'value'))}; ${await entries()}`);
  console.log(`ioredis, MULTI and EXEC: ${await answer(client.multi().xadd('events', '*', 'field', 'value').exec())}; ${await entries()}`);
  const answered = await answer(client.publish('news', 'hello'));
  await pause(500);
  console.log(`ioredis, PUBLISH: ${answered}; a subscriber got it ${got} times`);
}
{
  const client = await ioredis({autoResendUnfulfilledCommands: false});
  const answered = await answer(client.xadd('events', '*', 'field', 'value'));
  const after = await client.ping();
  console.log(`ioredis, XADD with autoResendUnfulfilledCommands false: ${answered}; ${await entries()}; a call after that: ${after}`);
}
process.exit(0);
JS
seen=$(timeout 40 node check.mjs "$folder/redis.sock")
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
