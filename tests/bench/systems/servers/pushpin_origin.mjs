// The backend behind Pushpin: it tells Pushpin to hold a stream, and hands what is published to Pushpin's own HTTP port, a
// batch as one request. Answers when Pushpin has taken it.
import {createServer, request as ask} from 'node:http';

const [, , socket, port, ownPort] = process.argv;
let sequence = 0;

const item = (line) => {
  const {topic, data} = JSON.parse(line);
  return {channel: topic, formats: {'http-stream': {content: `id: ${++sequence}\ndata: ${data}\n\n`}}};
};

const hand = (items) => new Promise((done, failed) => {
  ask({host: '127.0.0.1', port, path: '/publish/', method: 'POST', headers: {'Content-Type': 'application/json'}},
    (answer) => answer.resume().once('end', () => done(answer.statusCode))).once('error', failed).end(JSON.stringify({items}));
});

const answer = async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (request.method === 'GET') {
    return response.writeHead(200, {'Content-Type': 'text/event-stream', 'Grip-Hold': 'stream',
      'Grip-Channel': url.searchParams.getAll('topic').join(',')}).end('retry: 3000\n\n');
  }
  const parts = [];
  for await (const part of request) parts.push(part);
  const from = sequence;
  const items = Buffer.concat(parts).toString().split('\n').filter(Boolean).map(item);
  const status = await hand(items).catch(() => 502);
  response.writeHead(status, {'Content-Type': 'application/json'})
    .end(items.map((_, index) => `{"id":"${from + index + 1}"}\n`).join(''));
};

// Publishers come over the socket, Pushpin's requests over the port: it knows no sockets.
const server = createServer(answer);
server.keepAliveTimeout = 0; // nginx closes what it does not need
createServer(answer).listen(ownPort, '127.0.0.1', 4096);
server.listen({path: socket, backlog: 4096}, () => console.log('ready'));
