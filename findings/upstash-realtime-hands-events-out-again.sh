#!/usr/bin/env bash
# @upstash/realtime 1.1.0 with @upstash/redis 1.39.0, react 19.3.1 and eventsource 5.1.5 (npm; Node 20), redis-server 7.0.15-1~deb12u10 (Debian 12)
#
# The provider in the page remembers the last event of each channel, and the route at the server sends what comes behind that one from a Redis
# stream: "automatic connection management w/ delivery guarantee". The page names its last event in the URL of its EventSource, and the events
# carry no id. When the connection is cut the EventSource comes back by itself, with the same URL, so with the place where the page was when that
# URL was made, at its start or up to five minutes ago. It gets all events since then once more, at each cut anew, and the provider, which knows the
# id of each, hands all of them to the page again: money is added twice, a message shown twice. One expects what was missed. The
# reconnection that the route itself asks for after `maxDurationSecs` makes a new URL and repeats nothing, so a quiet trial shows none of it.
#
# The same comes of two components that listen to one channel: the one that is taken out of the page makes the provider forget the channel's last
# event, and the other one gets everything since the page was opened.
#
# Events 1 to 3 are sent; then comes what is named, and event 4 (and after another cut 5). What one component is given. Output seen:
#     the route's own reconnection: 1 2 3, then 4
#     the connection is cut: 1 2 3, then 1 2 3 4
#     and is cut again: 1 2 3 4 5
#     another component leaves: 1 2 3, then 1 2 3 4
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
command -v redis-server >/dev/null || { echo 'redis-server is missing: apt-get install redis-server' >&2; exit 2; }
folder=$(mktemp -d)
pid=
trap '[[ -z $pid ]] || kill "$pid" 2>/dev/null || true; wait 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact @upstash/realtime@1.1.0 @upstash/redis@1.39.0 zod@4.6.7 \
  react@19.3.1 react-dom@19.3.1 react-test-renderer@19.3.1 eventsource@5.1.5 ioredis@5.11.1
redis-server --port 0 --unixsocket "$folder/redis.sock" --save '' --daemonize no >log 2>&1 &
pid=$!
for ((i = 0; i < 100; i += 1)); do
  [[ $(redis-cli -s "$folder/redis.sock" ping 2>/dev/null || :) != PONG ]] || break
  sleep 0.1
done

cat >check.mjs <<'JS'
import http from 'node:http';
import {Readable} from 'node:stream';
import {setTimeout as pause} from 'node:timers/promises';
import {Realtime, handle} from '@upstash/realtime';
import {RealtimeProvider, useRealtime} from '@upstash/realtime/client';
import {Redis} from '@upstash/redis';
import {EventSource} from 'eventsource';
import {Redis as Direct} from 'ioredis';
import {createElement} from 'react';
import {create} from 'react-test-renderer';

globalThis.EventSource = EventSource;
console.error = () => {};  // react-test-renderer says that it is old
const path = process.argv[2];
const listen = async (server) => {
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${server.address().port}`;
};

// Redis by HTTP, as the client expects it: commands and pipelines in JSON, subscriptions as event streams.
const direct = new Direct(path);
const rest = await listen(http.createServer(async (request, response) => {
  const [, kind, channel] = request.url.split('/').map(decodeURIComponent);
  if (kind === 'subscribe') {
    const subscriber = new Direct(path);
    response.on('close', () => subscriber.disconnect());
    response.writeHead(200, {'Content-Type': 'text/event-stream'});
    subscriber.on('message', (_, message) => response.write(`data: message,${channel},${message}\n\n`));
    await subscriber.subscribe(channel);
    return response.write(`data: subscribe,${channel},1\n\n`);
  }
  let body = '';
  for await (const piece of request) body += piece;
  const run = async ([command, ...values]) => ({result: await direct.call(command, ...values.map(String))});
  const parsed = JSON.parse(body);
  response.end(JSON.stringify(kind === 'pipeline' ? await Promise.all(parsed.map(run)) : await run(parsed)));
}));

async function start(maxDurationSecs) {
  await direct.flushall();
  const redis = new Redis({url: rest, token: 'token', enableTelemetry: false, responseEncoding: false});
  const realtime = new Realtime({redis, maxDurationSecs});
  const route = handle({realtime});
  const page = {got: [], streams: new Set(), opened: 0, emit: async (number) => realtime.channel('room').emit('news', {number})};
  const url = await listen(http.createServer(async (request, response) => {
    const gone = new AbortController();
    const answer = await route(new Request(`http://localhost${request.url}`, {signal: gone.signal}));
    response.on('close', () => {
      gone.abort();
      page.streams.delete(response);
    });
    response.writeHead(200, Object.fromEntries(answer.headers));
    page.streams.add(response);
    for await (const piece of Readable.fromWeb(answer.body)) {
      response.write(piece);
      if (String(piece).includes('"connected"')) page.opened += 1;
    }
    response.end();
  }));
  const Listener = ({onData}) => {
    useRealtime({channels: ['room'], onData});
    return null;
  };
  const tree = (others) => createElement(
    RealtimeProvider,
    {api: {url}},
    createElement(Listener, {key: 'one', onData: ({data}) => page.got.push(data.number)}),
    ...(others ? [createElement(Listener, {key: 'other', onData: () => {}})] : []),
  );
  const renderer = create(tree(true));
  page.leave = () => renderer.update(tree(false));
  page.cut = () => { for (const stream of page.streams) stream.destroy(); };
  page.close = () => renderer.unmount();
  page.until = async (condition) => {
    for (let i = 0; i < 300 && !condition(); i += 1) await pause(50);
  };
  // Sends an event when the page is connected anew, and says what has come until this one.
  page.next = async (number, opened) => {
    await page.until(() => page.opened > opened);
    await page.emit(number);
    await page.until(() => page.got.includes(number));
    await pause(500);
    return page.got.splice(0).join(' ');
  };
  await page.until(() => page.opened > 0);
  for (const number of [1, 2]) await page.emit(number);
  page.first = await page.next(3, 0);
  return page;
}
{
  const page = await start(8);
  console.log(`the route's own reconnection: ${page.first}, then ${await page.next(4, page.opened)}`);
  page.close();
}
{
  const page = await start(300);
  let {opened} = page;
  page.cut();
  console.log(`the connection is cut: ${page.first}, then ${await page.next(4, opened)}`);
  opened = page.opened;
  page.cut();
  console.log(`and is cut again: ${await page.next(5, opened)}`);
  page.close();
}
{
  const page = await start(300);
  const {opened} = page;
  page.leave();
  console.log(`another component leaves: ${page.first}, then ${await page.next(4, opened)}`);
  page.close();
}
process.exit(0);
JS
seen=$(timeout 50 node check.mjs "$folder/redis.sock")
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
