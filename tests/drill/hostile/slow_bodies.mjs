// 10,000 POSTs at once whose bodies come a byte every five seconds. Nine in ten go to /events, which anybody may send to, the
// others to /publish from addresses that may not publish.
import {Crowd, Tally, scaled} from './crowd.mjs';
import {addressOf, connect, head, judged} from './wire.mjs';

export const kind = 22;
export const title = 'slow bodies: 10,000 POSTs, a byte of the body every 5 s';

export const slowPost = (path, bytes) =>
  head('POST', path, {'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': bytes});

export function start(stack, {scale}) {
  const tally = new Tally();
  const open = (n) => {
    const connection = connect(stack.web, addressOf(kind, n));
    const publish = n % 10 === 9;
    let text = '';
    connection.write(slowPost(publish ? '/publish' : '/events', publish ? 1_000_000 : 8000));
    const drip = setInterval(() => connection.writable && connection.write('x'), 5000);
    connection.on('data', (bytes) => (text = (text + bytes.toString('latin1')).slice(0, 4096)));
    connection.on('end', () => connection.destroy());
    connection.on('close', () => {
      clearInterval(drip);
      tally.add(judged(text, connection.failure ?? 'held or closed without an answer'));
    });
    return connection;
  };
  const crowd = new Crowd({count: scaled(10_000, scale), rate: 2000 * scale, again: 5000}, open);
  return {
    counts: tally.counts,
    stop: () => {
      tally.add('held at once', crowd.most);
      tally.add('open at the end', crowd.held);
      crowd.stop();
    },
  };
}
