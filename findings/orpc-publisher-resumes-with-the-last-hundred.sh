#!/usr/bin/env bash
# @orpc/experimental-publisher 1.14.7 with ioredis 5.11.1 (npm; Node 20), redis-server 7.0.15-1~deb12u10 (Debian 12)
#
# A publisher with `resumeRetentionSeconds` keeps its events, and a reader who comes back with its last event ID gets "missed events since" that
# one; in Redis they are in a stream, which has all of them. In the form that the documentation shows, `for await (... of subscribe(event,
# {lastEventId}))`, the reader gets at most the last 100. The missed events go through the buffer that is meant for slow readers
# (`maxBufferedEvents`, 100 by default): all are put into it before the reader can take the first, and what is above 100 pushes the oldest out.
# So the reader need not be slow, and there is no error: the events that it gets have proper IDs, and the next reconnection goes on behind the last
# of them. A short cut on a quiet channel loses nothing. A minute on a busy one, or a laptop that was closed for a while, makes a hole in front of
# the events that are sent again, or, with Redis, behind the first of them. The other form of subscribe(), with a function, gets all, and so does
# `maxBufferedEvents: Infinity`.
#
# Events are published, numbered from 1. A reader who has event 1 comes back. What it gets, and what it gets of a new one:
#     memory, for await, 100 missed: 2 to 101; then 102
#     memory, for await, 250 missed: 152 to 251; then 252
#     memory, for await with Infinity, 250 missed: 2 to 251; then 252
#     memory, with a function, 250 missed: 2 to 251; then 252
#     Redis, for await, 100 missed: 2 to 101; then 102
#     Redis, for await, 250 missed: 2, 152 to 251; then 252
#     Redis, for await with Infinity, 250 missed: 2 to 251; then 252
#     Redis, with a function, 250 missed: 2 to 251; then 252
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
command -v redis-server >/dev/null || { echo 'redis-server is missing: apt-get install redis-server' >&2; exit 2; }
folder=$(mktemp -d)
pid=
trap '[[ -z $pid ]] || kill "$pid" 2>/dev/null || true; wait 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact @orpc/experimental-publisher@1.14.7 @orpc/standard-server@1.14.7 ioredis@5.11.1
redis-server --port 0 --unixsocket "$folder/redis.sock" --save '' --daemonize no >log 2>&1 &
pid=$!
for ((i = 0; i < 100; i += 1)); do
  [[ $(redis-cli -s "$folder/redis.sock" ping 2>/dev/null || :) != PONG ]] || break
  sleep 0.1
done

cat >check.mjs <<'JS'
import {setTimeout as pause} from 'node:timers/promises';
import {Redis} from 'ioredis';
import {IORedisPublisher} from '@orpc/experimental-publisher/ioredis';
import {MemoryPublisher} from '@orpc/experimental-publisher/memory';
import {getEventMeta} from '@orpc/standard-server';

const path = process.argv[2];
const publishers = {
  memory: new MemoryPublisher({resumeRetentionSeconds: 300}),
  Redis: new IORedisPublisher({commander: new Redis(path), listener: new Redis(path), resumeRetentionSeconds: 300}),
};
let channels = 0;
const ranges = (numbers) => {
  const parts = [];
  for (const number of numbers) {
    const last = parts.at(-1);
    if (last?.at(-1) === number - 1) last[1] = number;
    else parts.push([number]);
  }
  return parts.map((part) => part.join(' to ')).join(', ');
};

async function check(where, how, missed) {
  const publisher = publishers[where];
  const channel = `channel${channels += 1}`;
  let lastEventId;
  const leave = await publisher.subscribe(channel, (event) => { lastEventId = getEventMeta(event).id; });
  await publisher.publish(channel, {number: 1});
  while (lastEventId === undefined) await pause(50);
  await leave();
  for (let i = 1; i <= missed; i += 1) await publisher.publish(channel, {number: i + 1});

  const got = [];
  const gone = new AbortController();
  let ended = Promise.resolve();
  if (how.startsWith('for await')) {
    const buffered = how.endsWith('Infinity') ? {maxBufferedEvents: Infinity} : {};
    ended = (async () => {
      for await (const event of publisher.subscribe(channel, {lastEventId, signal: gone.signal, ...buffered})) got.push(event.number);
    })().catch(() => {});
  } else {
    const end = await publisher.subscribe(channel, (event) => got.push(event.number), {lastEventId});
    gone.signal.addEventListener('abort', () => { ended = end(); });
  }
  let [again, since] = [0, Date.now()];
  while (again === 0 || Date.now() - since < 1500) {
    await pause(50);
    if (got.length !== again) [again, since] = [got.length, Date.now()];
  }
  await publisher.publish(channel, {number: missed + 2});
  for (let i = 0; i < 100 && got.length === again; i += 1) await pause(50);
  console.log(`${where}, ${how}, ${missed} missed: ${ranges(got.slice(0, again))}; then ${got.slice(again).join(' ')}`);
  gone.abort();
  await ended;
}
for (const where of ['memory', 'Redis']) {
  await check(where, 'for await', 100);
  await check(where, 'for await', 250);
  await check(where, 'for await with Infinity', 250);
  await check(where, 'with a function', 250);
}
process.exit(0);
JS
seen=$(timeout 50 node check.mjs "$folder/redis.sock")
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
