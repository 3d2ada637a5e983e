// GET /events?topic=…: who gets what, how a stream begins, and what is refused.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {assertStreamHeaders} from '../lib/greeting.mjs';
import {assertProblem} from '../lib/problem.mjs';
import {startHub} from '../lib/hub.mjs';

test('subscriptions', async (t) => {
  const hub = await startHub(t, {streams: {retry_seconds: 3, retry_jitter_seconds: 2, topics_max: 4, patterns_max: 2}});

  await t.test('who asks for what gets that, once, in order, and nothing else', async (t) => {
    const published = [
      ['a'],
      ['b'],
      ['a', 'b'],
      ['orders/1'],
      ['orders/1/items'],
      ['orders'],
      ['orders/'],
      ['a', 'orders/2'],
      ['orders/*x'],
      ['Orders/1'],
      ['other'],
      ['é/ñ'],
      ['a/b/c/d'],
      ['b', 'a/b/x'],
    ];
    const wanted = {
      'topic=a': [0, 2, 7],
      'topic=a&topic=b': [0, 1, 2, 7, 13],
      'topic=b&topic=a&topic=a': [0, 1, 2, 7, 13],
      'topic=orders/*': [3, 4, 6, 7, 8],
      'topic=orders/1/*': [4],
      'topic=orders/*&topic=orders/1&topic=a': [0, 2, 3, 4, 6, 7, 8],
      'topic=*': published.map((_, n) => n),
      'topic=*&topic=a': published.map((_, n) => n),
      'topic=a/b/*&topic=a/*': [12, 13],
      'topic=orders*': [],
      'topic=%C3%A9/*': [11],
      'topic=*/1': [],
    };
    const readers = await Promise.all(Object.keys(wanted).map((query) => hub.read(query, {t})));
    const ids = [];
    for (const [n, topic] of published.entries()) ids.push(await hub.publish({topic, data: n}));
    for (const [n, [query, numbers]] of Object.entries(wanted).entries()) {
      await readers[n].got(numbers.length);
      assert.deepEqual(readers[n].data.map(Number), numbers, query);
      assert.deepEqual(
        readers[n].events.map(({id}) => id),
        numbers.map((number) => ids[number]),
        query,
      );
      const replay = await hub.read(`${query}&lastEventId=earliest`, {t});
      await replay.got(numbers.length);
      assert.deepEqual(replay.data.map(Number), numbers, `${query} from the history`);
    }
    // Nothing more is on its way: the next event is the next event.
    await hub.publish({topic: Object.values(published).flat().slice(0, 4), data: 'last'});
    assert.equal((await readers[0].got(4)).at(-1).data, 'last');
  });

  await t.test(
    'at once: head, comment, retry within its bounds, and a cursor to come back with',
    async () => {
      const newest = await hub.publish({topic: 'elsewhere', data: 1});
      const retries = new Set();
      for (let n = 0; n < 20; ++n) {
        const answer = await hub.ask({topic: 'quiet'}).head(900);
        assertStreamHeaders(answer);
        const [opening] = answer.pieces;
        assert.ok(opening.text.startsWith(': '), opening.text);
        const retry = answer.frames.find((frame) => frame.retry !== undefined)?.retry;
        assert.ok(retry >= 3000 && retry <= 5000, `retry: ${retry}`);
        retries.add(retry);
        assert.equal(answer.frames.find((frame) => frame.id !== undefined)?.id, newest);
        assert.ok(
          answer.frames.every((frame) => frame.data === undefined),
          'nothing that fires',
        );
        answer.leave();
      }
      assert.ok(retries.size > 5, 'retry is spread');
    },
  );

  await t.test('who subscribes gets nothing of before', async (t) => {
    await hub.publish({topic: 'later', data: 'before'});
    const reader = await hub.read({topic: 'later'}, {t});
    await hub.publish({topic: 'later', data: 'after'});
    await reader.got(1);
    assert.deepEqual(reader.data, ['after']);
  });

  await t.test('refusals', async (t) => {
    const refused = {
      'topic=': 'topic',
      'topic=a&topic=': 'topic',
      topic: 'topic',
      'topic=a%0Ab': 'topic',
      'topic=%00': 'topic',
      'topic=a%7F': 'topic',
      'topic=%FF': 'topic',
      'topic=a%C3/*': 'topic',
      'topic=a&topic=b&topic=c&topic=d&topic=e': 'topic',
      'topic=a&topic=a&topic=a&topic=a&topic=a': 'topic',
      [`topic=${'x'.repeat(1025)}`]: 'topic',
      [`topic=${'é'.repeat(512)}x`]: 'topic',
      [`topic=${'x'.repeat(1024)}/*`]: 'topic',
    };
    for (const [query, field] of Object.entries(refused)) {
      await t.test(query.slice(0, 60), async () => {
        assertProblem(await hub.nginx.fetch(`/events?${query}`), 400, field);
        assertProblem(await hub.nginx.fetch(`/events?${query}&poll=0`), 400, field);
      });
    }
    for (const query of [
      `topic=${'x'.repeat(1024)}`,
      `topic=${'é'.repeat(512)}`,
      `topic=${'x'.repeat(1022)}/*`,
      'topic=a&topic=b&topic=c&topic=d',
    ]) {
      const answer = await hub.ask(`${query}&poll=0`).done();
      assert.equal(answer.status, 200, 'as much as is allowed');
    }
  });

  await t.test('as many patterns as streams.patterns_max, and one more', async () => {
    const reached = () => hub.metric('sse_worker_limit_reached_total', {key: 'streams.patterns_max'});
    const post = (topic) => hub.nginx.fetch('/events', {
      method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({topic, poll: 0}),
    });
    assert.equal((await hub.ask('topic=a/*&topic=b/*&topic=c&poll=0').done()).status, 200);
    assert.equal((await post(['a/*', '*', 'c*'])).status, 200);
    assert.equal(await reached(), 0);
    assertProblem(await hub.nginx.fetch('/events?topic=a/*&topic=b/*&topic=*'), 400, /3 patterns .* streams\.patterns_max/);
    assertProblem(await post(['a/*', 'a/*', 'a/*']), 400, /3 patterns .* at most 2/);
    assert.equal(await reached(), 2);
  });

  await t.test('HEAD has the head of the stream and takes no place', async () => {
    const answer = await hub.nginx.fetch('/events?topic=a', {method: 'HEAD'});
    assertStreamHeaders(answer);
    await hub.worker.measured((metrics) => metrics.value('sse_worker_subscribers') === 0, 'no reader is left');
  });

  await t.test('the worker forgets readers who left', async () => {
    const readers = await Promise.all(
      Array.from({length: 50}, (_, n) => hub.read({topic: [`t${n % 7}`, 'a/*']})),
    );
    const metrics = await hub.metrics();
    assert.deepEqual([metrics.value('sse_worker_subscribers'), metrics.value('sse_worker_cohorts')], [50, 7]);
    for (const reader of readers) reader.leave();
    await hub.worker.measured(
      (now) => now.value('sse_worker_subscribers') + now.value('sse_worker_cohorts') === 0,
      'none is left',
    );
  });
});

test('default topics take the place of the greeting', async (t) => {
  const hub = await startHub(t, {streams: {default_topics: ['news', 'orders/*']}});
  const [plain, other] = await Promise.all([hub.read(''), hub.read('topic=other&x=y')]);
  for (const topic of ['other', 'news', 'orders/7', 'orders']) await hub.publish({topic, data: topic});
  await plain.got(2);
  await other.got(1);
  assert.deepEqual([plain.data, other.data], [['news', 'orders/7'], ['other']]);
  const again = await hub.read('lastEventId=earliest');
  await again.got(2);
  assert.deepEqual(again.data, ['news', 'orders/7']);
  assert.deepEqual(
    (await hub.poll({lastEventId: 'earliest'})).body.events.map(({data}) => data),
    ['news', 'orders/7'],
  );
});
