// 500 connections that send and then say that they send no more: behind a whole request for a stream, in the middle of a
// head, in the middle of a body; one in five at the worker's own socket.
import {Crowd, Tally, scaled} from './crowd.mjs';
import {addressOf, connect, head} from './wire.mjs';
import {slowPost} from './slow_bodies.mjs';
import {get, request} from '../../lib/records.mjs';

export const kind = 30;
export const title = 'half-closed sockets: 500';

export const stream = request(get('/events', {QUERY_STRING: 'topic=load'}));

const whole = head('GET', '/events?topic=load');
const sent = [
  [false, whole],
  [false, whole.slice(0, -3)],
  [false, `${slowPost('/events', 8000)}topic=a`],
  [true, stream],
  [true, stream.subarray(0, -1)],
];

export function start(stack, {scale}) {
  const tally = new Tally();
  const open = (n) => {
    const [own, bytes] = sent[n % sent.length];
    const connection = connect(own ? stack.own : stack.web, addressOf(kind, n), {allowHalfOpen: true});
    const began = performance.now();
    connection.end(bytes);
    connection.resume();
    connection.on('end', () => connection.destroy());
    connection.on('close', () => tally.add(performance.now() - began < 1000 ? 'closed within a second' : 'closed later'));
    return connection;
  };
  const crowd = new Crowd({count: scaled(500, scale), rate: 500 * scale, again: 2000}, open);
  return {
    counts: tally.counts,
    stop: () => {
      tally.add('held at once', crowd.most);
      tally.add('open at the end', crowd.held);
      crowd.stop();
    },
  };
}
