#!/usr/bin/env bash
# sse-pubsub 1.4.5 (npm; Node 20)
#
# A channel keeps a history for readers who come back with Last-Event-ID, and a reader may ask for some event names only. Together the
# two go wrong in both directions. How many events are missing is counted over all names, and that many of the reader's names are
# sent: so it gets events again that it had. And events without a name, which a live stream gets whatever it has asked for, are
# never sent again: those are lost. The more events of other names there are, the more is repeated.
#
# Events 1 to 12 are named in turn: price, other, none. One reader of "price" is there all the time; a second comes back with
# Last-Event-ID: 9, so 10 and 12 is what it lacks. Output seen:
#     live: 1 3 4 6 7 9 10 12
#     back with 9: 4 7 10
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact sse-pubsub@1.4.5
cat >check.cjs <<'JS'
const http = require('node:http');
const pause = require('node:timers/promises').setTimeout;
const Channel = require('sse-pubsub');

const channel = new Channel({pingInterval: 0});
const server = http.createServer((request, response) => channel.subscribe(request, response, ['price']));
const read = (headers) =>
  new Promise((done) => {
    const reader = {text: ''};
    http.get({host: '127.0.0.1', port: server.address().port, agent: false, headers}, (response) => {
      response.on('data', (data) => {
        reader.text += data;
        done(reader);
      });
    });
  });
const ids = ({text}) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => id).join(' ');

server.listen(0, '127.0.0.1', async () => {
  const live = await read({});
  for (let id = 1; id <= 12; id += 1) channel.publish('hi', ['price', 'other', undefined][(id - 1) % 3]);
  const back = await read({'Last-Event-ID': '9'});
  await pause(1000);
  console.log(`live: ${ids(live)}`);
  console.log(`back with 9: ${ids(back)}`);
  process.exit(0);
});
JS
seen=$(timeout 30 node check.cjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
