// A backend that produces only while somebody reads: the time, once a second, for each clock/ZONE with readers. No dependencies.
//
//     node hooks.mjs [PORT]     # 3000; EVENTS: the address of nginx, http://127.0.0.1:8080; KEY_FILE: hooks.key_file of the worker
import {createHmac, timingSafeEqual} from 'node:crypto';
import {readFileSync} from 'node:fs';
import http from 'node:http';

const events = process.env.EVENTS ?? 'http://127.0.0.1:8080';
const text = readFileSync(process.env.KEY_FILE ?? 'hooks.key', 'utf8').trim();
const key = text.startsWith('whsec_') ? Buffer.from(text.slice('whsec_'.length), 'base64') : text;
const workers = new Map(); // name -> {last: the number of its last delivery, topics: with readers}
const running = new Map(); // topic -> timer

// The signature of Standard Webhooks, no older than five minutes.
function isSigned({headers}, body) {
  const {'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature = ''} = headers;
  const expected = Buffer.from(`v1,${createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')}`);
  const given = Buffer.from(signature);
  return Math.abs(Date.now() / 1000 - time) < 300 && given.length === expected.length && timingSafeEqual(given, expected);
}

// Returns the status of the answer.
function take({id, worker: name, events: list}) {
  const [instance, number] = id.split('-');
  let worker = workers.get(name);
  if (worker?.instance === instance && worker.number >= number) return 204; // a repetition
  // We were restarted and have missed what came before: 205 asks for everything.
  if (!worker && list[0]?.type !== 'reset') return 205;
  worker ??= {topics: new Set()};
  Object.assign(worker, {instance, number: Number(number), heard: Date.now()});
  workers.set(name, worker);
  for (const {type, topic} of list) {
    if (type === 'occupied') worker.topics.add(topic);
    if (type === 'vacated') worker.topics.delete(topic);
    if (type === 'reset' || type === 'stopped') worker.topics.clear();
  }
  return 204;
}

async function publish(topic) {
  const timeZone = topic.slice('clock/'.length);
  const data = new Date().toLocaleTimeString('en-GB', {timeZone});
  await fetch(`${events}/publish`, {method: 'POST', body: new URLSearchParams({topic, data})});
}

// Runs what somebody reads, and nothing else.
function follow() {
  const wanted = new Set([...workers.values()].flatMap(({topics}) => [...topics]).filter((topic) => topic.startsWith('clock/') && !topic.endsWith('*')));
  for (const topic of wanted) {
    if (running.has(topic)) continue;
    console.log(`begins: ${topic}`);
    const tick = () => publish(topic).catch((error) => console.log(`${topic}: ${error.message}`));
    running.set(topic, setInterval(tick, 1000));
    tick();
  }
  for (const [topic, timer] of running) {
    if (wanted.has(topic)) continue;
    console.log(`ends: ${topic}`);
    clearInterval(timer);
    running.delete(topic);
  }
}

// A worker that is silent for three heartbeats is gone.
setInterval(() => {
  for (const [name, {heard}] of workers) if (Date.now() - heard > 90_000) workers.delete(name);
  follow();
}, 10_000);

const server = http.createServer(async (request, response) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces).toString();
  if (request.method !== 'POST' || !isSigned(request, body)) return response.writeHead(401).end();
  response.writeHead(take(JSON.parse(body))).end();
  follow();
});
server.listen(Number(process.argv[2] ?? 3000), '127.0.0.1');
