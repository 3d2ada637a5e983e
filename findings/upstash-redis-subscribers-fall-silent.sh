#!/usr/bin/env bash
# @upstash/redis 1.39.0 (npm; Node 20)
#
# subscribe() of this client reads an event stream, POST /subscribe/CHANNEL, where other clients of Redis hold a connection. Those come back when
# it is cut and subscribe anew, and this client is known to try again: five times, with growing delays, for each command (`retry`). That is so
# until the stream begins. Once it has begun, the end of it is the end of the subscription, and nobody is told. A stream that ends well, as it does when
# a server or a proxy is replaced or has a limit of time, ends the reading without a word: no event `error`, no `unsubscribe`, and
# getSubscribedChannels() has the channel still. A stream that is cut is written to the console, and for the program nothing has happened either. No
# request follows. A program that waits for messages goes on to wait, and as its connection was all that kept it alive, it may just end with status 0.
#
# A server gives a message, ends the stream or cuts it, and has another message for whoever comes again. Watched for 6 s:
#     ended: messages: 1; requests: 1; events: message; console: nothing; subscribed: news
#     cut: messages: 1; requests: 1; events: message; console: Stream reading error; subscribed: news
#     refused 3 times, then ended: messages: 1; requests: 4; events: message; console: nothing; subscribed: news
#     a program with nothing else to do, ended: exit status 0
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact @upstash/redis@1.39.0
cat >program.mjs <<'JS'
import {Redis} from '@upstash/redis';

new Redis({url: process.argv[2], token: 'token', enableTelemetry: false}).subscribe('news').on('message', ({message}) => console.log(message));
JS
cat >check.mjs <<'JS'
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import http from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';
import {Redis} from '@upstash/redis';

async function serve(how, refused = 0) {
  const seen = {requests: 0};
  const server = http.createServer((request, response) => {
    seen.requests += 1;
    if (seen.requests <= refused) return request.socket.destroy();
    response.writeHead(200, {'Content-Type': 'text/event-stream'});
    response.write('data: subscribe,news,1\n\n');
    setTimeout(() => {
      response.write('data: message,news,"hello"\n\n');
      setTimeout(() => (how === 'ended' ? response.end() : response.destroy()), 300);
    }, 300);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  seen.url = `http://127.0.0.1:${server.address().port}`;
  return seen;
}
const written = [];
console.error = (text) => written.push(String(text).replace(/:.*/, ''));

async function check(what, how, refused) {
  const seen = await serve(how, refused);
  const events = [];
  let messages = 0;
  const subscriber = new Redis({url: seen.url, token: 'token', enableTelemetry: false}).subscribe('news');
  for (const type of ['message', 'error', 'unsubscribe', 'close', 'end']) subscriber.on(type, () => events.push(type));
  subscriber.on('message', () => { messages += 1; });
  while (messages === 0) await pause(50);
  await pause(6000);
  console.log(`${what}: messages: ${messages}; requests: ${seen.requests}; events: ${events.join(' ')}; `
    + `console: ${written.splice(0).join(' ') || 'nothing'}; subscribed: ${subscriber.getSubscribedChannels()}`);
}
const ended = async () => {
  const {url} = await serve('ended');
  const [status] = await once(spawn(process.execPath, ['program.mjs', url], {stdio: 'ignore'}), 'exit');
  return `a program with nothing else to do, ended: exit status ${status}`;
};
await check('ended', 'ended');
await check('cut', 'cut');
await check('refused 3 times, then ended', 'ended', 3);
console.log(await ended());
process.exit(0);
JS
seen=$(timeout 50 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
