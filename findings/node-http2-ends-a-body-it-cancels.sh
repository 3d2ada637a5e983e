#!/usr/bin/env bash
# Node 20.20.2 (node:http2)
#
# A client that gives up an upload resets its stream: over HTTP/2 that is the frame RST_STREAM, and a server that has not seen the end of
# the body (END_STREAM) knows that it was cut. Node's request.close(NGHTTP2_CANCEL) ends the body first: it sends an empty DATA frame
# with END_STREAM, and RST_STREAM behind it. For the server the body is complete by then. An upload that was given up half-way is taken
# for a whole one. request.destroy() sends RST_STREAM alone, with the code NO_ERROR.
#
# A client writes a line of a body that it does not end, waits until it is there, and then gives up. The frames of the stream that a
# server gets, as it gets them. Output seen:
#     close(NGHTTP2_CANCEL): HEADERS, DATA "half", DATA with END_STREAM, RST_STREAM 8
#     destroy(): HEADERS, DATA "half", RST_STREAM 0
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
seen=$(timeout 30 node --input-type=module <<'JS'
import http2 from 'node:http2';
import net from 'node:net';
import {once} from 'node:events';

const names = {0: 'DATA', 1: 'HEADERS', 3: 'RST_STREAM'};

async function check(how, giveUp) {
  const frames = [];
  let got = () => {};
  const server = net.createServer((socket) => {
    let bytes = Buffer.alloc(0);
    let preface = 24;
    socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])); // SETTINGS
    socket.on('error', () => {});
    socket.on('data', (more) => {
      bytes = Buffer.concat([bytes, more]);
      if (preface && bytes.length >= preface) [bytes, preface] = [bytes.subarray(preface), 0];
      while (!preface && bytes.length >= 9 && bytes.length >= 9 + bytes.readUIntBE(0, 3)) {
        const content = bytes.subarray(9, 9 + bytes.readUIntBE(0, 3));
        const [type, flags, stream] = [bytes[3], bytes[4], bytes.readUInt32BE(5)];
        bytes = bytes.subarray(9 + content.length);
        if (stream === 0) continue;
        const text = type === 0 && content.length ? ` "${content}"` : type === 3 ? ` ${content.readUInt32BE()}` : '';
        frames.push(names[type] + text + (type === 0 && flags & 1 ? ' with END_STREAM' : ''));
        got();
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = http2.connect(`http://127.0.0.1:${server.address().port}`);
  const request = session.request({':method': 'POST'}, {endStream: false});
  session.on('error', () => {});
  request.on('error', () => {});
  const until = (pattern) => new Promise((done) => {
    (got = () => pattern.test(frames.at(-1)) && done())();
  });
  request.write('half');
  await until(/half/);
  giveUp(request);
  await until(/RST_STREAM/);
  console.log(`${how}: ${frames.join(', ')}`);
  session.destroy();
  server.close();
}

await check('close(NGHTTP2_CANCEL)', (request) => request.close(http2.constants.NGHTTP2_CANCEL));
await check('destroy()', (request) => request.destroy());
JS
)
echo "$seen"
[[ $seen == "$expected" ]] || { echo "changed; it was:"; echo "$expected"; exit 1; }
