// 100 requests a second with cursors that nobody was given: of other lives, from the future, far too long, in Latin-1, empty.
import {Paced, Tally} from './crowd.mjs';
import {addressOf, exchange, head} from './wire.mjs';

export const kind = 28;
export const title = 'unknown cursors: 100 requests a second';

const cursors = [
  () => 'abcdefgh-1',
  (n) => `abcdefgh-${n}`,
  () => '18446744073709551615',
  () => `a-${'9'.repeat(40)}`,
  () => 'x'.repeat(4000),
  () => '\xe9\xff\x80',
  (n) => `publisher's own ${n}`,
  () => '-1',
  () => '%00%0a',
];

export function start(stack, {scale}) {
  const tally = new Tally();
  const ask = async (n) => {
    const headers = {'Last-Event-ID': cursors[n % cursors.length](n)};
    const polls = n % 2 === 0;
    const target = polls ? '/events?topic=load&poll=0' : '/events?topic=load';
    const request = Buffer.from(head('GET', target, headers), 'latin1');
    const {said, text} = await exchange(stack.web, addressOf(kind, n), request, {first: !polls});
    tally.add(said);
    if (/"reason"|event: gap/.test(text)) tally.add('told of a gap');
  };
  const storm = new Paced(100 * scale, 200, ask);
  return {counts: tally.counts, stop: () => storm.stop()};
}
