// The readers of a soak, each kind an sse-load of its own, over and over where it is a round; and those who poll.
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {defer} from '../lib/cleanup.mjs';
import {binary} from '../lib/places.mjs';
import {Process} from '../lib/process.mjs';
import {until} from '../lib/wait.mjs';

const client = path.resolve(process.env.SSE_LOAD ?? path.join(path.dirname(binary), 'sse-load'));
const patience = 180; // seconds for what is still to be delivered, on a machine with other work

export function startLoad(t, port, seconds, args) {
  const child = new Process(client, ['--url', `http://127.0.0.1:${port}/events`, '--duration', `${seconds + patience}s`, ...args].map(String));
  defer(t, () => child.exit || child.stop('SIGKILL'));
  return child;
}

// The report, once it has ended by itself.
export async function reported(child, seconds) {
  const {code, signal} = await child.exited((seconds + 2 * patience) * 1000);
  if (code !== 0 || !child.stdout) throw new Error(`sse-load ended with ${code ?? signal}: ${child.stderr}`);
  return JSON.parse(child.stdout);
}

export const publishing = (seconds, rate, connections) => ['--publish-for', `${seconds}s`, '--publish-rate', rate, '--publish-connections', connections, '--until', 'delivered'];

// The figures of one part, summed over its rounds.
export class Part {
  acknowledged = 0;
  unacknowledged = 0;
  lost = 0;
  repeated = 0;
  reordered = 0;
  reconnects = 0;
  // Runs that were ended before everything was delivered, and how many deliveries they still waited for: these are not lost.
  unfinished = 0;
  outstanding = 0;

  constructor(title) {
    this.title = title;
  }

  // `length`: how long it was to publish.
  add({deliveries, publish, seconds}, length) {
    const finished = seconds < length + patience;
    if (!finished) {
      this.unfinished += 1;
      this.outstanding += deliveries.lost;
    }
    this.acknowledged += publish.acknowledged;
    if (finished) this.unacknowledged += publish.sent - publish.acknowledged;
    if (finished) this.lost += deliveries.lost;
    for (const what of ['repeated', 'reordered', 'reconnects']) this[what] += deliveries[what];
    return deliveries.latency_ms.p99;
  }
}

// Long polls, each from the cursor of the one before, of a topic with numbers; until `over`.
export async function polls(hub, part, {readers, rate, over}) {
  let last = 0;
  let published = false;
  const publish = async () => {
    while (!over()) {
      await hub.publish({topic: 'polled', data: `${last + 1}`});
      last += 1;
      part.acknowledged = last;
      await pause(1000 / rate);
    }
    published = true;
  };
  const poll = async () => {
    let cursor = 'earliest';
    let next = 1;
    const answered = async () => {
      const {status, body} = await hub.poll({topic: 'polled', poll: 5, lastEventId: cursor}, {ms: 60_000});
      if (status !== 200) throw new Error(`a long poll got ${status}`);
      for (const number of body.events.map(({data}) => Number(data))) {
        if (number < next) part.repeated += 1;
        part.lost += Math.max(0, number - next);
        next = Math.max(next, number + 1);
      }
      cursor = body.lastEventId;
      return published && next > last;
    };
    await until(answered, 'a long poll has the last event', 24 * 3_600_000);
  };
  await Promise.all([publish(), ...Array.from({length: readers}, poll)]);
}
