// /metrics: what Prometheus' own tool has to say about it, and whether the figures are true.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {test} from 'node:test';
import {startHub} from '../lib/hub.mjs';

// Accepts the text, and its advice on names counts: it prints one line for each and exits with 3.
function promtool(text) {
  const {error, status, stdout, stderr} = spawnSync('promtool', ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
  });
  if (error) {
    const hint = 'promtool is missing; it comes with the package prometheus: deploy/local/packages integration';
    throw new Error(`${hint} (${error.message})`);
  }
  return {status, said: `${stdout}${stderr}`};
}

async function assertPromtoolIsContent(hub) {
  const answer = await hub.nginx.fetch('/metrics');
  assert.match(answer.header('content-type'), /^text\/plain; version=0\.0\.4/);
  assert.deepEqual(promtool(answer.text), {status: 0, said: ''});
  return answer.text;
}

test('promtool', async (t) => {
  assert.notEqual(promtool('# TYPE bad_total gauge\nbad_total 1\nbad_total 1\n').status, 0, 'it does look');
  const hub = await startHub(t, {loops: 2, history: {topic_events_max: 50}});

  await t.test('of a worker that has done nothing', () => assertPromtoolIsContent(hub));

  await t.test('of one that has done a bit of everything', async (t) => {
    const readers = await Promise.all(Array.from({length: 10}, () => hub.read({topic: ['a', 'b/*']}, {t})));
    await hub.publishAll(Array.from({length: 200}, (_, n) => ({topic: n % 2 ? 'a' : 'b/c', data: n})));
    await hub.form('data=x');
    await hub.read({topic: 'a', lastEventId: 'nonsense'}, {t});
    await hub.poll({topic: 'a', lastEventId: 'earliest'});
    for (const reader of readers) await reader.got(200);
    await hub.publish({topic: 'c', close: 1});
    await (await hub.read({topic: 'c'}, {t})).over();
    await assertPromtoolIsContent(hub);
  });

  await t.test("every name is the worker's own, with a unit or a count", async () => {
    const text = await assertPromtoolIsContent(hub);
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]);
    assert.ok(types.length > 20);
    for (const [name, type] of types) {
      assert.match(name, /^sse_worker_[a-z_]+$/);
      assert.equal(name.endsWith('_total'), type === 'counter', name);
      assert.ok(text.includes(`# HELP ${name} `), name);
    }
  });

  await t.test('all that an operator asks for is there', async () => {
    const metrics = await hub.metrics();
    for (const name of [
      'streams',
      'stream_opens_total',
      'stream_closes_total',
      'published_events_total',
      'published_bytes_total',
      'rejected_events_total',
      'delivered_events_total',
      'delivered_bytes_total',
      'flushes_total',
      'events_per_flush_count',
      'outbox_high_water_bytes',
      'stalled_closes_total',
      'gaps_total',
      'replayed_events_total',
      'publish_seconds_bucket',
      'history_events',
      'history_bytes',
      'history_oldest_event_age_seconds',
      'loop_lag_seconds_bucket',
      'loop_turn_seconds_bucket',
      'loop_turn_seconds_max',
      'conflated_events_total',
      'limit_reached_total',
    ]) {
      assert.notEqual(metrics.value(`sse_worker_${name}`), undefined, name);
    }
  });
});

test('the figures are those of what happened', async (t) => {
  const hub = await startHub(t);
  const before = await hub.metrics();
  const readers = await Promise.all(Array.from({length: 5}, () => hub.read({topic: 't'})));
  for (let n = 0; n < 20; ++n) await hub.publish({topic: 't', data: n});
  await hub.publishAll(
    Array.from({length: 80}, (_, n) => ({topic: n < 40 ? 't' : 'nobody reads it', data: n})),
  );
  for (const reader of readers) await reader.got(60);
  await hub.form('topic=t&id=%0A');
  await hub.batch(['{', {topic: 't', data: 'good'}]);
  for (const reader of readers) await reader.got(61);
  const late = await hub.read({topic: 't', lastEventId: 'earliest'});
  await late.got(61);
  const unknown = await hub.read({topic: 'u', lastEventId: 'nonsense'});
  await unknown.when(({gaps}) => gaps.length === 1, 'the gap');
  readers[0].leave();

  const wanted = {
    published_events_total: 101,
    rejected_events_total: 2,
    delivered_events_total: 5 * 61 + 61,
    replayed_events_total: 61,
    gaps_total: 1,
    stalled_closes_total: 0,
    stream_opens_total: 7,
    publish_seconds_count: 22,
    history_events: 101,
    history_topics: 2,
    streams: 6,
    subscribers: 6,
    cohorts: 2,
  };
  const values = (metrics) =>
    Object.fromEntries(Object.keys(wanted).map((name) => [name, metrics.value(`sse_worker_${name}`)]));
  const after = await hub.worker.measured((now) => now.streams === 6, 'the one who left is seen');
  assert.deepEqual(values(after), wanted);
  assert.equal(after.value('sse_worker_stream_closes_total', {reason: 'client_closed'}), 1);
  assert.ok(after.value('sse_worker_delivered_bytes_total') > 366 * 20);
  assert.ok(
    after.value('sse_worker_published_bytes_total') > before.value('sse_worker_published_bytes_total') + 1000,
  );

  const health = (await hub.nginx.fetch('/healthz')).json;
  assert.equal(health.status, 'ok');
  assert.equal(health.streams, 6);
  assert.equal(health.history.events, 101);
});
