// 200 streams of everything that is flooded, each of which reads one byte a second from its socket.
import {Crowd, Tally, scaled} from './crowd.mjs';
import {addressOf, connect, head} from './wire.mjs';

export const kind = 24;
export const title = 'streams that read a byte a second: 200 of the flooded topic';

// A connection that takes a byte from its socket every `ms` milliseconds; `taken(count)` is told.
export function dripping(place, from, ms, taken = () => {}) {
  let timer = null;
  let connection = null;
  const callback = (count) => {
    taken(count);
    timer = setTimeout(() => connection.resume(), ms);
    return false; // the socket is not read until it is resumed
  };
  connection = connect(place, from, {onread: {buffer: Buffer.alloc(1), callback}});
  connection.on('close', () => clearTimeout(timer));
  return connection;
}

export function start(stack, {scale}) {
  const tally = new Tally();
  const open = (n) => {
    const connection = dripping(stack.web, addressOf(kind, n), 1000, (count) => tally.add('bytes read', count));
    connection.write(head('GET', '/events?topic=flood', n % 2 ? {'Last-Event-ID': 'earliest'} : {}));
    tally.add('opened');
    return connection;
  };
  const crowd = new Crowd({count: scaled(200, scale), rate: 200 * scale, life: 20_000}, open);
  return {
    counts: tally.counts,
    stop: () => {
      tally.add('held at once', crowd.most);
      tally.add('open at the end', crowd.held);
      crowd.stop();
    },
  };
}
