// 200 streams of everything that is flooded, whose sockets are never read. Half of them begin with the whole history.
import {Crowd, Tally, scaled} from './crowd.mjs';
import {addressOf, connect, head} from './wire.mjs';

export const kind = 23;
export const title = 'streams that never read: 200 of the flooded topic';

export function start(stack, {scale}) {
  const tally = new Tally();
  const open = (n) => {
    const connection = connect(stack.web, addressOf(kind, n));
    connection.pause();
    connection.write(head('GET', '/events?topic=flood', n % 2 ? {'Last-Event-ID': 'earliest'} : {}));
    tally.add('opened');
    return connection;
  };
  // Who does not read does not see that it was cut: each tries again after a while.
  const crowd = new Crowd({count: scaled(200, scale), rate: 200 * scale, life: 12_000}, open);
  return {
    counts: tally.counts,
    stop: () => {
      tally.add('held at once', crowd.most);
      tally.add('open at the end', crowd.held);
      crowd.stop();
    },
  };
}
