// The broadcaster of the documentation of `ws`: a send to each socket for every event.
import {WebSocketServer} from 'ws';
import {serve, Topics} from './publishing.mjs';

const readers = new Topics();
let sequence = 0;

function take(topic, data) {
  for (const socket of readers.of(topic)) socket.send(data);
  return ++sequence;
}

const server = serve(take, (_request, response) => response.writeHead(426).end());
// Compression is off by default: it costs far more than it saves here.
new WebSocketServer({server}).on('connection', (socket, request) => {
  const topics = new URL(request.url, 'http://localhost').searchParams.getAll('topic');
  readers.add(topics, socket);
  socket.once('close', () => readers.remove(topics, socket));
});
