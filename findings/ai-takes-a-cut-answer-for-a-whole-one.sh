#!/usr/bin/env bash
# ai 7.0.173 and @ai-sdk/react 4.0.177 (npm; Node 20), nginx 1.22
#
# The hook useChat reads answers as an event stream whose last chunk is {"type":"finish"} and whose last event is [DONE]. It waits for
# neither: whatever has come when the body ends is the answer. The status is then "ready", there is no error, and onFinish says isError:
# false, as for a complete answer. One expects a broken connection to be an error, and in HTTP/1.1 it is. But nginx, as it is, asks its
# backends with HTTP/1.0, where the end of the connection is the end of the answer, also when the backend was killed: half an answer, with half
# a number in it, looks like a whole one. `proxy_http_version 1.1` makes it an error. Only `finishReason` of onFinish tells the
# two apart.
#
# On the other hand it takes the data of every event for a chunk of the answer, whatever type the event has. One expects a client to leave
# out types that it does not know. Here a heartbeat of the form `event: ping` with `data: {}` ends the answer in the middle.
#
# The answer is "The total is 1,204 euros"; the server is killed behind the 1. Output seen:
#     all of it: ready, "The total is 1,204 euros", isError: false, finishReason: stop
#     killed behind nginx: ready, "The total is 1", isError: false, finishReason: undefined
#     killed behind nginx with proxy_http_version 1.1: error, "The total is 1", isError: true, finishReason: undefined
#     event: ping between: error, "The total is 1", isError: true, finishReason: undefined
#     comments, ids and retry between: ready, "The total is 1,204 euros", isError: false, finishReason: stop
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
PATH=$PATH:/usr/sbin
folder=$(mktemp -d)
started=()
trap 'kill "${started[@]}" 2>/dev/null || true; wait; rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact ai@7.0.173 @ai-sdk/react@4.0.177 react@19.3.1
cat >server.mjs <<'JS'
import http from 'node:http';
const chunk = (value) => `data: ${JSON.stringify(value)}\n\n`;
const begin = [{type: 'start', messageId: 'm'}, {type: 'text-start', id: 't'}, {type: 'text-delta', id: 't', delta: 'The total is 1'}].map(chunk);
const end = [...[{type: 'text-delta', id: 't', delta: ',204 euros'}, {type: 'text-end', id: 't'}, {type: 'finish', finishReason: 'stop'}].map(chunk), 'data: [DONE]\n\n'];
const between = {whole: [], ping: ['event: ping\ndata: {}\n\n'], fields: [': hi\n\n', 'retry: 3000\n\n', 'id: 7\n\n', 'id: 8\n: hi\n']};
http.createServer((request, response) => {
  const what = request.url.split('/')[1];
  request.resume();
  response.writeHead(200, {'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no'});
  if (what === 'killed') response.write(begin.join(''), () => setTimeout(() => process.kill(process.pid, 'SIGKILL'), 300));
  else response.end([...begin, ...between[what], ...end].join(''));
}).listen(0, '127.0.0.1', function () { process.send(this.address().port); });
process.on('disconnect', () => process.exit());
JS
cat >check.mjs <<'JS'
import {fork} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {Chat} from '@ai-sdk/react';
import {DefaultChatTransport} from 'ai';

const serve = () => new Promise((listens) => { const server = fork('server.mjs'); server.on('message', (port) => listens({server, port})); });
async function ask(name, origin) {
  let end;
  const chat = new Chat({transport: new DefaultChatTransport({api: origin}), onFinish: (finish) => { end = finish; }, onError() {}});
  await chat.sendMessage({text: 'hi'});
  const text = chat.messages.at(-1).parts.map((part) => part.text).join('');
  console.log(`${name}: ${chat.status}, "${text}", isError: ${end.isError}, finishReason: ${end.finishReason}`);
}

if (process.argv[2] === 'backends') {
  const backends = await Promise.all([serve(), serve()]);
  writeFileSync('ports', backends.map(({port}) => port).join('\n'));
} else {
  const {server, port} = await serve();
  const [plain, modern] = process.argv.slice(2);
  await ask('all of it', `http://127.0.0.1:${port}/whole`);
  await ask('killed behind nginx', `http://127.0.0.1:${plain}/killed`);
  await ask('killed behind nginx with proxy_http_version 1.1', `http://127.0.0.1:${modern}/killed`);
  await ask('event: ping between', `http://127.0.0.1:${port}/ping`);
  await ask('comments, ids and retry between', `http://127.0.0.1:${port}/fields`);
  server.kill();
}
JS
node check.mjs backends &
started+=($!)
until [[ -s ports ]]; do sleep 0.1; done
mapfile -t ports <ports
free() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
plain=$(free) modern=$(free)
mkdir temp
cat >nginx.conf <<N
daemon off; pid nginx.pid; error_log error.log; events {}
$( ((EUID != 0)) || echo 'user root;')
http {
  access_log off; client_body_temp_path temp/a; proxy_temp_path temp/b; fastcgi_temp_path temp/c; uwsgi_temp_path temp/d; scgi_temp_path temp/e;
  server { listen 127.0.0.1:$plain; location / { proxy_pass http://127.0.0.1:${ports[0]}; } }
  server { listen 127.0.0.1:$modern; location / { proxy_pass http://127.0.0.1:${ports[1]}; proxy_http_version 1.1; } }
}
N
nginx -p "$folder" -e error.log -c nginx.conf &
started+=($!)
until (exec 3<>"/dev/tcp/127.0.0.1/$modern") 2>/dev/null; do sleep 0.1; done
seen=$(timeout 30 node check.mjs "$plain" "$modern")
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
