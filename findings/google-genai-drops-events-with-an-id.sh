#!/usr/bin/env bash
# @google/genai 3.3.0 and openai 7.59.0 (npm; Node 20)
#
# Both read event streams with decoders of their own, and both are pointed at other servers and gateways by an option (baseUrl, baseURL). One
# expects a decoder to skip what it does not need. @google/genai takes an event only if its first line is `data:`. An event with an `id:`,
# an `event:` or a comment above its data is left out without an error, so a gateway that numbers its events makes each answer
# come out empty, as if the model had said nothing. With the `id:` below the data, which means the same, it takes the id for JSON and
# fails. openai reads all these, but parses an event without data as well, of which the standard says that it is not dispatched: a
# heartbeat of the form `event: ping` ends the answer in the middle.
#
# The answer is "a" and "b", each in an event. Output seen:
#     as it is: @google/genai: ab; openai: ab
#     a comment in a block of its own: @google/genai: ab; openai: ab
#     an id above the data: @google/genai: nothing; openai: ab
#     an id below the data: @google/genai: an error; openai: ab
#     a comment above the data: @google/genai: nothing; openai: ab
#     event: ping, without data, between: @google/genai: ab; openai: a, then an error
set -euo pipefail
expected=$(sed -n 's/^#     //p' "${BASH_SOURCE[0]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --save-exact @google/genai@3.3.0 openai@7.59.0
cat >check.mjs <<'JS'
import http from 'node:http';
import {GoogleGenAI} from '@google/genai';
import OpenAI from 'openai';

const streams = {
  'as it is': (a, b) => [`data: ${a}\n\n`, `data: ${b}\n\n`],
  'a comment in a block of its own': (a, b) => [': hi\n\n', `data: ${a}\n\n`, ': hi\n\n', `data: ${b}\n\n`],
  'an id above the data': (a, b) => [`id: 1\ndata: ${a}\n\n`, `id: 2\ndata: ${b}\n\n`],
  'an id below the data': (a, b) => [`data: ${a}\nid: 1\n\n`, `data: ${b}\nid: 2\n\n`],
  'a comment above the data': (a, b) => [`: hi\ndata: ${a}\n\n`, `: hi\ndata: ${b}\n\n`],
  'event: ping, without data, between': (a, b) => [`data: ${a}\n\n`, 'event: ping\n\n', `data: ${b}\n\n`],
};
const google = (text) => JSON.stringify({candidates: [{content: {role: 'model', parts: [{text}]}}]});
const open = (text) => JSON.stringify({id: 'x', object: 'chat.completion.chunk', choices: [{index: 0, delta: {content: text}}]});

let stream;
const server = http.createServer((request, response) => {
  request.resume();
  response.writeHead(200, {'Content-Type': 'text/event-stream'});
  if (request.url.includes('/chat/completions')) response.end([...stream(open('a'), open('b')), 'data: [DONE]\n\n'].join(''));
  else response.end(stream(google('a'), google('b')).join(''));
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const origin = `http://127.0.0.1:${server.address().port}`;
const genai = new GoogleGenAI({apiKey: 'x', httpOptions: {baseUrl: origin}});
const openai = new OpenAI({apiKey: 'x', baseURL: origin, maxRetries: 0});
console.error = () => {}; // openai prints the event that it could not parse

const read = async (answer, text) => {
  let got = '';
  try {
    for await (const part of await answer) got += text(part);
  } catch {
    return got ? `${got}, then an error` : 'an error';
  }
  return got || 'nothing';
};
for (const [name, make] of Object.entries(streams)) {
  stream = make;
  const ofGoogle = await read(genai.models.generateContentStream({model: 'm', contents: 'hi'}), (part) => part.text);
  const ofOpenai = await read(openai.chat.completions.create({model: 'm', messages: [], stream: true}), (part) => part.choices[0].delta.content);
  console.log(`${name}: @google/genai: ${ofGoogle}; openai: ${ofOpenai}`);
}
process.exit(0);
JS
seen=$(timeout 30 node check.mjs)
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected" >&2; exit 1; }
