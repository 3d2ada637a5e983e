// The history keeps within its bounds, whichever way events come, and whoever's cursor is older is told.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {startHub} from '../lib/hub.mjs';
import {until} from '../lib/wait.mjs';

const numbered = (topic, count, from = 0, pad = 0) =>
  Array.from({length: count}, (_, n) => ({topic, data: `${from + n} `.padEnd(pad)}));
async function held(hub, topic) {
  const numbers = [];
  for (let lastEventId = 'earliest'; ;) {
    const {body} = await hub.poll({topic, lastEventId});
    if (body.events.length === 0) return numbers;
    numbers.push(...body.events.map(({data}) => Number.parseInt(data, 10)));
    lastEventId = body.lastEventId;
  }
}
const range = (from, to) => Array.from({length: to - from}, (_, n) => from + n);
const settled = (hub, most) =>
  hub.worker.measured(
    (metrics) => metrics.value('sse_worker_history_events') <= most,
    `at most ${most} events`,
    4000,
  );

for (const loops of [1, 2]) {
  test(`events of a topic, ${loops} loops`, async (t) => {
    const hub = await startHub(t, {loops, history: {topic_events_max: 10}});

    await t.test('one by one', async () => {
      for (const event of numbered('a', 25)) await hub.publish(event);
      await settled(hub, 10);
      assert.deepEqual(await held(hub, 'a'), range(15, 25));
    });

    await t.test('in batches larger than the bound', async () => {
      await hub.publishAll(numbered('b', 1000));
      await hub.publishAll(numbered('b', 1000, 1000));
      await hub.publish(numbered('b', 1, 2000)[0]);
      await settled(hub, 20);
      assert.deepEqual(await held(hub, 'b'), range(1991, 2001));
    });

    await t.test('an event of several topics stays as long as one of them holds it', async () => {
      const id = await hub.publish({topic: ['c', 'd'], data: '0 '});
      await hub.publishAll(numbered('c', 10, 1));
      await until(async () => (await held(hub, 'c'))[0] === 1, 'c has given it up');
      assert.deepEqual(await held(hub, 'd'), [0]);
      assert.equal(
        (await hub.poll({topic: 'c', lastEventId: id})).body.gap,
        undefined,
        'who has it misses nothing',
      );
      const {body} = await hub.poll({topic: ['c', 'd'], lastEventId: 'earliest'});
      assert.equal(body.events.length, 11, 'all that is held of either');
    });
  });
}

test('bytes of all topics together', async (t) => {
  const hub = await startHub(t, {history: {bytes_max: 1 << 20}});
  const [first] = await hub.publishAll(numbered('t0', 10, 0, 1000));
  for (let n = 0; n < 50; ++n) await hub.publishAll(numbered(`t${n % 5}`, 100, n * 100, 1000));
  const metrics = await hub.worker.measured(
    (now) => now.value('sse_worker_history_bytes') <= 1 << 20,
    'within its bytes',
    4000,
  );
  assert.ok(metrics.value('sse_worker_history_bytes') > 900000, 'and makes use of them');
  const {body} = await hub.poll({topic: 't0', lastEventId: first});
  assert.equal(body.gap.reason, 'evicted');
  assert.ok((await held(hub, 't4')).includes(4999), 'the newest is there');
  // A single event larger than all of it is delivered, and then gone.
  const reader = await hub.read({topic: 'huge'});
  await hub.publish({topic: 'huge', data: 'x'.repeat(1 << 20)});
  await reader.got(1);
  await until(async () => (await held(hub, 'huge')).length === 0, 'it is given up', 4000);
});

test('age', async (t) => {
  const hub = await startHub(t, {history: {age_seconds_max: 1}});
  const [first] = await hub.publishAll(numbered('t', 3));
  const own = await hub.publish({topic: 't', data: '3 ', id: 'own'});
  assert.deepEqual(await held(hub, 't'), [0, 1, 2, 3]);
  await settled(hub, 0);
  assert.deepEqual(await held(hub, 't'), []);
  assert.equal(await hub.metric('sse_worker_history_oldest_event_age_seconds'), 0);
  const {body} = await hub.poll({topic: 't', lastEventId: first});
  assert.deepEqual([body.gap.reason, body.events], ['evicted', []]);
  const last = body.lastEventId;
  assert.equal((await hub.poll({topic: 't', lastEventId: last})).body.gap, undefined, 'a gap is told once');
  // Its id leads to where it stood, and is no other event's.
  assert.equal((await hub.poll({topic: 't', lastEventId: own})).body.gap, undefined);
  assert.equal(await hub.publish({topic: 't', data: '3 ', id: own}), own);
  assert.equal((await hub.json({topic: 't', data: '4 ', id: own})).status, 409);
  const next = await hub.publish({topic: 't', data: '4 ', id: 'next'});
  for (const cursor of [own, last]) {
    const {body: after} = await hub.poll({topic: 't', lastEventId: cursor});
    assert.deepEqual([after.gap, after.events.map(({id}) => id)], [undefined, [next]]);
  }
});

test('a topic that was closed and given up stays closed', async (t) => {
  const hub = await startHub(t, {history: {age_seconds_max: 1}});
  const id = await hub.publish({topic: 'job', data: 'done', close: 1});
  await settled(hub, 0);
  assert.equal((await hub.json({topic: 'job', data: 'late'})).status, 409);
  const reader = hub.reader({topic: 'job'}, {cursor: id});
  await reader.when(() => reader.refused, '204');
  assert.equal(reader.refused.status, 204);
  const late = await hub.read({topic: 'job'});
  await late.over();
  assert.ok(late.closed, 'nothing is left of it but its end');
});
