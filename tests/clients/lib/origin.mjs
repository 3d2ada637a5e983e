// A server that answers as the worker and nginx do, in one way all the time: for looking at what a client makes of that
// answer. It counts the streams that are asked for, and keeps the cursor of each.
import http from 'node:http';
import {once} from 'node:events';
import {defer} from '../../lib/cleanup.mjs';

const stream = {'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache', 'X-Accel-Buffering': 'no'};
const problem = {'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store'};

const opening = ': ok\n\nretry: 300\n\n';
const event = 'data: hi\nid: e-2\n\n';

// What follows the poll. `count` is the number of streams that were asked for before.
const ways = {
  'cursor without an event': (response, count) => {
    response.writeHead(200, stream);
    response.write(`${opening}id: e-7\n\n`);
    if (count === 0) setTimeout(() => response.end(), 200);
  },
  204: (response) => response.writeHead(204, {'Cache-Control': 'no-store'}).end(),
  401: (response) => response.writeHead(401, problem).end('{"status":401}\n'),
  503: (response) => response.writeHead(503, {...problem, 'Retry-After': '1'}).end('{"status":503}\n'),
  'clean end': (response) => response.writeHead(200, stream).end(opening + event),
  '7 s of silence': (response) => response.writeHead(200, stream).write(opening + event),
  // nginx's stand-in while the worker is away.
  'empty stream': (response) => response.writeHead(200, stream).end('retry: 3000\n\n'),
};

export const questions = Object.keys(ways);

// The cursor that a request names: the header, else the last in the address.
const cursorOf = ({url, headers}) =>
  headers['last-event-id'] ?? new URL(url, 'http://x').searchParams.getAll('lastEventId').at(-1);

export async function startOrigin(t, way) {
  const origin = {cursors: []};
  const server = http.createServer((request, response) => {
    if (!request.url.startsWith('/events')) return response.writeHead(404).end();
    const url = new URL(request.url, 'http://x');
    if (!url.searchParams.has('poll')) {
      origin.cursors.push(cursorOf(request));
      return ways[way](response, origin.cursors.length - 1);
    }
    const topic = url.searchParams.get('topic');
    response.writeHead(200, {'Content-Type': 'application/json'});
    return response.end(
      `{"events":[],"lastEventId":"e-1","stream":"/events?topic=${encodeURIComponent(topic)}&lastEventId=e-1"}\n`,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  defer(t, () => {
    server.closeAllConnections();
    server.close();
  });
  origin.address = `http://127.0.0.1:${server.address().port}`;
  return origin;
}
