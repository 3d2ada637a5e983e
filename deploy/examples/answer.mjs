// Answers of a language model: a page shows them as they are written, survives reloads, and can stop them. No dependencies.
//
//     node answer.mjs [PORT]      # 3000; the variable EVENTS has the address of nginx, http://127.0.0.1:8080
import {randomUUID} from 'node:crypto';
import {readFileSync} from 'node:fs';
import http from 'node:http';
import {setTimeout as sleep} from 'node:timers/promises';
import {publishStream} from './publish_stream.mjs';

const events = process.env.EVENTS ?? 'http://127.0.0.1:8080';

// The stream of a real model goes here. Most take the signal, too.
async function* model(question, signal) {
  const text = `You said: ${question}\nI am no model, so I can only repeat it. `.repeat(5);
  for (const token of text.match(/\s*\S+/g)) {
    await sleep(100, undefined, {signal});
    yield token;
  }
}

async function* lines(id, question, stop) {
  let n = 0;
  try {
    for await (const data of model(question, stop.signal)) yield `${JSON.stringify({id: `${id}-${n++}`, data})}\n`;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
}

function begin(question) {
  const id = randomUUID();
  const stop = new AbortController();
  publishStream(`answer/${id}`, 'application/x-ndjson', lines(id, question, stop), () => stop.abort()).catch((error) => console.error(error.message));
  return id;
}

// Also keeps patterns out of the address below.
const isId = (text) => /^[0-9a-f-]{36}$/.test(text);

function get({pathname, searchParams}) {
  if (pathname === '/answer/') return [200, {'Content-Type': 'text/html'}, readFileSync(new URL('answer.html', import.meta.url))];
  // Whoever has the id may read. A real one would ask whose answer it is. nginx continues with /_events, and this request is done.
  if (pathname === '/answer/stream' && isId(searchParams.get('id'))) return [200, {'X-Accel-Redirect': `/_events?topic=answer/${searchParams.get('id')}`}];
  return [404];
}

async function post({pathname}, form) {
  // A page that is reloaded reads from the beginning.
  if (pathname === '/answer/ask') return [200, {'Content-Type': 'text/plain'}, `id=${begin(form.get('question') ?? '')}&lastEventId=earliest`];
  if (pathname !== '/answer/stop' || !isId(form.get('id'))) return [404];
  // Tells the readers, and publishStream in whichever process the answer is written.
  const {status} = await fetch(`${events}/control`, {method: 'POST', body: new URLSearchParams({action: 'stop', topic: `answer/${form.get('id')}`})});
  return [status === 200 ? 204 : status];
}

async function textOf(request) {
  let text = '';
  for await (const piece of request) if ((text += piece).length > 10_000) throw new Error('too long');
  return text;
}

http.createServer(async (request, response) => {
  try {
    const url = new URL(request.url, 'http://answer');
    const [status, headers = {}, body = ''] = request.method === 'POST' ? await post(url, new URLSearchParams(await textOf(request))) : get(url);
    response.writeHead(status, status === 204 ? headers : {'Content-Length': body.length, ...headers}).end(body);
  } catch (error) {
    console.error(error.message);
    response.writeHead(500).end();
  }
}).listen(Number(process.argv[2] ?? 3000), '127.0.0.1');
