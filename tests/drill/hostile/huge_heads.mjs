// 50 requests a second with heads at and over what nginx reads (a line of 8 KiB, four such buffers), and heads at and over what
// the worker reads, at its own socket.
import {Paced, Tally} from './crowd.mjs';
import {addressOf, exchange, head} from './wire.mjs';
import {get, parametersOfSize, request} from '../../lib/records.mjs';

export const kind = 29;
export const title = 'huge heads: 50 requests a second';

// The same head in CGI's terms, of exactly so many bytes.
export const parameters = (bytes) => request(parametersOfSize(get('/healthz'), bytes), {size: 32768});

export const heads = [
  () => head('GET', `/events?topic=a&poll=0&x=${'y'.repeat(7900)}`),
  () => head('GET', `/events?topic=a&poll=0&x=${'y'.repeat(20_000)}`),
  () => head('GET', '/events?topic=a&poll=0', {'X-Long': 'y'.repeat(20_000)}),
  () => head('GET', '/events?topic=a&poll=0', Object.fromEntries(Array.from({length: 3}, (_, n) => [`X-${n}`, 'y'.repeat(7900)]))),
  () => head('GET', '/events?topic=a&poll=0', Object.fromEntries(Array.from({length: 9}, (_, n) => [`X-${n}`, 'y'.repeat(7900)]))),
  () => head('GET', '/events?topic=a&poll=0', Object.fromEntries(Array.from({length: 2000}, (_, n) => [`X-${n}`, 'y']))),
];

export function start(stack, {scale}) {
  const tally = new Tally();
  const ask = async (n) => {
    if (n % 5 < 4) return tally.add((await exchange(stack.web, addressOf(kind, n), heads[n % heads.length]())).said);
    const over = n % 2;
    const {text, said} = await exchange(stack.own, undefined, parameters(65_535 + over));
    const status = /Status: (\d{3})/.exec(text)?.[1];
    return tally.add(status ? `${status} worker's socket` : said);
  };
  const storm = new Paced(50 * scale, 100, ask);
  return {counts: tally.counts, stop: () => storm.stop()};
}
