#!/usr/bin/env bash
# resumable-stream 2.2.13 with redis 6.3.1 (npm; Node 20) and redis-server 7.0.15-1~deb12u10 (Debian 12)
#
# A process answers with a stream that readers of other processes can take up: they get by Redis what was written so far, and then the rest.
# One expects of its name that a reader gets all of the stream or an error. The rest comes by publish and subscribe. When a reader's
# process loses its connection to Redis for a moment, the client connects and subscribes again by itself, and the reader goes on with
# what is written from then on. What was written meanwhile is missing in the middle, though the writer still has all of it, and the stream then
# ends like any other. There is no error and nothing else by which a reader could tell. A reader who comes a moment later gets all.
#
# A process writes the numbers 1 to 30, one each 100 ms. Another reads along; its connections to Redis are cut once, at 12 or so, for
# about 600 ms. A third comes later. Output seen:
#     not cut: 30 numbers, none is missing, then the end
#     cut: less than 30 numbers, some are missing in the middle, then the end
#     came after the cut: 30 numbers, none is missing, then the end
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
command -v redis-server >/dev/null || { echo 'redis-server is missing: apt-get install redis-server' >&2; exit 2; }
folder=$(mktemp -d)
pid=
trap '[[ -z $pid ]] || kill "$pid" 2>/dev/null || true; wait 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"
port=$(python3 -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
redis-server --port "$port" --bind 127.0.0.1 --save '' --dir "$folder" --daemonize no >log 2>&1 &
pid=$!
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact resumable-stream@2.2.13 redis@6.3.1

cat >check.mjs <<'JS'
import net from 'node:net';
import {setTimeout as pause} from 'node:timers/promises';
import {createClient} from 'redis';
import {createResumableStreamContext} from 'resumable-stream';

const redis = Number(process.argv[2]);
// The way to Redis that is cut.
const sockets = new Set();
let up = true;
const way = net.createServer((socket) => {
  socket.on('error', () => {});
  if (!up) return socket.destroy();
  const peer = net.connect(redis, '127.0.0.1');
  peer.on('error', () => {});
  socket.pipe(peer).pipe(socket);
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket) && peer.destroy());
});
await new Promise((done) => way.listen(0, '127.0.0.1', done));

const client = async (port) => {
  const made = createClient({url: `redis://127.0.0.1:${port}`, socket: {reconnectStrategy: 50}});
  made.on('error', () => {});
  await made.connect();
  return made;
};
const context = async (port) => createResumableStreamContext({waitUntil: null, publisher: await client(port), subscriber: await client(port)});
const read = async (name, stream) => {
  const numbers = [];
  for await (const text of stream) numbers.push(...text.trim().split(' ').filter(Boolean).map(Number));
  const missing = Array.from({length: 30}, (_, i) => i + 1).filter((number) => !numbers.includes(number));
  const middle = missing.length > 0 && numbers[0] === 1 && numbers.at(-1) === 30;
  const which = missing.length === 0 ? 'none is missing' : middle ? 'some are missing in the middle' : `${missing} are missing`;
  return `${name}: ${numbers.length < 30 ? 'less than 30' : numbers.length} numbers, ${which}, then the end`;
};

const writer = await context(redis);
const readers = await Promise.all([context(redis), context(way.address().port), context(redis)]);
let number = 0;
const make = () => new ReadableStream({
  async pull(controller) {
    await pause(100);
    number += 1;
    if (number > 30) controller.close();
    else controller.enqueue(`${number} `);
  },
});
const written = (async () => {
  for await (const text of await writer.resumableStream('answer', make)) if (!text) break;
})();
const at = async (value) => {
  while (number < value) await pause(20);
};
await at(5);
const lines = [read('not cut', await readers[0].resumeExistingStream('answer')), read('cut', await readers[1].resumeExistingStream('answer'))];
await at(12);
up = false;
for (const socket of sockets) socket.destroy();
await at(18);
up = true;
await at(22);
lines.push(read('came after the cut', await readers[2].resumeExistingStream('answer')));
for (const line of lines) console.log(await line);
await written;
process.exit(0);
JS
for _ in {1..100}; do redis-cli -p "$port" ping >/dev/null 2>&1 && break || sleep 0.1; done
seen=$(timeout 40 node check.mjs "$port")
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
