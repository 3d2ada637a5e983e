// Events of 1 MB, 20 a second: a backend of one's own that ran wild, so it comes from an address that may publish.
import {Paced, Tally} from './crowd.mjs';
import {exchange, head} from './wire.mjs';

export const kind = 26;
export const title = 'flood: 20 events of 1 MB a second';

export function publishing(bytes, topic = 'flood') {
  const body = `topic=${topic}&data=${'x'.repeat(bytes)}`;
  // The worker believes an address of this machine only where the Host names this machine, too.
  const headers = {Host: 'localhost', 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': body.length};
  return head('POST', '/publish', headers) + body;
}

export function start(stack, {scale}) {
  const tally = new Tally();
  const request = publishing(1_000_000);
  const publish = async () => tally.add((await exchange(stack.web, '127.0.0.1', request)).said);
  const flood = new Paced(20 * scale, 8, publish);
  return {counts: tally.counts, stop: () => flood.stop()};
}
