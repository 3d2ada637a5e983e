#!/usr/bin/env bash
# @growthbook/growthbook 1.8.0 with eventsource 4.1.1 (npm; Node 20)
#
# A GrowthBook object that is initialized with `streaming: true` opens an event stream and gets each change of a feature flag at once. Where that is
# not possible, for want of an EventSource or because the server does not offer it, the client writes a warning, so one expects a stream where there
# is no warning. There is none, and no warning, once any other object of the same process or page was initialized with `streaming: false`, even with
# another key. prefetchPayload(), which fills the cache early, does the same unless it is told `streaming: true`, which its types call optional. Both
# set a switch that all objects share, and a later `streaming: true` does not set it back; objects that are streaming already go on. So a server that
# prefetches at its start, or one job in it that needs no changes, leaves everybody who comes later with the flags of their start: a feature that is
# switched off in an emergency stays on until the process is started again. init() without `streaming` does no harm, and
# configureCache({backgroundSync: true}) sets the switch back. Nothing about it was found in the documentation or among the project's issues.
#
# Something comes first; then an object is initialized with `streaming: true`, and half a second later the flag is switched off. Output seen:
#     nothing comes first: streams: 1; the flag: off; warnings: 0
#     init() of another object comes first: streams: 1; the flag: off; warnings: 0
#     init({streaming: false}) of another object comes first: streams: 0; the flag: on; warnings: 0
#     prefetchPayload() for another key comes first: streams: 0; the flag: on; warnings: 0
#     prefetchPayload() for the same key comes first: streams: 0; the flag: on; warnings: 0
#     prefetchPayload() with streaming: true comes first: streams: 1; the flag: off; warnings: 0
#     prefetchPayload() and configureCache({backgroundSync: true}) come first: streams: 1; the flag: off; warnings: 0
#     no EventSource, for comparison: streams: 0; the flag: on; warnings: 1
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact @growthbook/growthbook@1.8.0 eventsource@4.1.1
cat >check.mjs <<'JS'
import http from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';
import {configureCache, GrowthBook, prefetchPayload, setPolyfills} from '@growthbook/growthbook';
import {EventSource} from 'eventsource';

const what = process.argv[2];
setPolyfills({EventSource: what.startsWith('no EventSource') ? undefined : EventSource});
let [on, warnings, version] = [true, 0, 0];
console.warn = () => { warnings += 1; };
const streams = [];
const payload = () => JSON.stringify({status: 200, features: {checkout: {defaultValue: on}}, dateUpdated: `${version += 1}`});

const server = http.createServer((request, response) => {
  if (request.url.startsWith('/sub/')) {
    response.writeHead(200, {'Content-Type': 'text/event-stream'});
    response.write(': welcome\n\n');
    if (request.url === '/sub/sdk-1') streams.push(response);
    return;
  }
  response.writeHead(200, {'Content-Type': 'application/json', 'X-SSE-Support': 'enabled'});
  response.end(payload());
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const apiHost = `http://127.0.0.1:${server.address().port}`;
const other = () => new GrowthBook({apiHost, clientKey: 'sdk-2'});

if (what.startsWith('init()')) await other().init();
if (what.startsWith('init({')) await other().init({streaming: false});
if (what.startsWith('prefetchPayload() for another')) await prefetchPayload({apiHost, clientKey: 'sdk-2'});
if (what.startsWith('prefetchPayload() for the same')) await prefetchPayload({apiHost, clientKey: 'sdk-1'});
if (what.startsWith('prefetchPayload() and')) {
  await prefetchPayload({apiHost, clientKey: 'sdk-1'});
  configureCache({backgroundSync: true});
}
if (what.startsWith('prefetchPayload() with')) await prefetchPayload({apiHost, clientKey: 'sdk-1', streaming: true});

const user = new GrowthBook({apiHost, clientKey: 'sdk-1'});
await user.init({streaming: true});
const streamExpected = process.argv[3] === 'stream';
for (let i = 0; streamExpected && i < 200 && streams.length === 0; i += 1) await pause(25);
await pause(500);
on = false;
for (const stream of streams) stream.write(`event: features\ndata: ${payload()}\n\n`);
for (let i = 0; i < (streamExpected ? 200 : 40) && user.isOn('checkout'); i += 1) await pause(25);
console.log(`${what}: streams: ${streams.length}; the flag: ${user.isOn('checkout') ? 'on' : 'off'}; warnings: ${warnings}`);
process.exit(0);
JS
seen=$(
  check() { timeout 20 node check.mjs "$@"; }
  check 'nothing comes first' stream
  check 'init() of another object comes first' stream
  check 'init({streaming: false}) of another object comes first' none
  check 'prefetchPayload() for another key comes first' none
  check 'prefetchPayload() for the same key comes first' none
  check 'prefetchPayload() with streaming: true comes first' stream
  check 'prefetchPayload() and configureCache({backgroundSync: true}) come first' stream
  check 'no EventSource, for comparison' none
)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
