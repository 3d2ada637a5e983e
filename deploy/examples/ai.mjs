// The route that the hook useChat({resume: true}) of the npm package @ai-sdk/react asks, and its page. No dependencies.
//
//     node ai.mjs [PORT] [SCRIPT]      # 3000, and the bundle of ai.jsx; EVENTS has the address of nginx, http://127.0.0.1:8080
import {randomUUID} from 'node:crypto';
import {readFileSync} from 'node:fs';
import http from 'node:http';
import {setTimeout as sleep} from 'node:timers/promises';
import {publishStream} from './publish_stream.mjs';

const events = process.env.EVENTS ?? 'http://127.0.0.1:8080';
const chats = new Map(); // {messages, topic: of the answer that is being written}, by id. A real one has a database

// Chunks of a UI message stream. A real one, with the package ai:
//
//     const {stream} = streamText({model, messages: await convertToModelMessages(chat.messages), abortSignal});
//     yield* toUIMessageStream({stream, originalMessages: chat.messages, generateMessageId: randomUUID, onEnd: ({messages}) => { chat.messages = messages; }});
async function* model(chat, abortSignal) {
  const said = chat.messages.at(-1).parts.map(({text}) => text).join('');
  const answer = {id: randomUUID(), role: 'assistant', parts: [{type: 'text', text: ''}]};
  yield {type: 'start', messageId: answer.id};
  yield {type: 'text-start', id: 'text'};
  for (const delta of `You said: ${said}\nI am no model, so I can only repeat it. `.repeat(5).match(/\s*\S+/g)) {
    await sleep(100);
    if (abortSignal.aborted) break;
    answer.parts[0].text += delta;
    yield {type: 'text-delta', id: 'text', delta};
  }
  yield {type: 'text-end', id: 'text'};
  chat.messages.push(answer);
  yield {type: 'finish', finishReason: 'stop'};
}

async function* frames(topic, chunks) {
  let n = 0;
  for await (const chunk of chunks) yield `id: ${topic}-${n++}\ndata: ${JSON.stringify(chunk)}\n\n`;
}

// What was published in the topic, from its beginning to its end, as often as the worker goes away meanwhile.
async function* published(topic, signal) {
  const seen = new Set(); // after a restart the worker may have forgotten the cursor, and begin again
  for (let cursor = 'earliest'; !signal.aborted; await sleep(500)) {
    try {
      const answer = await fetch(`${events}/events?${new URLSearchParams({topic, lastEventId: cursor})}`, {signal});
      let rest = '';
      for await (const text of answer.body.pipeThrough(new TextDecoderStream())) {
        const all = (rest + text).split('\n\n');
        rest = all.pop();
        for (const frame of all) {
          const {id, event, data} = Object.fromEntries(frame.split('\n').map((line) => line.split(/: (.*)/s)));
          if (event === 'close') return;
          cursor = id ?? cursor;
          if (data && !seen.has(id)) yield {event, data};
          seen.add(id);
        }
      }
    } catch (error) {
      if (!signal.aborted) console.error(error.message);
    }
  }
}

// Events of the worker (stopped, gap) and the one that it publishes for a backend that died have a type. The parser of the package
// takes the data of every event for a chunk of the answer, whatever its type, so only what has none is passed on as it is.
async function send(response, topic) {
  const left = new AbortController();
  response.on('close', () => left.abort());
  response.writeHead(200, {'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no', 'x-vercel-ai-ui-message-stream': 'v1'});
  for await (const {event, data} of published(topic, left.signal)) {
    if (!event) response.write(`data: ${data}\n\n`);
    if (event !== 'broken') continue;
    response.write(`data: ${JSON.stringify({type: 'error', errorText: 'The answer broke off.'})}\n\n`);
    break;
  }
  response.end('data: [DONE]\n\n');
}

// Returns the topic of the answer.
function begin(chat) {
  const topic = `ai/${randomUUID()}`;
  const stop = new AbortController();
  chat.topic = topic;
  publishStream(topic, 'text/event-stream', frames(topic, model(chat, stop.signal)), () => stop.abort())
    .catch((error) => console.error(error.message))
    .then(() => sleep(5000)) // a page that is being loaded has read the messages without the answer, and asks for the stream next
    .then(() => { if (chat.topic === topic) chat.topic = undefined; });
  return topic;
}

async function serve(request, response) {
  const [, , what, id, more] = new URL(request.url, 'http://ai').pathname.split('/'); // /ai/chat/ID/stream
  const chat = chats.get(id) ?? {messages: []};
  const answer = (status, type, body) => response.writeHead(status, {'Content-Type': type}).end(body);
  if (request.method === 'POST' && what === 'chat' && !id) {
    const asked = JSON.parse(await textOf(request));
    chats.set(asked.id, {messages: asked.messages});
    return send(response, begin(chats.get(asked.id)));
  }
  if (request.method === 'POST' && more === 'stop') {
    await fetch(`${events}/control`, {method: 'POST', body: new URLSearchParams({action: 'stop', topic: chat.topic ?? ''})});
    return response.writeHead(204).end();
  }
  if (what === 'chat' && more === 'stream') return chat.topic ? send(response, chat.topic) : response.writeHead(204).end();
  if (what === 'chat' && id) return answer(200, 'application/json', JSON.stringify(chat.messages));
  if (what === 'page.js') return answer(200, 'text/javascript', readFileSync(process.argv[3]));
  return answer(200, 'text/html', '<!doctype html><meta charset="utf-8"><title>Chat</title><div id="chat"></div><script type="module" src="page.js"></script>');
}

async function textOf(request) {
  let text = '';
  for await (const piece of request) if ((text += piece).length > 1_000_000) throw new Error('too long');
  return text;
}

http.createServer((request, response) => serve(request, response).catch((error) => {
  console.error(error.message);
  response.destroy();
})).listen(Number(process.argv[2] ?? 3000), '127.0.0.1');
