#!/usr/bin/env bash
# @heroku/eventsource 1.0.7, with eventsource 3.0.7 beside it (npm; Node 20)
#
# A stream can be cut in three ways: the answer ends, the connection is closed in the middle, or it is reset, as by a server that was killed or a
# load balancer that lets go of its connections. One expects a client to come back once in each case. @heroku/eventsource, a fork
# of eventsource, hears of a reset twice, by `error` of the request and by `close` of the response, and comes back for each. So a reader
# has two streams after the first reset and gets each event twice; both are reset the next time, and it has four. On an idle machine five
# resets make 32 streams of one reader; on a busy one it may be fewer, since a quick one of them keeps the others from coming back. Each reset in
# the life of a process counts, however long ago, and close() of the EventSource ends one stream only: the others stay open for as
# long as the process lives. With the other two cuts, which are what a trial has, there is always one.
#
# The server cuts all streams five times, or, where they become more, until there are more than 3; `retry:` is 100 ms. Output seen:
#     @heroku/eventsource, ended: streams: 1; one event comes 1 times; open after close(): 0
#     @heroku/eventsource, closed: streams: 1; one event comes 1 times; open after close(): 0
#     @heroku/eventsource, reset: streams: more than 3; one event comes more than 3 times; open after close(): more than 2
#     eventsource, reset: streams: 1; one event comes 1 times; open after close(): 0
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact @heroku/eventsource@1.0.7 eventsource@3.0.7
cat >check.mjs <<'JS'
import net from 'node:net';
import {setTimeout as pause} from 'node:timers/promises';
import Heroku from '@heroku/eventsource';
import {EventSource} from 'eventsource';

const chunk = (text) => `${text.length.toString(16)}\r\n${text}\r\n`;
const cut = {
  ended: (socket) => socket.end('0\r\n\r\n'),
  closed: (socket) => socket.end(),
  reset: (socket) => socket.resetAndDestroy(),
};

const check = async (name, Source, how) => {
  const streams = new Set();
  let changed;
  const settled = async () => {
    changed = Date.now();
    while (Date.now() - changed < 500 || streams.size === 0) await pause(50);
  };
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.on('close', () => {
      streams.delete(socket);
      changed = Date.now();
    });
    socket.once('data', () => {
      streams.add(socket);
      changed = Date.now();
      socket.write(`HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n${chunk('retry: 100\n\n')}`);
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const source = new Source(`http://127.0.0.1:${server.address().port}/`);
  let events = 0;
  source.onmessage = () => { events += 1; };
  source.onerror = () => {};
  await settled();
  for (let cuts = 0; cuts < 5 || (streams.size > 1 && streams.size < 4 && cuts < 20); cuts += 1) {
    for (const socket of streams) cut[how](socket);
    await settled();
  }
  const most = streams.size;
  for (const socket of streams) socket.write(chunk('data: news\n\n'));
  await pause(500);
  source.close();
  await pause(700);
  const more = (count, than) => (count > than ? `more than ${than}` : count);
  console.log(`${name}, ${how}: streams: ${more(most, 3)}; one event comes ${more(events, 3)} times; open after close(): ${more(streams.size, 2)}`);
  for (const socket of streams) socket.destroy();
};
await check('@heroku/eventsource', Heroku, 'ended');
await check('@heroku/eventsource', Heroku, 'closed');
await check('@heroku/eventsource', Heroku, 'reset');
await check('eventsource', EventSource, 'reset');
process.exit(0);
JS
seen=$(timeout 50 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
