// Long polling: for clients without streaming, with the same cursors and the same promise.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {assertProblem} from '../lib/problem.mjs';
import {startHub} from '../lib/hub.mjs';
import {now} from '../lib/wait.mjs';

const numbered = (topic, count, from = 0) => Array.from({length: count}, (_, n) => ({topic, data: from + n}));

// A client that only asks again with the cursor of the answer, until `enough`.
async function loop(hub, query, enough) {
  const events = [];
  let lastEventId = query.lastEventId;
  for (let polls = 1; ; ++polls) {
    const {status, body} = await hub.poll({poll: 5, ...query, lastEventId}, {ms: 30000});
    assert.equal(status, 200);
    assert.equal(typeof body.lastEventId, 'string');
    events.push(...body.events);
    lastEventId = body.lastEventId;
    if (body.closed || enough(events, polls)) return {events, polls, lastEventId, closed: body.closed};
  }
}

test('long polls', async (t) => {
  const hub = await startHub(t, {streams: {poll_seconds_max: 2}});

  await t.test('answers at once where there is something: all of it, as it was published', async () => {
    await hub.publish({topic: ['p', 'q'], data: 'a\nb', event: 'note', id: 'own'});
    const id = await hub.publish({topic: 'p', data: {c: 1}, retry: 5});
    const started = now();
    const answer = await hub.ask({topic: 'p', lastEventId: 'earliest', poll: 2}).done();
    assert.ok(now() - started < 900);
    assert.equal(answer.header('content-type'), 'application/json');
    assert.match(answer.header('cache-control'), /no-store/);
    assert.deepEqual(answer.json, {
      events: [
        {id: 'own', event: 'note', data: 'a\nb', topics: ['p']},
        {id, event: 'message', data: '{"c":1}', topics: ['p']},
      ],
      lastEventId: id,
      stream: `/events?topic=p&lastEventId=${id}`,
    });
    const rest = await hub.poll({topic: 'p', poll: 2}, {headers: {'Last-Event-ID': 'own'}});
    assert.deepEqual(
      rest.body.events.map((event) => event.id),
      [id],
      'the cursor may be in the header',
    );
  });

  await t.test('else waits for the first event', async () => {
    const {
      body: {lastEventId},
    } = await hub.poll({topic: 'w'});
    const started = now();
    const polls = Array.from({length: 10}, () => hub.poll({topic: ['w', 'x'], lastEventId, poll: 2}));
    await hub.worker.measured((metrics) => metrics.value('sse_worker_subscribers') === 10, 'all wait');
    const id = await hub.publish({topic: 'w', data: 1});
    for (const {body} of await Promise.all(polls)) {
      assert.deepEqual(body, {
        events: [{id, event: 'message', data: '1', topics: ['w']}],
        lastEventId: id,
        stream: `/events?topic=w&topic=x&lastEventId=${id}`,
      });
    }
    assert.ok(now() - started < 1900, 'and no longer');
  });

  await t.test('when the time is up: nothing, and a cursor that misses nothing', async () => {
    for (const [query, least, most] of [
      [{poll: 0}, 0, 900],
      [{poll: 1}, 950, 1900],
      [{poll: 3600}, 1950, 2900],
    ]) {
      const started = now();
      const {body} = await hub.poll({topic: 'none', ...query});
      const took = now() - started;
      assert.deepEqual(body.events, []);
      assert.ok(took >= least && took < most, `poll=${query.poll} took ${took} ms`);
      const id = await hub.publish({topic: 'none', data: query.poll});
      const next = await hub.poll({topic: 'none', lastEventId: body.lastEventId});
      assert.deepEqual(
        next.body.events.map((event) => event.id),
        [id],
        'what came in between comes now',
      );
    }
  });

  await t.test('the cursor of an empty answer stays good while others are written to', async () => {
    const {body: first} = await hub.poll({topic: 'idle'});
    await hub.publishAll(numbered('busy', 100));
    const {body: second} = await hub.poll({topic: 'idle', lastEventId: first.lastEventId});
    assert.deepEqual([second.events, second.gap], [[], undefined]);
    await hub.publish({topic: 'idle', data: 'x'});
    const {body: third} = await hub.poll({topic: 'idle', lastEventId: second.lastEventId});
    assert.deepEqual(
      third.events.map(({data}) => data),
      ['x'],
    );
  });

  await t.test('a gap is told at once, with what is held', async () => {
    await hub.publishAll(numbered('g', 3));
    for (const topic of ['g', 'g without events']) {
      const started = now();
      const {body} = await hub.poll({topic, lastEventId: 'nonsense', poll: 2});
      assert.ok(now() - started < 900);
      assert.deepEqual([body.gap.reason, body.gap.lastEventId], ['unknown', 'nonsense']);
      assert.equal(body.events.length, topic === 'g' ? 3 : 0);
      const {body: next} = await hub.poll({topic, lastEventId: body.lastEventId});
      assert.deepEqual([next.gap, next.events], [undefined, []]);
    }
  });

  await t.test('a closed topic: what is missing, then that it is closed, and no waiting', async () => {
    const ids = await hub.publishAll([...numbered('c', 3), {topic: 'c', data: 3, close: 1}]);
    for (const [n, lastEventId] of ['earliest', ...ids].entries()) {
      const started = now();
      const {events, closed, lastEventId: last} = await loop(hub, {topic: 'c', lastEventId}, () => false);
      assert.deepEqual(
        events.map(({data}) => Number(data)),
        [0, 1, 2, 3].slice(n),
      );
      assert.deepEqual([closed, last], [true, ids[3]]);
      assert.ok(now() - started < 900);
    }
  });

  await t.test('closed is said only when all has been given', async () => {
    const big = 'x'.repeat(70000);
    for (const first of ['before', 'after']) {
      const [a, b] = [`${first} a`, `${first} b`];
      const closing = {topic: a, data: big, close: 1};
      await hub.publishAll([
        ...(first === 'before' ? [closing] : []),
        ...Array.from({length: 5}, () => ({topic: b, data: big})),
        ...(first === 'after' ? [closing] : []),
        {topic: b, data: 'end', close: 1},
      ]);
      const {events, closed} = await loop(hub, {topic: [a, b], lastEventId: 'earliest'}, () => false);
      assert.deepEqual(
        events.map(({data}) => data.length),
        [...Array(6).fill(big.length), 3],
      );
      assert.equal(closed, true);
    }
  });

  await t.test('what ends while a poll waits', async () => {
    const waiting = hub.poll({topic: 'ends', poll: 2});
    await hub.worker.measured((metrics) => metrics.value('sse_worker_subscribers') === 1, 'it waits');
    const id = await hub.publish({topic: 'ends', close: 1});
    const stream = `/events?topic=ends&lastEventId=${id}`;
    assert.deepEqual((await waiting).body, {events: [], lastEventId: id, stream, closed: true});
  });

  await t.test('bad times', async () => {
    for (const poll of ['', 'soon', '-1', '1.5', '1s', ' 1', '0x10', '99999999999999999999']) {
      assertProblem(await hub.nginx.fetch(`/events?topic=t&poll=${encodeURIComponent(poll)}`), 400, 'poll');
    }
  });

  await t.test('readers that leave a poll are forgotten', async () => {
    const answers = Array.from({length: 20}, () => hub.ask({topic: 'left', poll: 2}));
    await hub.worker.measured((metrics) => metrics.value('sse_worker_subscribers') === 20, 'all wait');
    for (const answer of answers) answer.leave();
    await hub.worker.measured((metrics) => metrics.value('sse_worker_subscribers') === 0, 'none is left', 1500);
  });
});

test('a client that just loops loses nothing and gets nothing twice, while publishing goes on', async (t) => {
  const hub = await startHub(t);
  const count = 3000;
  const started = await hub.publish({topic: ['s', 'other'], data: 'start'});
  const clients = Array.from({length: 20}, (_, n) =>
    loop(
      hub,
      {topic: n % 2 ? 's' : ['s', 'other'], lastEventId: started},
      (events) => events.at(-1)?.data === 'end',
    ),
  );
  for (let n = 0; n < count;) {
    if (n % 50 === 0) n += (await hub.publishAll(numbered('s', 25, n))).length;
    else await hub.publish({topic: 's', data: n++});
  }
  await hub.publish({topic: 's', data: 'end'});
  for (const {events, polls} of await Promise.all(clients)) {
    assert.deepEqual(
      events.map(({data}) => data),
      [...Array.from({length: count}, (_, n) => String(n)), 'end'],
    );
    assert.ok(polls > 5, `${polls} polls: it did come back in between`);
  }
});
