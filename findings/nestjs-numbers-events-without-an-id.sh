#!/usr/bin/env bash
# @nestjs/core 12.5.1 (npm; Node 20)
#
# In a route with @Sse, `id` of a message is optional. An event without one leaves the reader's cursor as it is (HTML standard, 9.2.6), and so one
# sends what need not be sent again without an id: heartbeats, who is typing, a progress. NestJS gives each such event an id of its
# own, from 1 in each connection, beside the ids that the application gives. So one heartbeat replaces the cursor 1000 of a reader with 1: when it
# reconnects, it asks for everything since 1 and gets all of it again, or a gap is reported to it, since nobody knows such an id. A message with
# nothing but a comment is the only one that gets no id; one with only `retry` gets one.
#
# The source has ids for orders and none for other events. The last event ID of the reader after each block, and what it sends on
# reconnecting. Output seen:
#     order 1000: 1000
#     typing: 1
#     order 1001: 1001
#     a comment: 1001
#     a heartbeat (type: ping): 2
#     only retry: 3
#     on reconnecting the route gets Last-Event-ID: 3
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact @nestjs/common@12.5.1 @nestjs/core@12.5.1 @nestjs/platform-express@12.5.1 rxjs@7.8.2 \
  reflect-metadata@0.2.2
cat >check.mjs <<'JS'
import 'reflect-metadata';
import {Controller, Module, Req, Sse} from '@nestjs/common';
import {NestFactory} from '@nestjs/core';
import {of} from 'rxjs';

const messages = [
  ['order 1000', {id: '1000', data: 'order'}],
  ['typing', {data: 'somebody types'}],
  ['order 1001', {id: '1001', data: 'order'}],
  ['a comment', {comment: 'hi'}],
  ['a heartbeat (type: ping)', {type: 'ping', data: '{}'}],
  ['only retry', {retry: 500}],
];
const cursors = [];
class Events {
  stream({headers}) {
    cursors.push(headers['last-event-id']);
    return of(...messages.map(([, message]) => message));
  }
}
// What the decorators of TypeScript do.
Sse('events')(Events.prototype, 'stream', Object.getOwnPropertyDescriptor(Events.prototype, 'stream'));
Req()(Events.prototype, 'stream', 0);
Controller()(Events);
class App {}
Module({controllers: [Events]})(App);
const app = await NestFactory.create(App, {logger: false});
await app.listen(0, '127.0.0.1');
const {port} = app.getHttpServer().address();

// As a browser does: an id counts from its block on.
let cursor = '';
async function read() {
  const answer = await fetch(`http://127.0.0.1:${port}/events`, {headers: cursor ? {'Last-Event-ID': cursor} : {}});
  return (await answer.text()).split('\n\n').map((block) => block.trim()).filter(Boolean);
}
const blocks = await read();
blocks.forEach((block, i) => {
  cursor = /^id: (.*)$/m.exec(block)?.[1] ?? cursor;
  console.log(`${messages[i][0]}: ${cursor}`);
});
await read();
console.log(`on reconnecting the route gets Last-Event-ID: ${cursors[1]}`);
process.exit(0);
JS
seen=$(timeout 30 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
