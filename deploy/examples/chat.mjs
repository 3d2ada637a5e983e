// A toy chat with two users, and the three ways in which it says who may read what. No dependencies.
//
//     node chat.mjs [PORT]      # 3000; the variable EVENTS has the address of nginx, http://127.0.0.1:8080
import {createHmac, randomUUID} from 'node:crypto';
import {readFileSync} from 'node:fs';
import http from 'node:http';

const events = process.env.EVENTS ?? 'http://127.0.0.1:8080';
const secret = 'an example, and no secret: 32 bytes'; // the key in chat.yaml
const rooms = {alice: ['room/lobby', 'room/garden'], bob: ['room/lobby']}; // who may read and write what
const sessions = new Map();

const seconds = (from) => Math.floor(Date.now() / 1000) + from;
const topics = (user) => [...rooms[user], `user/${user}`];
const repeated = (name, values) => values.map((value) => [name, value]);

// A JSON Web Token, HS256, for ten minutes.
function token(user) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({alg: 'HS256', typ: 'JWT'})}.${part({sub: user, exp: seconds(600), sse: {subscribe: topics(user)}})}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

// Private: also where a topic is public, only those who were granted it get it.
async function publish(topic, data) {
  const answer = await fetch(`${events}/publish`, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({topic, data, private: true})});
  if (!answer.ok) throw new Error(await answer.text());
}

const userOf = ({headers}) => sessions.get(/(?:^|; )chat=([^;]+)/.exec(headers.cookie ?? '')?.[1]);

function get(path, user) {
  if (path === '/chat/') return [200, {'Content-Type': 'text/html'}, readFileSync(new URL('chat.html', import.meta.url))];
  if (!user) return [401, {'WWW-Authenticate': 'Cookie'}];
  const grant = new URLSearchParams([...repeated('subscribe', topics(user)), ['subject', user], ['expires', seconds(3600)]]);
  // 1. Hands over: nginx continues with /_events, and this request is done.
  if (path === '/chat/stream') return [200, {'X-Accel-Redirect': `/_events?${new URLSearchParams(repeated('topic', topics(user)))}`, 'X-Sse-Grant': `${grant}`}];
  // 2. nginx asks.
  if (path === '/sse-grant') return [204, {'X-Sse-Grant': `${grant}`}];
  // 3. Signs a token.
  if (path === '/chat/token') return [200, {'Content-Type': 'text/plain', 'Cache-Control': 'no-store'}, token(user)];
  return [404];
}

async function post(path, user, form) {
  if (path === '/chat/login' && Object.hasOwn(rooms, form.get('user'))) { // a real one would ask for a password
    const session = randomUUID();
    sessions.set(session, form.get('user'));
    return [204, {'Set-Cookie': `chat=${session}; Path=/; HttpOnly; SameSite=Lax`}];
  }
  if (path !== '/chat/say' || !user || !rooms[user].includes(form.get('room'))) return [403];
  await publish(form.get('room'), `${user}: ${form.get('text')}`);
  return [204];
}

async function textOf(request) {
  let text = '';
  for await (const piece of request) if ((text += piece).length > 10_000) throw new Error('too long');
  return text;
}

http.createServer(async (request, response) => {
  try {
    const {pathname} = new URL(request.url, 'http://chat');
    const user = userOf(request);
    const [status, headers = {}, body = ''] = request.method === 'POST' ? await post(pathname, user, new URLSearchParams(await textOf(request))) : get(pathname, user);
    response.writeHead(status, status === 204 ? headers : {'Content-Length': body.length, ...headers}).end(body);
  } catch (error) {
    console.error(error.message);
    response.writeHead(500).end();
  }
}).listen(Number(process.argv[2] ?? 3000), '127.0.0.1');
