// Population: publishers that number their events and readers who check the numbers, over whatever happens to the servers
// meanwhile. A lane is one publisher's topic. In half of the lanes each event has its publisher's own id and is sent again
// until it is acknowledged: readers have to get each number once, and without a hole. In the other half nothing is sent
// again: what was acknowledged has to come once, what was not may come once.
import {setTimeout as pause} from 'node:timers/promises';
import {defer} from '../lib/cleanup.mjs';
import {Publisher} from '../lib/publisher.mjs';
import {Reader} from '../lib/reader.mjs';
import {until, within} from '../lib/wait.mjs';

class Lane {
  acknowledged = new Set();
  next = 0;

  constructor(publisher, name, retries) {
    Object.assign(this, {publisher, name, retries});
  }

  // Publishes one event after another until told to stop.
  async run(running, given_up) {
    while (running()) {
      const number = this.next++;
      const event = {topic: this.name, data: `${this.name} ${number}`, ...(this.retries && {id: `${this.name}:${number}`})};
      do {
        const answer = await this.publisher.json(event).catch(() => null);
        if (answer?.status === 200) this.acknowledged.add(number);
        else await pause(20);
      } while (this.retries && !this.acknowledged.has(number) && !given_up());
      await pause(1);
    }
  }
}

// What one reader has seen of every lane.
class Checked {
  seen = new Map();
  repeated = 0;
  reordered = 0;

  take({data}) {
    const [lane, text] = data.split(' ');
    const number = Number(text);
    const numbers = this.seen.get(lane) ?? new Set();
    this.seen.set(lane, numbers);
    if (numbers.has(number)) this.repeated += 1;
    else if (number < (numbers.last ?? -1)) this.reordered += 1;
    numbers.add(number);
    numbers.last = Math.max(numbers.last ?? -1, number);
  }

  lost(lanes) {
    return lanes.flatMap(({name, acknowledged}) =>
      [...acknowledged].filter((number) => !this.seen.get(name)?.has(number)).map((number) => `${name}:${number}`));
  }
}

export class Population {
  #running = false;
  #givenUp = false;
  #work = [];
  lanes = [];
  readers = [];

  // Over the nginx at `port`: `publishers` lanes, `readers` who read them all. Or `lanes` of another kind: {name, acknowledged,
  // run(running, givenUp)}, whose events have `NAME NUMBER` as their data.
  constructor(t, port, {publishers = 4, readers = 20, again = 50, lanes} = {}) {
    // A drill that fails half-way must end all the same.
    defer(t, () => {
      this.#running = false;
      this.#givenUp = true;
      return Promise.all(this.#work);
    });
    this.lanes = lanes ?? Array.from({length: publishers}, (_, n) => new Lane(new Publisher(t, port), `lane/${n}`, n % 2 === 0));
    for (let n = 0; n < readers; ++n) {
      const checked = new Checked();
      const take = (event) => checked.take(event);
      this.readers.push({checked, reader: new Reader(t, port, 'topic=lane/*', {again, take})});
    }
  }

  async start() {
    for (const {reader} of this.readers) await reader.opened(15000);
    this.#running = true;
    this.#work = this.lanes.map((lane) => lane.run(() => this.#running, () => this.#givenUp));
  }

  // Ends publishing and waits until every reader has all that was acknowledged, or `ms` have passed.
  async end(ms = 20000) {
    this.#running = false;
    await within(Promise.all(this.#work), 'the last publishes are acknowledged', ms);
    const complete = () => this.readers.every(({checked}) => checked.lost(this.lanes).length === 0);
    await until(complete, 'every reader has everything', ms).catch(() => {});
    return this.figures();
  }

  figures() {
    const sum = (count) => this.readers.reduce((all, each) => all + count(each), 0);
    return {
      acknowledged: this.lanes.reduce((all, lane) => all + lane.acknowledged.size, 0),
      lost: sum(({checked}) => checked.lost(this.lanes).length),
      repeated: sum(({checked}) => checked.repeated),
      reordered: sum(({checked}) => checked.reordered),
      gaps: sum(({reader}) => reader.gaps.length),
      readers: this.readers.length,
      reconnects: sum(({reader}) => reader.connects - 1),
    };
  }
}
