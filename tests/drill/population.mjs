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
  repeatedAfterGap = 0;
  // Events that came after later ones of their lane.
  late = [];

  // `gaps`: how many the reader was told of before this event.
  take({data}, gaps) {
    const [lane, text] = data.split(' ');
    const number = Number(text);
    const numbers = this.seen.get(lane) ?? new Map();
    this.seen.set(lane, numbers);
    if (numbers.has(number)) {
      // After a gap an event that was lost may be published again.
      if (numbers.get(number) === gaps) this.repeated += 1;
      else this.repeatedAfterGap += 1;
    } else if (number < (numbers.last ?? -1)) this.late.push([lane, number]);
    numbers.set(number, gaps);
    numbers.last = Math.max(numbers.last ?? -1, number);
  }

  lost(lanes) {
    return lanes.flatMap(({name, acknowledged}) =>
      [...acknowledged].filter((number) => !this.seen.get(name)?.has(number)).map((number) => `${name}:${number}`));
  }

  // Of the lost ones, those of which no gap told: none has come since the event before it. (A gap may come later than what was
  // published next: nobody knows of a loss before a cut-off primary is reached again.)
  silentlyLost(lanes, gapsAtEnd) {
    return this.lost(lanes).filter((text) => {
      const [name, number] = [text.slice(0, text.lastIndexOf(':')), Number(text.slice(text.lastIndexOf(':') + 1))];
      let before = 0;
      for (const [each, gaps] of this.seen.get(name) ?? []) if (each < number) before = Math.max(before, gaps);
      return gapsAtEnd <= before;
    });
  }

  // A publish without an answer may be stored later than the next one of its publisher, who did not wait for it.
  reordered(lanes) {
    return this.late.filter(([lane, number]) => lanes.find(({name}) => name === lane)?.acknowledged.has(number)).length;
  }

  hasLastOf({name, acknowledged}) {
    return acknowledged.size === 0 || this.seen.get(name)?.has(Math.max(...acknowledged));
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
      const entry = {checked};
      const take = (event) => checked.take(event, entry.reader.gaps.length);
      entry.reader = new Reader(t, port, 'topic=lane/*', {again, take});
      this.readers.push(entry);
    }
  }

  async start() {
    for (const {reader} of this.readers) await reader.opened(15000);
    this.#running = true;
    this.#work = this.lanes.map((lane) => lane.run(() => this.#running, () => this.#givenUp));
  }

  // Ends publishing and waits until every reader has all that was acknowledged, or `ms` have passed. Where events `mayBeLost`, it
  // waits for the last ones only.
  async end(ms = 20000, {mayBeLost = false} = {}) {
    this.#running = false;
    await within(Promise.all(this.#work), 'the last publishes are acknowledged', ms);
    const complete = () => this.readers.every(({checked}) =>
      mayBeLost ? this.lanes.every((lane) => checked.hasLastOf(lane)) : checked.lost(this.lanes).length === 0);
    await until(complete, 'every reader has everything', ms).catch(() => {});
    return this.figures();
  }

  figures() {
    const sum = (count) => this.readers.reduce((all, each) => all + count(each), 0);
    return {
      acknowledged: this.lanes.reduce((all, lane) => all + lane.acknowledged.size, 0),
      lost: sum(({checked}) => checked.lost(this.lanes).length),
      repeated: sum(({checked}) => checked.repeated),
      reordered: sum(({checked}) => checked.reordered(this.lanes)),
      gaps: sum(({reader}) => reader.gaps.length),
      readers: this.readers.length,
      reconnects: sum(({reader}) => reader.connects - 1),
    };
  }

  // Where Redis itself may lose what was acknowledged: then each reader has to be told by a gap.
  figuresWithGaps() {
    const sum = (count) => this.readers.reduce((all, each) => all + count(each), 0);
    const {lost, gaps, ...figures} = this.figures();
    const silent = sum(({checked, reader}) => checked.silentlyLost(this.lanes, reader.gaps.length).length);
    const again = sum(({checked}) => checked.repeatedAfterGap);
    return {...figures, lost: silent, lost_and_told: lost - silent, gaps_told: gaps, again_after_a_gap: again};
  }
}
