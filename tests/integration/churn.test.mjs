// Churn: 200 real connections through nginx that break at random moments and resume, 3,000 events meanwhile.
// Every reader has every event exactly once and in order.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {seeded} from '../lib/random.mjs';
import {startHub} from '../lib/hub.mjs';

const [readerCount, total] = [200, 3000];
const topics = ['churn/a', 'churn/b'];
const queries = [{topic: topics}, {topic: 'churn/*'}, {topic: '*'}, {topic: [...topics, 'never']}];

for (const loops of [1, 2]) {
  test(`200 readers that come and go, 3,000 events, ${loops} loops`, async (t) => {
    const random = seeded(t);
    const hub = await startHub(t, {loops});
    // Some come back at once, some after a while in which there is more to catch up with.
    const readers = await Promise.all(
      Array.from({length: readerCount}, () => {
        const numbers = [];
        const take = ({data}) => numbers.push(Number(data));
        const again = random.one([0, 5, 50, 300]);
        return hub
          .read(random.one(queries), {again, take})
          .then((reader) => Object.assign(reader, {numbers}));
      }),
    );

    let published = 0;
    let dropped = 0;
    const publishing = (async () => {
      while (published < total) {
        // Now one, now a handful, so that drops fall into single frames and into bursts.
        const size = Math.min(random.one([1, 1, 1, 20]), total - published);
        const items = Array.from({length: size}, (_, n) => ({
          topic: random.one([topics[0], topics[1], topics]),
          data: published + n,
        }));
        await (size === 1 ? hub.publish(items[0]) : hub.publishAll(items));
        published += size;
        if (random.below(4) === 0) await pause(1);
      }
    })();
    const dropping = (async () => {
      while (published < total) {
        const reader = random.one(readers);
        if (reader.open) {
          reader.drop();
          ++dropped;
        }
        if (random.below(3) === 0) await pause(random.below(4));
      }
    })();
    await Promise.all([publishing, dropping]);

    const sequence = Array.from({length: total}, (_, n) => n).join();
    for (const [n, reader] of readers.entries()) {
      await reader.when(() => reader.numbers.at(-1) === total - 1 || reader.refused, 'the last event', 20000);
      assert.deepEqual([reader.refused, reader.gaps], [null, []], `reader ${n}`);
      assert.ok(reader.numbers.join() === sequence, `reader ${n}: ${difference(reader.numbers)}`);
    }
    const metrics = await hub.metrics();
    t.diagnostic(`${dropped} drops, ${metrics.value('sse_worker_replayed_events_total')} events replayed`);
    assert.ok(dropped > readerCount, `${dropped} drops`);
    assert.equal(metrics.value('sse_worker_gaps_total'), 0);
    for (const reader of readers) reader.leave();
    await hub.worker.measured(
      (now) => now.value('sse_worker_subscribers') === 0 && now.streams === 0,
      'all have left',
    );
  });
}

function difference(numbers) {
  const at = numbers.findIndex((number, n) => number !== n);
  return `${numbers.length} events; from ${at} on ${numbers.slice(Math.max(at - 2, 0), at + 4)}`;
}
