#!/usr/bin/env bash
# pocketbase 0.28.1, the JavaScript client, with eventsource 4.1.1 (npm; Node 20)
#
# All subscriptions of this client share one event stream, and for a new topic it tells the server by a POST what the stream is to have. When the
# server refuses it, as a proxy does while it restarts, subscribe() is rejected, so one expects that nothing is subscribed, and that calling it again
# asks again. The client has kept the listener, and has noted the topic as sent, before it asked. The second subscribe() finds a listener of this
# topic, adds its own beside it, and resolves without a request: the program takes itself for subscribed, the server knows nothing of it, and no event
# comes. When the stream is cut some day, the client sends all topics with the new one, and from then on each event comes twice, or once more for each
# try that failed. Where there was no stream yet there is no silence, since the next try makes one; events come twice at once. Calling
# unsubscribe(topic) after a failure cures both. Nothing about it was found in its README or among the project's issues.
#
# A program subscribes to `chat` or to nothing, then to `orders`, and tries again when that fails. Output seen:
#     a stream is there, nothing fails: tries: 1, topics at the server: chat orders, an order comes 1 time; after a cut: 1 time
#     a stream is there, 1 POST fails: tries: 2, topics at the server: chat, an order comes 0 times; after a cut: 2 times
#     a stream is there, 1 POST fails, then unsubscribe(): tries: 2, topics at the server: chat orders, an order comes 1 time; after a cut: 1 time
#     no stream yet, 1 POST fails: tries: 2, topics at the server: orders, an order comes 2 times; after a cut: 2 times
#     no stream yet, the stream is refused 3 times: tries: 4, topics at the server: orders, an order comes 4 times; after a cut: 4 times
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact pocketbase@0.28.1 eventsource@4.1.1
cat >check.mjs <<'JS'
import http from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';
import {EventSource} from 'eventsource';
import PocketBase from 'pocketbase';

globalThis.EventSource = EventSource;
const times = (count) => `${count} time${count === 1 ? '' : 's'}`;
const until = async (what) => {
  for (let i = 0; i < 200 && !what(); i += 1) await pause(25);
};

async function check(what, {refuse = {}, first, unsubscribe = false}) {
  const left = {GET: 0, POST: 0};
  const clients = new Map();
  let connections = 0;
  const server = http.createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    if (left[request.method] > 0) {
      left[request.method] -= 1;
      response.writeHead(503, {'Content-Type': 'application/json'});
      return response.end('{"message": "away"}');
    }
    if (request.method === 'POST') {
      const {clientId, subscriptions} = JSON.parse(body);
      clients.get(clientId).topics = subscriptions;
      response.writeHead(204);
      return response.end();
    }
    const id = `client${connections += 1}`;
    response.writeHead(200, {'Content-Type': 'text/event-stream'});
    response.write(`id: ${id}\nevent: PB_CONNECT\ndata: {"clientId": "${id}"}\n\n`);
    clients.set(id, {stream: response, topics: []});
    response.on('close', () => clients.delete(id));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));

  const base = new PocketBase(`http://127.0.0.1:${server.address().port}`);
  if (first) await base.realtime.subscribe(first, () => {});
  Object.assign(left, refuse);
  let [orders, tries] = [0, 0];
  while (tries < 10) {
    tries += 1;
    try {
      await base.realtime.subscribe('orders', () => { orders += 1; });
      break;
    } catch {
      if (unsubscribe) await base.realtime.unsubscribe('orders');
      await pause(200);
    }
  }
  const topics = [...clients.values()].flatMap((client) => client.topics).join(' ');

  // A mark follows each order in the same stream: once it is there, all is there.
  async function order() {
    let marked = false;
    orders = 0;
    base.realtime.eventSource.addEventListener('mark', () => { marked = true; }, {once: true});
    for (const {stream, topics: asked} of clients.values()) {
      if (asked.includes('orders')) stream.write('event: orders\ndata: {}\n\n');
      stream.write('event: mark\ndata: {}\n\n');
    }
    await until(() => marked);
    return marked ? times(orders) : 'no mark';
  }
  const now = await order();
  for (const {stream} of clients.values()) stream.end();
  await until(() => clients.size === 0);
  await until(() => base.realtime.isConnected && [...clients.values()].some((client) => client.topics.includes('orders')));
  console.log(`${what}: tries: ${tries}, topics at the server: ${topics}, an order comes ${now}; after a cut: ${await order()}`);
  base.realtime.unsubscribe();
}
await check('a stream is there, nothing fails', {first: 'chat'});
await check('a stream is there, 1 POST fails', {first: 'chat', refuse: {POST: 1}});
await check('a stream is there, 1 POST fails, then unsubscribe()', {first: 'chat', refuse: {POST: 1}, unsubscribe: true});
await check('no stream yet, 1 POST fails', {refuse: {POST: 1}});
await check('no stream yet, the stream is refused 3 times', {refuse: {GET: 3}});
process.exit(0);
JS
seen=$(timeout 50 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
