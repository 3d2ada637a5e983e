#!/usr/bin/env bash
# @fastify/http-proxy 11.6.3 over @fastify/reply-from 12.6.5, with fastify 5.12.8 (npm; Node 20)
#
# A proxy that does nothing but pass requests on has room for 128 event streams. Its pool has 128 connections to the server behind, and an
# event stream keeps one for as long as it lives. The request after that waits: it got no error in the 8 s watched, and the
# server behind is not asked. It is not only streams that wait: every request to the same upstream does, so
# with the 128th reader the whole site behind the proxy stops, though neither process has anything to do. One reader who leaves lets one request through. ("undici: {connections: ...}" sets another number.)
#
# 130 readers come, then one asks for a file; then three readers leave. Output seen:
#     streams answered: 128 of 130
#     a file after 5 s: not answered; the server behind was asked for it: no
#     errors: 0
#     after 3 readers have left: streams answered: 130 of 130; the file: answered
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact fastify@5.12.8 @fastify/http-proxy@11.6.3 @fastify/reply-from@12.6.5
cat >check.mjs <<'JS'
import http from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';
import fastify from 'fastify';
import proxy from '@fastify/http-proxy';

let asked = false;
const server = http.createServer((request, response) => {
  if (request.url === '/file') {
    asked = true;
    return response.end('a file');
  }
  response.writeHead(200, {'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache'});
  const timer = setInterval(() => response.write('data: hi\n\n'), 500);
  response.on('close', () => clearInterval(timer));
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));

const front = fastify();
front.register(proxy, {upstream: `http://127.0.0.1:${server.address().port}`});
await front.listen({host: '127.0.0.1', port: 0});

let errors = 0;
const get = (path, answered) => {
  const request = http.get({host: '127.0.0.1', port: front.server.address().port, path, agent: false}, (response) => {
    if (response.statusCode !== 200) errors++;
    response.on('error', () => {});
    response.once('data', answered);
  });
  let left = false;
  request.on('error', () => left || errors++);
  return () => {
    left = true;
    request.destroy();
  };
};

let streams = 0, file = false;
const leave = [];
for (let i = 0; i < 130; i++) leave.push(get('/events', () => streams++));
await pause(3000);
get('/file', () => file = true);
await pause(5000);
console.log(`streams answered: ${streams} of 130`);
console.log(`a file after 5 s: ${file ? '' : 'not '}answered; the server behind was asked for it: ${asked ? 'yes' : 'no'}`);
console.log(`errors: ${errors}`);
for (let i = 0; i < 3; i++) leave[i]();
await pause(3000);
console.log(`after 3 readers have left: streams answered: ${streams} of 130; the file: ${file ? '' : 'not '}answered`);
process.exit();
JS
seen=$(timeout 30 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
