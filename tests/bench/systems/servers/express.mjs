// The broadcaster that tutorials show: a set of responses, and a write to each for every event. On plain http: Express itself
// would only add to it.
import {serve, Topics} from './publishing.mjs';

const readers = new Topics();
let sequence = 0;

function take(topic, data) {
  const id = ++sequence;
  const frame = `id: ${id}\ndata: ${data}\n\n`;
  for (const response of readers.of(topic)) response.write(frame);
  return id;
}

serve(take, (request, response, url) => {
  const topics = url.searchParams.getAll('topic');
  response.writeHead(200, {'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache'});
  response.write('retry: 3000\n\n');
  readers.add(topics, response);
  request.once('close', () => readers.remove(topics, response));
});
