// POST /publish at the edge of every limit: as much as is allowed is taken, one more is refused.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {assertProblem} from '../lib/problem.mjs';
import {FORM, NDJSON} from '../lib/publisher.mjs';
import {startHub} from '../lib/hub.mjs';

const MiB = 1 << 20;

test('limits set low', async (t) => {
  const publish = {event_bytes_max: 1000, batch_max: 5, topics_max: 3, topic_bytes_max: 10};
  const hub = await startHub(t, {publish, fastcgi: {body_bytes_max: 20000}});
  const reader = await hub.read({topic: 't'});
  const some = (count, item = {topic: 't', data: 'x'}) => Array.from({length: count}, () => item);

  await t.test('bytes of an event: data, type and id together', async () => {
    for (const fields of [
      {data: 'd'.repeat(1000)},
      {data: 'd'.repeat(900), event: 'e'.repeat(100)},
      {data: 'd'.repeat(900), event: 'e'.repeat(50), id: 'i'.repeat(50)},
      {data: 'é'.repeat(500)},
    ]) {
      const [exact, over] = [
        {topic: 't', ...fields},
        {topic: 't', ...fields, data: `${fields.data}d`},
      ];
      for (const notation of ['form', 'json']) assertProblem(await hub[notation](over), 413, 'data');
      assert.equal((await hub.form(exact)).status, 200);
      const answer = await hub.batch([over, some(1)[0]]);
      assert.match(answer.lines[0].error, /^line 1: data: /);
      assert.ok(answer.lines[1].id);
    }
  });

  await t.test('events of a batch; one more, and none is taken', async () => {
    await hub.publishAll(some(5));
    const before = await hub.metric('sse_worker_published_events_total');
    assertProblem(await hub.batch(some(6)), 413);
    assert.equal(await hub.metric('sse_worker_published_events_total'), before);
    // Blank lines are no events, broken ones are.
    assert.equal((await hub.batch(['', ...some(3), '\r', ...some(2), ''])).lines.length, 5);
    assertProblem(await hub.batch([...some(3), '{', '}', '{']), 413);
  });

  await t.test('topics of an event', async () => {
    for (const notation of ['form', 'json']) {
      assert.equal((await hub[notation]({topic: ['a', 'b', 'c'], data: 'x'})).status, 200);
      assertProblem(await hub[notation]({topic: ['a', 'b', 'c', 'd'], data: 'x'}), 400, 'topic');
    }
  });

  await t.test('bytes of a topic', async () => {
    for (const notation of ['form', 'json']) {
      for (const topic of ['1234567890', 'ééééé', 'a/b/c/d/e/']) {
        assert.equal((await hub[notation]({topic, data: 'x'})).status, 200);
        assertProblem(await hub[notation]({topic: `${topic}+`, data: 'x'}), 400, 'topic');
      }
    }
  });

  await t.test('bytes of a body: the worker refuses, in its words', async () => {
    const body = `${JSON.stringify({topic: 't', data: 'x'})}\n`;
    const padded = (bytes) => body.padEnd(bytes, ' ');
    assert.equal((await hub.post(padded(20000), NDJSON)).status, 200);
    assertProblem(await hub.post(padded(20001), NDJSON), 413, /20000 bytes/);
    assertProblem(await hub.post(padded(100000), NDJSON), 413, /20000 bytes/);
    assertProblem(await hub.post(padded(8 * MiB), NDJSON), 413);
    assert.equal((await hub.post(body, NDJSON)).status, 200, 'and goes on');
  });

  await t.test('each limit has counted what it turned away', async () => {
    const metrics = await hub.metrics();
    const reached = (key) => metrics.value('sse_worker_limit_reached_total', {key});
    assert.equal(reached('publish.event_bytes_max'), 12, 'two by itself and one in a batch, of four kinds');
    assert.equal(reached('publish.batch_max'), 2);
    assert.equal(reached('publish.topics_max'), 2);
    assert.equal(reached('publish.topic_bytes_max'), 6);
    assert.equal(reached('fastcgi.body_bytes_max'), 3);
    assert.equal(reached('streams.max'), 0);
  });

  await t.test('nothing that was refused has arrived', async () => {
    const taken = (await hub.poll({topic: 't', lastEventId: 'earliest'})).body.events.length;
    await reader.got(taken);
    assert.equal(reader.events.length, taken);
    assert.ok(reader.events.every(({data}) => Buffer.byteLength(data) <= 1000));
  });
});

test('limits as shipped', async (t) => {
  const hub = await startHub(t);

  await t.test('an event of 1 MiB arrives, one byte more is refused', async (t) => {
    const reader = await hub.read({topic: 'large'}, {t});
    const data = 'y'.repeat(MiB);
    assert.equal((await hub.json({topic: 'large', data})).status, 200);
    assert.equal((await hub.form({topic: 'large', data})).status, 200);
    assertProblem(await hub.json({topic: 'large', data: `${data}y`}), 413, 'data');
    // As many lines as there can be: each of them gets a `data: ` of its own.
    assert.equal((await hub.json({topic: 'large', data: '\n'.repeat(MiB - 1)})).status, 200);
    await reader.got(3, 20000);
    assert.ok(reader.data[0] === data && reader.data[1] === data && reader.data[2] === '\n'.repeat(MiB - 1));
  });

  await t.test('a body of 8 MiB is taken, one byte more is refused by nginx, in the same words', async () => {
    const body = `${JSON.stringify({topic: 't', data: 'x'})}\n`;
    assert.equal((await hub.post(body.padEnd(8 * MiB), NDJSON)).status, 200);
    assertProblem(await hub.post(body.padEnd(8 * MiB + 1), NDJSON), 413);
    assertProblem(await hub.post(`topic=t&data=${'x'.repeat(8 * MiB)}`, FORM), 413);
  });

  await t.test('a batch of 10,000 events', async () => {
    const items = Array.from({length: 10000}, (_, n) => ({topic: 'many', data: n}));
    await hub.publishAll(items);
    assertProblem(await hub.batch([...items, items[0]]), 413);
  });

  await t.test('100 topics of 1,024 bytes', async () => {
    const topics = Array.from({length: 100}, (_, n) => String(n).padEnd(1024, '-'));
    await hub.publish({topic: topics, data: 'x'});
    assertProblem(await hub.json({topic: [...topics, 'x'], data: 'x'}), 400, 'topic');
    assertProblem(await hub.json({topic: `${topics[0]}-`, data: 'x'}), 400, 'topic');
  });
});
