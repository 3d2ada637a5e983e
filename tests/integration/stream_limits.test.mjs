// How many streams there may be, how long one may live, and how long it may be silent.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {assertProblem} from '../lib/problem.mjs';
import {assertTurnedAway} from '../lib/turned_away.mjs';
import {startHub} from '../lib/hub.mjs';
import {now} from '../lib/wait.mjs';

test('one stream too many is told when to come back, and a freed place is free', async (t) => {
  const hub = await startHub(t, {streams: {max: 5}});
  const readers = await Promise.all(Array.from({length: 4}, (_, n) => hub.read({topic: `t${n}`})));
  const waiting = hub.ask({topic: 'p', poll: 30});
  await hub.worker.measured((metrics) => metrics.value('sse_worker_subscribers') === 5, 'all places are taken');

  for (const query of ['topic=t', '', 'topic=$stats']) assertTurnedAway(await hub.nginx.fetch(`/events?${query}`));
  assertTurnedAway(await hub.nginx.fetch('/events?topic=t', {headers: {'Last-Event-ID': 'x'}}));
  const poll = await hub.nginx.fetch('/events?topic=t&poll=5');
  assertProblem(poll, 503);
  assert.match(poll.header('retry-after'), /^[1-9]\d*$/);
  const head = await hub.nginx.fetch('/events?topic=t', {method: 'HEAD'});
  assert.equal(head.status, 200);
  await hub.publish({topic: 't0', data: 'still served'});
  await readers[0].got(1);
  assert.equal((await hub.nginx.fetch('/healthz')).status, 200);

  readers[3].leave();
  await hub.worker.measured((metrics) => metrics.value('sse_worker_subscribers') === 4, 'a place is free');
  const next = await hub.read({topic: 't'});
  assertTurnedAway(await hub.nginx.fetch('/events?topic=t'));
  next.leave();
  waiting.leave();
  await hub.worker.measured((metrics) => metrics.value('sse_worker_subscribers') === 3, 'two places are free');
  // What ends by itself gives its place back too.
  for (let n = 0; n < 20; ++n) assert.equal((await hub.poll({topic: 'p'})).status, 200);
  await hub.publish({topic: 'done', close: true});
  for (let n = 0; n < 20; ++n) await (await hub.read({topic: 'done'})).over();
});

test('a stream lives no longer than it may, and its reader misses nothing', async (t) => {
  const hub = await startHub(t, {streams: {lifetime_seconds: 1}});
  const started = now();
  const readers = await Promise.all(Array.from({length: 40}, () => hub.read({topic: 't'}, {again: 10})));
  const ends = readers.map((reader) => reader.over().then(() => now() - started));
  let published = 0;
  while (readers.some((reader) => reader.connects < 3)) {
    assert.ok(now() - started < 10000, 'every stream ended twice');
    await hub.publish({topic: 't', data: published++});
  }
  await Promise.all(readers.map((reader) => reader.got(published)));
  for (const reader of readers) {
    assert.deepEqual(
      reader.data,
      Array.from({length: published}, (_, n) => String(n)),
    );
    assert.deepEqual([reader.gaps, reader.closed], [[], false]);
  }
  const times = await Promise.all(ends);
  assert.ok(Math.min(...times) > 780, `the first ended after ${Math.min(...times)} ms`);
});

test('heartbeats', async (t) => {
  const hub = await startHub(t, {streams: {heartbeat_seconds: 0.5}});
  const beats = (answer) => answer.frames.slice(opening(answer));
  // The comment, the retry and the cursor at the beginning.
  const opening = (answer) => answer.frames.findIndex((frame) => frame.id !== undefined) + 1;
  const until = async (answer, count) => {
    for (let more = count; ; more = count) {
      if (beats(answer).length >= more) return beats(answer);
      await hub.worker.measured(() => beats(answer).length >= more, `${count} heartbeats`, 10000);
    }
  };

  await t.test('while nothing happens: comments, about as often as configured', async () => {
    const answer = await hub.ask({topic: 'still'}).head();
    const started = now();
    const seen = await until(answer, 4);
    for (const frame of seen) {
      assert.equal(frame.comments.length, 1);
      assert.deepEqual([frame.id, frame.data, frame.retry], [undefined, undefined, undefined]);
    }
    const each = (seen[3].at - started) / 4;
    assert.ok(each > 450 && each < 1100, `one each ${each} ms`);
    answer.leave();
  });

  await t.test('while others get events: the cursor moves, nothing fires', async () => {
    const answer = await hub.ask({topic: 'quiet'}).head();
    const ids = [];
    for (let n = 1; n <= 3; ++n) {
      ids.push(await hub.publish({topic: 'loud', data: n}));
      const moved = () => beats(answer).findIndex(({id}) => id === ids.at(-1));
      await hub.worker.measured(() => moved() >= 0, 'the cursor has moved', 10000);
      const last = beats(answer)[moved()];
      assert.deepEqual([last.data, last.comments], [undefined, []]);
    }
    // Where publishing takes long there is a comment in between.
    await until(answer, beats(answer).length + 1);
    const after = beats(answer).at(-1);
    assert.deepEqual([after.id, after.comments.length], [undefined, 1], 'once, then comments again');
    assert.deepEqual(beats(answer).flatMap(({id}) => id ?? []), ids);
    assert.ok(beats(answer).every((frame) => frame.data === undefined));
    const late = await hub.read({topic: ['quiet', 'loud'], lastEventId: ids[1]});
    await late.got(1);
    assert.deepEqual(late.data, ['3'], 'and is a cursor like any other');
    answer.leave();
  });

  await t.test('while events come none is needed', async () => {
    const answer = await hub.ask({topic: 'busy'}).head();
    const started = now();
    let published = 0;
    while (now() - started < 1600) {
      await hub.publish({topic: 'busy', data: published++});
    }
    await answer.events(published);
    const silent = beats(answer).filter((frame) => frame.data === undefined);
    assert.deepEqual(silent, []);
    answer.leave();
  });
});
