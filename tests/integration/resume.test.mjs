// Coming back: with any spelling of the cursor a reader gets what it missed, and is told when it cannot.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {startHub} from '../lib/hub.mjs';
import {until} from '../lib/wait.mjs';

const numbered = (topic, count, from = 0) => Array.from({length: count}, (_, n) => ({topic, data: from + n}));
const sequence = (from, to) => Array.from({length: to - from}, (_, n) => String(from + n));

async function assertReads(reader, wanted, gaps = []) {
  await reader.opened();
  await reader.when(
    () => reader.events.length >= wanted.length && reader.gaps.length >= gaps.length,
    `${wanted} and ${gaps.length} gaps`,
  );
  assert.deepEqual(reader.data, wanted);
  assert.deepEqual(reader.gaps, gaps);
}

test('resuming', async (t) => {
  const hub = await startHub(t);
  const ids = await hub.publishAll(numbered('t', 10));

  await t.test('from each place, by the header', async (t) => {
    for (const [n, cursor] of ids.entries())
      await assertReads(hub.reader({topic: 't'}, {t, cursor}), sequence(n + 1, 10));
  });

  for (const name of ['lastEventId', 'lastEventID', 'last-event-id', 'last_event_id']) {
    await t.test(`by ${name} in the address`, async (t) => {
      await assertReads(hub.reader({topic: 't', [name]: ids[6]}, {t}), ['7', '8', '9']);
    });
  }

  await t.test('the header wins over the address, unless it is empty', async (t) => {
    await assertReads(hub.reader({topic: 't', lastEventId: ids[2]}, {t, cursor: ids[7]}), ['8', '9']);
    await assertReads(hub.reader({topic: 't', lastEventId: 'earliest'}, {t, cursor: ids[7]}), ['8', '9']);
    const answer = hub.ask({topic: 't', lastEventId: ids[7]}, {headers: {'Last-Event-ID': ''}});
    assert.deepEqual(
      (await answer.events(2)).map(({data}) => data),
      ['8', '9'],
    );
  });

  await t.test('earliest: all that is held, in the address or the header', async (t) => {
    await assertReads(hub.reader({topic: 't', lastEventId: 'earliest'}, {t}), sequence(0, 10));
    await assertReads(hub.reader({topic: 't'}, {t, cursor: 'earliest'}), sequence(0, 10));
    const nothing = await hub.read({topic: 'nothing yet', lastEventId: 'earliest'}, {t});
    await hub.publish({topic: 'nothing yet', data: 'first'});
    await assertReads(nothing, ['first']);
  });

  await t.test('an empty cursor is none', async (t) => {
    const reader = await hub.read('topic=t&lastEventId=', {t});
    await hub.publish({topic: 'u', data: 1});
    const id = await hub.publish({topic: 't', data: 10});
    await assertReads(reader, ['10']);
    assert.equal(reader.cursor, id);
  });

  await t.test('one cursor serves all topics, also those it never saw', async (t) => {
    await hub.publish({topic: 'v', data: 'v'});
    await assertReads(hub.reader({topic: ['v', 't']}, {t, cursor: ids[8]}), ['9', '10', 'v']);
    await assertReads(hub.reader({topic: '*'}, {t, cursor: ids[9]}), ['first', '1', '10', 'v']);
  });

  await t.test('the cursor of the opening is good, also after a long quiet', async (t) => {
    const reader = await hub.read({topic: 'quiet'}, {t, again: 20});
    await reader.when(() => reader.cursor, 'a cursor');
    for (let n = 0; n < 30; ++n) await hub.publishAll(numbered('loud', 50));
    await hub.publish({topic: 'quiet', data: 'while away'});
    reader.drop();
    await reader.got(1);
    await assertReads(reader, ['while away']);
  });

  await t.test("publishers' own ids are cursors, whatever they are made of", async (t) => {
    const own = [
      'urn:uuid:5b0f3f3c-0000-4000-8000-000000000001',
      'order 5',
      'é🙂',
      'a&b=c%',
      '0',
      'x'.repeat(1024),
    ];
    for (const id of own) assert.equal(await hub.publish({topic: 'own', id, data: id}), id);
    for (const [n, id] of own.entries()) {
      await assertReads(hub.reader({topic: 'own'}, {t, cursor: id}), own.slice(n + 1));
      await assertReads(hub.reader({topic: 'own', lastEventId: id}, {t}), own.slice(n + 1));
    }
  });

  await t.test('what nobody ever had is unknown: said, then all that is held', async (t) => {
    const [epoch] = ids[0].split('-');
    for (const cursor of ['nonsense', `${epoch}-99999999`, `${epoch}-`, `${epoch}-x`, '-', 'urn:uuid:x']) {
      const reader = await hub.read({topic: 't'}, {t, cursor});
      const gap = {reason: 'unknown', lastEventId: cursor, resumedFrom: `${epoch}-0`};
      await assertReads(reader, sequence(0, 11), [gap]);
    }
    const before = await hub.metric('sse_worker_gaps_total');
    const answer = await hub.ask({topic: 'nobody here', lastEventId: 'nonsense'}).events(1);
    assert.equal(answer[0].event, 'gap');
    assert.equal(answer[0].id, `${epoch}-0`, 'the gap carries a good cursor');
    assert.equal(await hub.metric('sse_worker_gaps_total'), before + 1);
  });
});

test("a publisher's own id that is not known is not taken for one of an earlier life", async (t) => {
  const hub = await startHub(t);
  for (const cursor of ['order-17', 'urn:uuid:5b0f3f3c-0000-4000-8000-000000000001', '2026-11-22', '-1']) {
    const {body} = await hub.poll({topic: 't', lastEventId: cursor});
    assert.equal(body.gap.reason, 'unknown', cursor);
  }
});

test('after a restart every cursor of before is a gap, once', async (t) => {
  const hub = await startHub(t);
  const reader = await hub.read({topic: 't'}, {again: 50});
  await hub.publishAll(numbered('t', 5));
  await reader.got(5);
  const old = reader.cursor;
  await hub.restart();
  const [first] = await hub.publishAll(numbered('t', 3, 5));
  await reader.got(8, 15000);
  assert.deepEqual(reader.data, sequence(0, 8));
  assert.equal(reader.gaps.length, 1);
  const [{reason, lastEventId, resumedFrom}] = reader.gaps;
  assert.deepEqual({reason, lastEventId}, {reason: 'restarted', lastEventId: old});
  assert.equal(resumedFrom, first.replace(/-1$/, '-0'));
  reader.drop();
  await hub.publish({topic: 't', data: 8});
  await reader.got(9);
  assert.equal(reader.gaps.length, 1, 'the new cursor is good');
  const {body} = await hub.poll({topic: 't', lastEventId: old});
  assert.deepEqual(body.gap, reader.gaps[0]);
});

test('what the history has given up is a gap, and nothing else is', async (t) => {
  const hub = await startHub(t, {history: {topic_events_max: 5}});
  const quiet = await hub.publish({topic: 'quiet', data: 'q'});
  const ids = [];
  for (const event of numbered('t', 12)) ids.push(await hub.publish(event));
  await until(
    async () => (await hub.poll({topic: 't', lastEventId: 'earliest'})).body.events.length <= 5,
    'the history is trimmed',
  );

  for (const [n, cursor] of ids.entries()) {
    const reader = hub.reader({topic: 't'}, {cursor});
    const gap = {reason: 'evicted', lastEventId: cursor, resumedFrom: ids[6]};
    await assertReads(reader, sequence(Math.max(n + 1, 7), 12), n < 6 ? [gap] : []);
  }
  await assertReads(hub.reader({topic: 't', lastEventId: 'earliest'}), sequence(7, 12));
  // Nothing of its own is missing, however much of others is.
  const reader = hub.reader({topic: 'quiet'}, {cursor: quiet});
  await reader.opened();
  await hub.publish({topic: 'quiet', data: 'q2'});
  await assertReads(reader, ['q2']);
  await assertReads(hub.reader({topic: ['quiet', 'never']}, {cursor: quiet}), ['q2']);
  assert.equal(
    (await hub.reader({topic: '*'}, {cursor: quiet}).when((all) => all.gaps[0], 'a gap')).reason,
    'evicted',
  );
});
