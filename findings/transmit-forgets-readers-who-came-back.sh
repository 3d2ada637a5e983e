#!/usr/bin/env bash
# @boringnode/transmit 0.4.0 (npm; Node 20), the server part of @adonisjs/transmit
#
# A reader keeps its uid when it reconnects, and subscribes to channels by a POST that names the uid. After a change of network it is back
# long before the server learns that the old connection is dead. When that one closes at last, the server removes what it knows of the
# uid, and this is by now the new connection's. That stays open and gets its pings, so the reader sees nothing wrong; but each
# subscription from then on is refused, and to unsubscribe is confirmed and changes nothing: the reader goes on to get what it has
# left. With the two in the other order, as when a page is loaded again on one machine, all is well.
#
# A reader subscribes to "a", comes back, subscribes to "a" again, and then unsubscribes from "a" and subscribes to "b". One message is
# published in each. Output seen:
#     old connection closed before: unsubscribe a: true, subscribe b: true; the reader got: b
#     old connection closed after: unsubscribe a: true, subscribe b: false; the reader got: a
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact @boringnode/transmit@0.4.0
cat >check.mjs <<'JS'
import http from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';
import {Transmit} from '@boringnode/transmit';

const transmit = new Transmit({pingInterval: false});
const server = http.createServer((request, response) => {
  transmit.createStream({uid: request.url, request, response, context: {}});
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const connect = (uid) =>
  new Promise((done) => {
    http.get({host: '127.0.0.1', port: server.address().port, path: uid, agent: false}, (response) => {
      const reader = {text: '', response};
      response.on('error', () => {}).on('data', (data) => {
        reader.text += data;
        done(reader);
      });
    });
  });
async function leave({response}) {
  const gone = new Promise((done) => transmit.on('disconnect', done));
  response.destroy();
  await gone;
}

async function check(what, uid, after) {
  const subscription = (channel) => ({uid, channel, context: {}});
  const old = await connect(uid);
  await transmit.subscribe(subscription('a'));
  if (!after) await leave(old);
  const reader = await connect(uid);
  await transmit.subscribe(subscription('a'));
  if (after) await leave(old);
  const left = await transmit.unsubscribe(subscription('a'));
  const joined = await transmit.subscribe(subscription('b'));
  transmit.broadcast('a', 'hi');
  transmit.broadcast('b', 'hi');
  await pause(1000);
  const got = [...reader.text.matchAll(/"channel":"(.)"/g)].map(([, channel]) => channel);
  console.log(`${what}: unsubscribe a: ${left}, subscribe b: ${joined}; the reader got: ${got.join(' ')}`);
}
await check('old connection closed before', '/1', false);
await check('old connection closed after', '/2', true);
process.exit(0);
JS
seen=$(timeout 30 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
