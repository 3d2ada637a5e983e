// 200 streams a second that are opened and left with their first bytes: without a cursor, from the beginning, or with one of
// another life of the worker.
import {Paced, Tally} from './crowd.mjs';
import {addressOf, exchange, head} from './wire.mjs';

export const kind = 25;
export const title = 'reconnect loops: 200 streams a second, opened and left';

const cursors = [{}, {'Last-Event-ID': 'earliest'}, {'Last-Event-ID': 'abcdefgh-12345'}];

export function start(stack, {scale}) {
  const tally = new Tally();
  const ask = async (n) => {
    const request = head('GET', `/events?topic=load&topic=loop/${n % 50}`, cursors[n % cursors.length]);
    const {said} = await exchange(stack.web, addressOf(kind, n), request, {first: true});
    tally.add(said);
  };
  const loops = new Paced(200 * scale, 400, ask);
  return {counts: tally.counts, stop: () => loops.stop()};
}
