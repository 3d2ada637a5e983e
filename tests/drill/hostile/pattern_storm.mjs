// 50 requests a second, each with as many patterns as a reader may have, that match nothing, over all that the history holds.
import {Paced, Tally} from './crowd.mjs';
import {shipped} from './shipped.mjs';
import {addressOf, exchange, head, query} from './wire.mjs';

export const kind = 21;
const most = shipped('patterns_max', 100);
export const title = `pattern storm: 50 GETs a second, ${most} patterns each that match nothing, over the whole history`;

export const patterns = (count, n) => Array.from({length: count}, (_, m) => ['topic', `none/${n % 1000}/${m}/*`]);

export function start(stack, {scale}) {
  const tally = new Tally();
  const ask = async (n) => {
    const target = `/events?${query([...patterns(most, n), ['lastEventId', 'earliest'], ['poll', '0']])}`;
    const {said, ms} = await exchange(stack.web, addressOf(kind, n), head('GET', target));
    tally.add(said);
    tally.counts['slowest answer, ms'] = Math.max(tally.counts['slowest answer, ms'] ?? 0, Math.round(ms));
  };
  const storm = new Paced(50 * scale, 100, ask);
  return {counts: tally.counts, stop: () => storm.stop()};
}
