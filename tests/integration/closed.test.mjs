// Topics that end: every reader gets all of it, then the end, and who comes back with all of it is told not
// to.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {assertProblem} from '../lib/problem.mjs';
import {seeded} from '../lib/random.mjs';
import {startHub} from '../lib/hub.mjs';

const numbered = (topic, count) => Array.from({length: count}, (_, n) => ({topic, data: n}));

test('closed topics', async (t) => {
  const hub = await startHub(t);

  await t.test('readers get the event, then `event: close`, then the end', async () => {
    const answers = await Promise.all(Array.from({length: 10}, () => hub.ask({topic: 'live'}).head()));
    await hub.publishAll(numbered('live', 3));
    const last = await hub.publish({topic: 'live', data: 'last', close: 1});
    for (const answer of answers) {
      await answer.done();
      const frames = answer.frames.filter((frame) => frame.data !== undefined);
      assert.deepEqual(
        frames.map(({event, data}) => [event, data]),
        [
          ['message', '0'],
          ['message', '1'],
          ['message', '2'],
          ['message', 'last'],
          ['close', '{}'],
        ],
      );
      assert.equal(frames[3].id, last);
      assert.equal(frames[4].id, undefined, 'the final cursor is that of the last event');
      assert.equal(answer.frames.at(-1), frames[4], 'nothing comes after it');
    }
    await hub.worker.measured((metrics) => metrics.streams === 0, 'no stream is left');
  });

  await t.test('late readers get all of it, with or without a cursor; with the final one 204', async (t) => {
    const ids = await hub.publishAll([...numbered('job', 4), {topic: 'job', data: 4, close: true}]);
    for (const [n, cursor] of [undefined, 'earliest', ...ids.slice(0, 4)].entries()) {
      const reader = await hub.read({topic: 'job'}, {t, cursor, again: 10});
      await reader.over();
      const missed = n < 2 ? [0, 1, 2, 3, 4] : [1, 2, 3, 4].slice(n - 2);
      assert.deepEqual(reader.data.map(Number), missed);
      assert.ok(reader.closed);
      assert.equal(reader.cursor, ids[4]);
    }
    for (const [header, query] of [
      [ids[4], {}],
      [undefined, {lastEventId: ids[4]}],
    ]) {
      const reader = hub.reader({topic: 'job', ...query}, {t, cursor: header});
      await reader.when(() => reader.refused, '204');
      assert.deepEqual([reader.refused.status, reader.refused.text], [204, '']);
    }
    const unknown = await hub.read({topic: 'job'}, {t, cursor: 'nonsense'});
    await unknown.over();
    assert.deepEqual([unknown.gaps[0].reason, unknown.data.length, unknown.closed], ['unknown', 5, true]);
  });

  await t.test('an EventSource that just comes back after the end is stopped by 204', async (t) => {
    const reader = await hub.read({topic: 'stop'}, {t, again: 10});
    await hub.publish({topic: 'stop', data: 'x', close: true});
    await reader.over();
    const again = hub.reader({topic: 'stop'}, {t, cursor: reader.cursor});
    await again.when(() => again.refused, '204');
    assert.equal(again.refused.status, 204);
  });

  await t.test('nothing can be published after the end', async () => {
    await hub.publish({topic: 'over', close: true});
    for (const topic of ['over', ['free', 'over']]) {
      assertProblem(await hub.json({topic, data: 'late'}), 409, 'topic');
      assertProblem(await hub.form({topic, data: 'late', close: 1}), 409, 'topic');
      assert.match((await hub.batch([{topic, data: 'late'}])).lines[0].error, /topic: /);
    }
    const {body} = await hub.poll({topic: ['free', 'over'], lastEventId: 'earliest'});
    assert.deepEqual(body.events, [], 'on none of its topics');
    await hub.publish({topic: 'free', data: 'x'});
    const answer = await hub.batch([
      {topic: 'b', data: 1},
      {topic: 'b', data: 2, close: 1},
      {topic: 'b', data: 3},
    ]);
    assert.deepEqual(
      answer.lines.map((line) => Boolean(line.id)),
      [true, true, false],
    );
  });

  await t.test('a reader of several topics ends when the last of them does', async (t) => {
    const reader = await hub.read({topic: ['m1', 'm2', 'm3']}, {t});
    const pattern = await hub.read({topic: ['m1', 'p/*']}, {t});
    await hub.publish({topic: 'm1', data: 'a', close: 1});
    await hub.publish({topic: 'm2', data: 'b1'});
    await hub.publish({topic: ['m2', 'm3'], data: 'bc', close: 1});
    await reader.over();
    assert.deepEqual(reader.data, ['a', 'b1', 'bc']);
    assert.ok(reader.closed);
    await hub.publish({topic: 'p/1', data: 'p', close: 1});
    await pattern.got(2);
    await hub.publish({topic: 'p/2', data: 'p'});
    await pattern.got(3);
    assert.ok(!pattern.closed && !pattern.ended, 'a pattern never ends: there may be more topics');
    const late = await hub.read({topic: ['m1', 'm2', 'm3'], lastEventId: 'earliest'}, {t});
    await late.over();
    assert.deepEqual([late.data, late.closed], [['a', 'b1', 'bc'], true]);
  });

  await t.test('the end does not overtake what comes before it, however much it is', async (t) => {
    const big = 'x'.repeat(70000);
    for (const close of [1, 2]) {
      const topics = [`big ${close} a`, `big ${close} b`];
      const reader = await hub.read({topic: topics}, {t});
      await hub.publishAll([
        {topic: topics[0], data: big, close: 1},
        ...Array.from({length: 20}, () => ({topic: topics[1], data: big})),
        {topic: topics[1], data: 'end', close: 1},
      ]);
      for (const each of [reader, await hub.read({topic: topics, lastEventId: 'earliest'}, {t})]) {
        await each.over();
        assert.deepEqual([each.events.length, each.data.at(-1), each.closed], [22, 'end', true]);
      }
    }
  });
});

// The end of one topic waits for its flush while the other one is still being written, perhaps on another loop.
for (const loops of [1, 2]) {
  test(`two topics that end at nearly the same time, ${loops} loops`, async (t) => {
    const random = seeded(t);
    const flush = {microseconds_per_stream: 1000, interval_seconds_max: 0.02};
    const hub = await startHub(t, {loops, flush});
    const short = [];
    for (let round = 0; round < 150; ++round) {
      const topic = [`a${round}`, `b${round}`];
      const readers = await Promise.all(Array.from({length: 8}, () => hub.read({topic})));
      const late = hub.reader({topic, lastEventId: 'earliest'}, {again: 5});
      await hub.publish({topic, data: 'first'});
      const [a, b] = topic;
      const ending = hub.form({topic: a, data: 'end of a', close: 1});
      await pause(random.below(12));
      await hub.publishAll([
        {topic: b, data: '1'},
        {topic: b, data: '2'},
        {topic: b, data: 'end of b', close: 1},
      ]);
      assert.equal((await ending).status, 200);
      for (const reader of [...readers, late]) {
        await reader.when(() => reader.closed, 'the end');
        // Both ends are published at once, so either may come first; what is published of one topic keeps its order.
        const ofB = reader.data.filter((data) => data !== 'end of a');
        if (reader.data.length !== 5 || ofB.join() !== 'first,1,2,end of b')
          short.push(`round ${round}: ${reader.data}`);
        reader.leave();
      }
    }
    assert.deepEqual(short, [], 'readers told that it is over before they had everything');
  });
}
