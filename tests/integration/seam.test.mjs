// From the history to what comes live, while publishing goes on as fast as it can: no hole, no repeat,
// wherever a reader begins.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {seeded} from '../lib/random.mjs';
import {startHub} from '../lib/hub.mjs';

const topics = ['s/a', 's/b', 's/c'];
const selections = [{topic: 's/a'}, {topic: ['s/a', 's/c']}, {topic: 's/*'}, {topic: '*'}];

// The numbers a reader of `selection` has to see after number `from`.
function wanted({topic}, from, count) {
  const all = [topic].flat();
  const matches = (n) => all.some((one) => one.endsWith('*') || one === topics[n % topics.length]);
  return Array.from({length: count}, (_, n) => n).filter((n) => n > from && matches(n));
}

for (const loops of [1, 2]) {
  test(`readers join at random places at full speed, ${loops} loops`, async (t) => {
    const random = seeded(t);
    // nginx cannot carry what two publishers write to all readers at once, so some fall back: what they miss
    // they get from the history too.
    const hub = await startHub(t, {
      loops,
      streams: {outbox_bytes_max: 16 << 20},
      history: {topic_events_max: 1000000},
    });
    const [total, batch] = [30000, 250];
    const ids = [];
    const readers = [];

    const publishing = (async () => {
      while (ids.length < total) {
        const items = Array.from({length: batch}, (_, n) => ({
          topic: topics[(ids.length + n) % topics.length],
          data: ids.length + n,
        }));
        ids.push(...(await hub.publishAll(items)));
      }
    })();
    const joining = (async () => {
      while (readers.length < 120) {
        const selection = random.one(selections);
        const from = random.below(ids.length + 1) - 1;
        const cursor = from < 0 ? 'earliest' : ids[from];
        const numbers = [];
        const reader = await hub.read(selection, {cursor, take: ({data}) => numbers.push(Number(data))});
        readers.push({reader, numbers, selection, from});
      }
    })();
    await Promise.all([publishing, joining]);
    t.diagnostic(`${readers.length} readers joined, ${ids.length} events published`);

    for (const {reader, numbers, selection, from} of readers) {
      const expected = wanted(selection, from, total);
      const end = expected.at(-1);
      await reader.when(() => numbers.at(-1) === end || reader.ended, `the last event, ${end}`, 30000);
      assert.equal(reader.ended, null, 'nobody was cut');
      // Much quicker to compare than to explain.
      assert.ok(numbers.join() === expected.join(), difference(numbers, expected, selection, from));
      assert.deepEqual(reader.gaps, []);
    }
  });
}

function difference(numbers, expected, selection, from) {
  const at = expected.findIndex((number, n) => numbers[n] !== number);
  const seen = numbers.slice(Math.max(at - 2, 0), at + 3);
  const should = expected.slice(Math.max(at - 2, 0), at + 3);
  return `${JSON.stringify(selection)} after ${from}: seen … ${seen} …, not … ${should} …`;
}
