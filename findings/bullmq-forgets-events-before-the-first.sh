#!/usr/bin/env bash
# bullmq 6.7.0 with ioredis 6.0.0 (npm; Node 20), redis-server 7.0.15-1~deb12u10 (Debian 12)
#
# QueueEvents reads what happens to jobs from a stream of Redis, which keeps the last 10,000 events or so, and goes on behind the last event that it
# has read; "completed" of a job is what servers hand on to a page. So one expects that a lost connection costs nothing but
# time. That is so once it has read one event. Until then it asks for what comes after "now" (`$`), and each time anew: after each cut, and
# after each 10 s (`blockingTimeout`) in which nothing happened. What happens between two of these is in the stream and is never read. So
# a process that was just started, or whose queue is quiet, misses the job of the minute in which Redis or the network was restarted; a
# busy one misses none, and a trial, which has events, shows nothing. There is no error but that of the connection. Reading the id of the last
# event at the start, and passing it as `lastEventId`, cures it.
#
# A job is completed while the connection of QueueEvents is away for about a second; another one follows. Output seen:
#     an event was read before: completed: 0, 1, 2
#     none was read before: completed: 2
#     none was read before, with lastEventId: completed: 1, 2
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
command -v redis-server >/dev/null || { echo 'redis-server is missing: apt-get install redis-server' >&2; exit 2; }
folder=$(mktemp -d)
pid=
trap '[[ -z $pid ]] || kill "$pid" 2>/dev/null || true; wait 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact bullmq@6.7.0 ioredis@6.0.0
redis-server --port 0 --unixsocket "$folder/redis.sock" --save '' --daemonize no >log 2>&1 &
pid=$!
for ((i = 0; i < 100; i += 1)); do
  [[ $(redis-cli -s "$folder/redis.sock" ping 2>/dev/null || :) != PONG ]] || break
  sleep 0.1
done

cat >check.mjs <<'JS'
import net from 'node:net';
import {setTimeout as pause} from 'node:timers/promises';
import {Queue, QueueEvents, Worker} from 'bullmq';
import {Redis} from 'ioredis';

const path = process.argv[2];
// The way to Redis that is cut.
const sockets = new Set();
let up = true;
const way = net.createServer((socket) => {
  socket.on('error', () => {});
  if (!up) return socket.destroy();
  const peer = net.connect(path);
  peer.on('error', () => {});
  socket.pipe(peer).pipe(socket);
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket) && peer.destroy());
});
await new Promise((done) => way.listen(0, '127.0.0.1', done));
const direct = new Redis(path, {maxRetriesPerRequest: null});
const until = async (condition) => {
  for (let i = 0; i < 100 && !await condition(); i += 1) await pause(50);
};

const check = async (name, before, withId) => {
  const queue = new Queue(name.replaceAll(/\W/g, '-'), {connection: direct});
  const worker = new Worker(queue.name, async ({data}) => data.number, {connection: direct.duplicate()});
  const completed = [];
  let last;
  const job = async (number) => {
    const {id} = await queue.add('job', {number});
    await until(async () => await (await queue.getJob(id)).isCompleted());
  };
  if (withId) {
    await job('earlier');
    const [[id]] = await direct.xrevrange(queue.toKey('events'), '+', '-', 'COUNT', 1);
    last = {lastEventId: id};
  }
  const events = new QueueEvents(queue.name, {connection: {host: '127.0.0.1', port: way.address().port}, ...last});
  events.on('error', () => {});
  events.on('completed', ({returnvalue}) => completed.push(returnvalue));
  await events.waitUntilReady();
  const waits = async () => (await direct.client('LIST')).includes('cmd=xread ');
  await until(waits);
  if (before) {
    await job(0);
    await until(() => completed.length === 1);
    await pause(500);
  }
  up = false;
  for (const socket of sockets) socket.destroy();
  await pause(300);
  await job(1);
  up = true;
  await until(waits);
  await pause(500);
  await job(2);
  await until(() => completed.includes(2));
  await pause(300);
  console.log(`${name}: completed: ${completed.join(', ')}`);
  await Promise.race([Promise.all([events.close(), worker.close(), queue.close()]), pause(1000)]);
};
await check('an event was read before', true, false);
await check('none was read before', false, false);
await check('none was read before, with lastEventId', false, true);
process.exit(0);
JS
seen=$(timeout 45 node check.mjs "$folder/redis.sock")
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
