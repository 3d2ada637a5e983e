// 5,000 readers who ask for 100 topics of 1,024 bytes, no two for the same. Six in ten send them as a body; one asks in the address
// for as many as nginx reads; two try all in the address; and one comes to the worker's own socket with as many as a head may
// hold, as an nginx with larger buffers would send them.
import {Crowd, Tally, scaled} from './crowd.mjs';
import {topicsPerLine} from './shipped.mjs';
import {addressOf, connect, head, judged} from './wire.mjs';
import {get, request} from '../../lib/records.mjs';

export const kind = 27;
export const title = 'long topics: 5,000 readers, up to 100 topics of 1,024 bytes each';

export const longTopics = (count, n, bytes = 1024) =>
  Array.from({length: count}, (_, m) => `topic=${`r${n}t${m}`.padEnd(bytes, 'x')}`).join('&');

// 63 of them and their names fit 65,535 bytes.
export const ownSocket = (n, count = 63) => request(get('/events', {QUERY_STRING: longTopics(count, n)}));

const form = (body) => ({'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': body.length});

// Of all readers, those who may be served.
export const shares = {body: 0.6, address: 0.1, own: 0.1};

function bytesFor(n) {
  if (n % 10 === 9) return ownSocket(n);
  if (n % 10 === 8) return head('GET', `/events?${longTopics(topicsPerLine, n)}`);
  if (n % 10 >= 6) return head('GET', `/events?${longTopics(100, n)}`);
  const body = longTopics(100, n);
  return head('POST', '/events', form(body)) + body;
}

export function start(stack, {scale}) {
  const tally = new Tally();
  const open = (n) => {
    const own = n % 10 === 9;
    const connection = connect(own ? stack.own : stack.web, addressOf(kind, n));
    let text = '';
    connection.write(bytesFor(n));
    connection.on('data', (bytes) => (text = (text + bytes.toString('latin1')).slice(0, 4096)));
    connection.on('end', () => connection.destroy());
    connection.on('close', () => tally.add(answer(own, text, connection.failure)));
    return connection;
  };
  const crowd = new Crowd({count: scaled(5000, scale), rate: 500 * scale, again: 5000}, open);
  return {
    counts: tally.counts,
    stop: () => {
      tally.add('held at once', crowd.most);
      tally.add('open at the end', crowd.held);
      crowd.stop();
    },
  };
}

function answer(own, text, failure) {
  if (!own) return judged(text, failure ?? 'closed without an answer');
  const status = /Status: (\d{3})/.exec(text)?.[1] ?? (text.includes('text/event-stream') ? '200' : null);
  return status ? `${status} worker's socket` : (failure ?? "closed at the worker's socket");
}
