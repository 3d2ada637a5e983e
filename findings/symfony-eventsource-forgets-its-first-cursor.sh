#!/usr/bin/env bash
# php-symfony-http-client 5.4.53+dfsg-0+deb12u1 with php8.2-cli 8.2.36-1~deb12u1 (Debian 12)
#
# EventSourceHttpClient reconnects by itself. A reader that has stored its place in a stream gives it to connect() as the header Last-Event-ID.
# The client sends it with the first request only. Before each further request it puts the last id that it has read in its place, and where
# it has read none yet, an empty one. So a reader that comes back, finds nothing new, and is cut before the next event, begins at the
# end of the stream: what is published during the reconnection is lost to it, without an error. On a busy stream an id is always there
# first, and nothing is wrong.
#
# It reconnects after a cut alone. Where a browser comes back after an answer that ends properly, here the loop ends with the last chunk: nginx
# ends an answer properly also when the server behind it was killed.
#
# The reader gives 5. The first answer has `retry: 500` and, in the second line, an event with the id 6. Output seen:
#     cut before the first event: Last-Event-ID of the requests: "5", ""
#     cut after an event: Last-Event-ID of the requests: "5", "6"
#     ended before the first event: Last-Event-ID of the requests: "5"
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >read.php <<'PHP'
<?php
require 'Symfony/Component/HttpClient/autoload.php';
$client = new Symfony\Component\HttpClient\EventSourceHttpClient();
$answer = $client->connect($argv[1], ['headers' => ['Last-Event-ID' => '5']]);
foreach ($client->stream($answer) as $chunk) {
    if ($chunk->isLast()) break;
}
PHP
cat >check.mjs <<'JS'
import {spawn} from 'node:child_process';
import http from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';

async function check(what, text, end) {
  const cursors = [];
  let enough;
  const second = new Promise((done) => {
    enough = done;
  });
  const server = http.createServer(({headers}, response) => {
    response.writeHead(200, {'Content-Type': 'text/event-stream'});
    if (cursors.push(headers['last-event-id']) > 1) return enough();
    response.write(text);
    setTimeout(() => end(response), 500);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const reader = spawn('php', ['read.php', `http://127.0.0.1:${server.address().port}/`], {stdio: ['ignore', 2, 2]});
  const exit = new Promise((done) => reader.on('exit', done));
  await Promise.race([second, exit, pause(12000)]);
  reader.kill();
  server.closeAllConnections();
  server.close();
  console.log(`${what}: Last-Event-ID of the requests: ${cursors.map((cursor) => `"${cursor ?? ''}"`).join(', ')}`);
}
await check('cut before the first event', 'retry: 500\n\n', (response) => response.destroy());
await check('cut after an event', 'retry: 500\n\nid: 6\ndata: hi\n\n', (response) => response.destroy());
await check('ended before the first event', 'retry: 500\n\n', (response) => response.end());
process.exit(0);
JS
seen=$(timeout 50 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
