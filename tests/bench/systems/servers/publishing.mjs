// What the Node servers have in common: POST /publish as the worker takes it, a JSON object or NDJSON with a line for each
// event, answered by a line with an id each; and a listener on a Unix socket.
import {createServer} from 'node:http';

const body = async (request) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
};

// `take(topic, data)` returns the event's id; `get(request, response, url)` answers everything but publishing.
export function serve(take, get) {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost');
    if (request.method !== 'POST') return get(request, response, url);
    const lines = (await body(request)).split('\n').filter(Boolean);
    const answers = lines.map((line) => {
      const {topic, data} = JSON.parse(line);
      return `{"id":"${take(topic, data)}"}\n`;
    });
    response.writeHead(200, {'Content-Type': 'application/json'}).end(answers.join(''));
  });
  server.keepAliveTimeout = 0; // nginx closes what it does not need
  server.requestTimeout = 0;
  server.listen({path: process.argv[2], backlog: 4096}, () => console.log('ready'));
  return server;
}

// Sets by topic; an empty one goes.
export class Topics {
  #sets = new Map();

  add(topics, member) {
    for (const topic of topics) {
      if (!this.#sets.has(topic)) this.#sets.set(topic, new Set());
      this.#sets.get(topic).add(member);
    }
  }

  remove(topics, member) {
    for (const topic of topics) {
      const set = this.#sets.get(topic);
      if (set?.delete(member) && set.size === 0) this.#sets.delete(topic);
    }
  }

  of(topic) {
    return this.#sets.get(topic) ?? [];
  }
}
