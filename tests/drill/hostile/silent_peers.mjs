// 2,000 connections to the worker's own socket that say nothing, or half of a request: what a broken web server would do, for
// nobody else reaches that socket. Half of what `fastcgi.pending_max` allows: all of it would leave no room for anybody.
import {Crowd, Tally, scaled} from './crowd.mjs';
import {connect} from './wire.mjs';
import {PARAMS, begin, get, pairs, record, request} from '../../lib/records.mjs';

export const kind = 31;
export const title = "silent FastCGI peers: 2,000 at the worker's socket";

const parameters = pairs(get('/events', {QUERY_STRING: `topic=${'x'.repeat(30_000)}`}));
export const silences = [
  Buffer.alloc(0),
  begin().subarray(0, 8),
  begin(),
  Buffer.concat([begin(), record(PARAMS, 1, parameters)]),
  request(get('/publish', {REQUEST_METHOD: 'POST'}), {body: 'x'.repeat(60_000)}).subarray(0, -8),
];

export function start(stack, {scale}) {
  const tally = new Tally();
  const open = (n) => {
    const connection = connect(stack.own);
    const bytes = silences[n % silences.length];
    const began = performance.now();
    if (bytes.length > 0) connection.write(bytes);
    connection.resume();
    connection.on('close', () => {
      const lived = performance.now() - began;
      tally.add(connection.failure ?? (lived < 1000 ? 'closed at once' : 'closed at the deadline, or at the end'));
    });
    return connection;
  };
  const crowd = new Crowd({count: scaled(2000, scale), rate: 1000 * scale, again: 100}, open);
  return {
    counts: tally.counts,
    stop: () => {
      tally.add('held at once', crowd.most);
      tally.add('open at the end', crowd.held);
      crowd.stop();
    },
  };
}
