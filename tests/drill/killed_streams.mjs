// The worker is killed again and again under publish streams, over each of their ways. Each line has its publisher's own id, and those
// that were not answered when a stream broke are sent again, before any other.
import {setTimeout as pause} from 'node:timers/promises';
import {startStreamHub, ways} from '../lib/publish_stream.mjs';
import {sqlite} from './killed_worker.mjs';
import {Population} from './population.mjs';

// Lines of one stream that may be unanswered: a few KiB.
const unanswered_max = 50;

class StreamLane {
  acknowledged = new Set();
  streams = 0;
  #t;
  #hub;
  #open;
  #next = 0;
  // Numbers that were sent and not answered, in their order.
  #again = [];

  constructor(t, hub, name, open) {
    Object.assign(this, {name});
    this.#t = t;
    this.#hub = hub;
    this.#open = open;
  }

  async run(running, givenUp) {
    while ((running() || this.#again.length > 0) && !givenUp()) {
      await this.#stream(() => running() && !givenUp());
      await pause(10);
    }
  }

  // One stream, from its beginning to its end.
  async #stream(running) {
    const stream = this.#open(this.#t, this.#hub, {topic: this.name});
    const sent = [];
    this.streams += 1;
    const write = (number) => {
      sent.push(number);
      return stream.write({data: `${this.name} ${number}`, id: `${this.name}:${number}`});
    };
    const room = () => stream.when(() => stream.ended || stream.lines.length > sent.length - unanswered_max, 'answers', 20_000);
    for (const number of this.#again) {
      if (stream.ended) break;
      await write(number);
      await room();
    }
    while (running() && !stream.ended) {
      await write(this.#next++);
      await room();
      await pause(1);
    }
    if (!stream.ended) await stream.finish([], 20_000).catch(() => {});
    stream.die();
    for (const [n, {id}] of stream.lines.entries()) if (id !== undefined) this.acknowledged.add(sent[n]);
    const numbers = [...new Set([...this.#again, ...sent])];
    this.#again = numbers.filter((number) => !this.acknowledged.has(number));
  }
}

// Half of the times with a journal that outlives the process, half with one that outlives the machine.
export async function killedStreams(t, {times, readers = 20, each = 2}) {
  const all = {tried: 0, acknowledged: 0, lost: 0, repeated: 0, reordered: 0, gaps: 0, streams: 0};
  for (const durability of ['process', 'full']) {
    const hub = await startStreamHub(t, sqlite(t, durability));
    const lanes = Object.values(ways).flatMap((open, n) => Array.from({length: each}, (_, m) => new StreamLane(t, hub, `lane/${n}.${m}`, open)));
    const population = new Population(t, hub.port, {lanes, readers});
    await population.start();
    for (let n = 0; n < times / 2; ++n) {
      await pause(50 + Math.random() * 250); // somewhere in the work, not at a beginning
      hub.worker.process.kill('SIGKILL');
      await hub.worker.process.exited();
      await hub.again();
      all.tried += 1;
    }
    const figures = await population.end();
    for (const name of ['acknowledged', 'lost', 'repeated', 'reordered', 'gaps']) all[name] += figures[name];
    all.streams += lanes.reduce((sum, {streams}) => sum + streams, 0);
    for (const {reader} of population.readers) reader.leave();
  }
  return all;
}
