// Topics that conflate: who keeps up gets every value, who does not gets the latest of each key.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {startHub} from '../lib/hub.mjs';

const keys = ['EUR', 'USD', 'JPY', 'GBP'];
// Values large enough to fill what the kernel keeps between worker and reader.
const price = (n) => ({topic: 'prices/fx', key: keys[n % keys.length], data: `${n} `.padEnd(20000, '.')});
const number = ({data}) => Number.parseInt(data, 10);
const numbers = (reader) => reader.events.map(number);
const count = (least, most) => Array.from({length: most - least}, (_, n) => least + n);

// Publishes until `slow` has fallen behind so far that values are skipped once it reads again; `fast` keeps
// up all the while. Returns how many there were.
async function fallBehind(hub, fast, item, least = 1200) {
  for (let n = 0; n < least; n += 4) {
    await hub.publishAll(count(n, n + 4).map(item));
    await fast.got(n + 1, 20000);
  }
  await fast.got(least, 20000);
  return least;
}

test('a slow reader of prices', async (t) => {
  const hub = await startHub(t, {streams: {conflate: ['prices/*']}});
  const [slow, fast] = [await hub.read({topic: 'prices/fx'}), await hub.read({topic: 'prices/fx'})];
  slow.stall();
  const total = await fallBehind(hub, fast, price);
  assert.deepEqual(numbers(fast), count(0, total), 'the fast one has them all');
  assert.equal(
    await hub.metric('sse_worker_stalled_closes_total'),
    0,
    'nobody is cut for values that are superseded',
  );

  slow.unstall();
  await slow.when(() => numbers(slow).includes(total - 1), 'the latest value', 20000);
  const seen = numbers(slow);
  assert.ok(seen.length < total / 2, `${seen.length} of ${total}: superseded values are skipped`);
  assert.deepEqual(
    [...seen].sort((a, b) => a - b),
    seen,
    'in order',
  );
  for (const [n, key] of keys.entries()) {
    const latest = seen.filter((each) => each % keys.length === n).at(-1);
    assert.equal(latest, total - keys.length + n, `the latest ${key}`);
  }
  const skipped = total - seen.length;
  assert.equal(await hub.metric('sse_worker_conflated_events_total'), skipped, 'what was skipped is counted');
  assert.deepEqual([slow.ended, slow.gaps], [null, []]);

  // Caught up, it gets every value again.
  await hub.publishAll(count(total, total + 8).map(price));
  await slow.when(() => numbers(slow).at(-1) === total + 7, 'the last value');
  assert.deepEqual(numbers(slow).slice(-8), count(total, total + 8));
});

test('what is not a value of a key is never skipped', async (t) => {
  const hub = await startHub(t, {
    streams: {conflate: ['prices/*'], outbox_bytes_max: 1 << 30},
    history: {topic_events_max: 100000},
  });
  // In turn: a value, news without a key, a value elsewhere that does not conflate, a value under two topics.
  const kinds = [
    (n) => price(n),
    (n) => ({...price(n), key: undefined}),
    (n) => ({...price(n), topic: 'other'}),
    (n) => ({...price(n), topic: ['prices/b', `prices/${n % 8}`], key: 'k'}),
  ];
  const query = {topic: ['prices/*', 'other']};
  const [slow, fast] = [await hub.read(query), await hub.read(query)];
  slow.stall();
  const total = await fallBehind(hub, fast, (n) => kinds[n % 4](n), 1600);
  assert.deepEqual(numbers(fast), count(0, total));
  slow.unstall();
  await slow.when(() => numbers(slow).includes(total - 1), 'the latest', 20000);
  const seen = numbers(slow);
  for (const kind of [1, 2]) {
    const wanted = count(0, total).filter((n) => n % 4 === kind);
    assert.deepEqual(
      seen.filter((n) => n % 4 === kind),
      wanted,
      `kind ${kind} comes complete`,
    );
  }
  assert.ok(seen.filter((n) => n % 4 === 0).length < total / 8, 'values are skipped');
  assert.deepEqual(
    [...seen].sort((a, b) => a - b),
    seen,
    'in order',
  );
});

test('who resumes gets all that is held: it was away, not slow', async (t) => {
  const hub = await startHub(t, {streams: {conflate: ['prices/*']}});
  await hub.publishAll(count(0, 100).map(price));
  const reader = await hub.read({topic: 'prices/fx', lastEventId: 'earliest'});
  await reader.got(100);
  assert.deepEqual(numbers(reader), count(0, 100));
});

test('a topic that does not conflate ignores keys', async (t) => {
  const hub = await startHub(t, {streams: {conflate: ['other'], outbox_bytes_max: 1 << 30}});
  const [slow, fast] = [await hub.read({topic: 'prices/fx'}), await hub.read({topic: 'prices/fx'})];
  slow.stall();
  const total = await fallBehind(hub, fast, price);
  slow.unstall();
  await slow.got(total, 20000);
  assert.deepEqual(numbers(slow), count(0, total));
});
