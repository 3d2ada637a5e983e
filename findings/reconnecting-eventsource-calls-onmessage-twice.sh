#!/usr/bin/env bash
# reconnecting-eventsource 1.6.5 and eventsource 3.0.7 below it (npm; Node 20)
#
# reconnecting-eventsource wraps an EventSource and is used like one. With an EventSource, adding a listener for `message` does not change
# what onmessage gets. Here it does: from the moment that anybody calls addEventListener('message', …), onmessage is called twice for
# each event, because the wrapper hands events on from the inner onmessage and from its own listener. A component that adds a listener
# makes the onmessage of another one count everything twice.
#
# The server below sends one event. The same code runs once with the inner EventSource and once with the wrapper. Output seen:
#     EventSource: onmessage 1, listener 1
#     ReconnectingEventSource: onmessage 2, listener 1
set -euo pipefail
expected='EventSource: onmessage 1, listener 1
ReconnectingEventSource: onmessage 2, listener 1'
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --save-exact reconnecting-eventsource@1.6.5 eventsource@3.0.7
cat >check.mjs <<'JS'
import http from 'node:http';
import {EventSource} from 'eventsource';
import reconnecting from 'reconnecting-eventsource';

const server = http.createServer((request, response) => {
  response.writeHead(200, {'Content-Type': 'text/event-stream'});
  response.write('data: hi\n\nevent: after\ndata: {}\n\n');
});

// Resolves behind the event: by then both have been called as often as they will be.
const count = (name, source) =>
  new Promise((resolve) => {
    let onmessage = 0;
    let listener = 0;
    source.onmessage = () => (onmessage += 1);
    source.addEventListener('message', () => (listener += 1));
    source.addEventListener('after', () => {
      source.close();
      resolve(console.log(`${name}: onmessage ${onmessage}, listener ${listener}`));
    });
  });

server.listen(0, '127.0.0.1', async () => {
  const url = `http://127.0.0.1:${server.address().port}/`;
  const ReconnectingEventSource = reconnecting.default ?? reconnecting;
  await count('EventSource', new EventSource(url));
  await count('ReconnectingEventSource', new ReconnectingEventSource(url, {eventSourceClass: EventSource}));
  process.exit(0);
});
JS
seen=$(timeout 30 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was: %s\n' "$expected" >&2; exit 1; }
