// The readers of a soak, each kind an sse-load of its own, over and over where it is a round.
import path from 'node:path';
import {defer} from '../lib/cleanup.mjs';
import {binary} from '../lib/places.mjs';
import {Process} from '../lib/process.mjs';

const client = path.resolve(process.env.SSE_LOAD ?? path.join(path.dirname(binary), 'sse-load'));
const patience = 60; // seconds for what is still to be delivered

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

  constructor(title) {
    this.title = title;
  }

  add({deliveries, publish}) {
    this.acknowledged += publish.acknowledged;
    this.unacknowledged += publish.sent - publish.acknowledged;
    for (const what of ['lost', 'repeated', 'reordered', 'reconnects']) this[what] += deliveries[what];
    return deliveries.latency_ms.p99;
  }
}
