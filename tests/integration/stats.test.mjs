// The stream of the worker's own figures, through nginx: that they are true, who may read them, and that it is a stream
// like any other where streams are counted, limited and ended.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {assertStreamHeaders} from '../lib/greeting.mjs';
import {assertProblem} from '../lib/problem.mjs';
import {configText, startHub} from '../lib/hub.mjs';
import {assertTurnedAway} from '../lib/turned_away.mjs';
import {events} from '../lib/sse.mjs';
import {now, until} from '../lib/wait.mjs';

// nginx believes what a test says about where it is.
const anywhere = {nginx: {server: 'set_real_ip_from 127.0.0.1; real_ip_header X-Test-Address;'}};
const from = (address) => ({headers: {'X-Test-Address': address}});

const figures = (answer) => events(answer.frames).map(({data}) => JSON.parse(data));

async function watch(hub, more) {
  const answer = await hub.ask('topic=$stats', more).head();
  assert.equal(answer.status, 200, answer.text);
  return answer;
}

// The first figures for which `condition` holds.
function when(answer, condition, what) {
  return until(() => figures(answer).find(condition), what, 20_000);
}

for (const loops of [1, 3]) {
  test(`the figures are those of the whole process, with ${loops} loop${loops > 1 ? 's' : ''}`, async (t) => {
    const hub = await startHub(t, {loops});
    const watchers = await Promise.all(Array.from({length: 6}, () => watch(hub)));
    const [watcher] = watchers;
    assertStreamHeaders(watcher);
    await watcher.events(1);
    const [first] = figures(watcher);
    assert.equal(first.seconds, undefined, 'the first event comes at once, without what takes time');
    assert.ok(first.memory_bytes > 1e6 && first.memory_bytes < 1e9, `${first.memory_bytes} bytes`);

    const readers = await Promise.all(Array.from({length: 20}, () => hub.read({topic: 't'})));
    await when(watcher, ({streams}) => streams === 26, 'all streams are seen');
    const before = figures(watcher).length;
    await hub.publishAll(Array.from({length: 50}, (_, n) => ({topic: 't', data: n})));
    for (const reader of readers) await reader.got(50);
    const sum = (key) =>
      Math.round(
        figures(watcher)
          .slice(before)
          .reduce((all, each) => all + each[key] * each.seconds, 0),
      );
    // Rates and times are rounded.
    const all = (key, wanted) => Math.abs(sum(key) - wanted) <= 2;
    await until(() => all('delivered_events_per_second', 1000), 'all deliveries are told', 20_000);
    assert.ok(all('published_events_per_second', 50));
    assert.ok(sum('delivered_bytes_per_second') > 1000 * 20);
    const busy = await when(watcher, (each) => each.events_per_flush > 0, 'flushes are told');
    assert.ok(busy.flushes_per_second > 0 && busy.publish_seconds.p50 > 0 && busy.cpu_cores > 0);
    assert.ok(busy.publish_seconds.p99 >= busy.publish_seconds.p50 && busy.publish_seconds.p99 <= 10);
    await when(watcher, (each) => each.loop_lag_seconds?.p99 > 0, 'how late timers are');
    await hub.form('topic=$stats&data=x');
    await hub.form('topic=t&data=x&id=%0A');
    const told = await when(watcher, (each) => each.rejected_events_total === 2, 'refusals are told');
    assert.equal(told.history_events, 50);
    assert.ok(told.history_bytes > 50 && told.streams_max === 20000);

    // Each event is made once, for the readers of all loops.
    const times = (answer) => new Set(figures(answer).map(({time}) => time));
    for (const other of watchers.slice(1)) {
      const common = [...times(other)].filter((time) => times(watcher).has(time));
      assert.ok(common.length >= times(other).size - 1, 'all watchers see the same events');
    }
    assert.equal(times(watcher).size, figures(watcher).length, 'nobody sees one twice');
  });
}

test('one event a second', async (t) => {
  const hub = await startHub(t);
  const seen = await (await watch(hub)).events(4, 8000);
  const apart = (seen.at(-1).at - seen[0].at) / 3;
  assert.ok(apart > 900 && apart < 1400, `one each ${apart} ms`);
  for (const {event, id} of seen) assert.deepEqual([event, id], ['message', undefined]);
});

test('who may read it', async (t) => {
  const hub = await startHub(t, {}, anywhere);
  for (const address of ['127.0.0.1', '127.1.2.3', '::1']) (await watch(hub, from(address))).leave();
  for (const address of ['203.0.113.9', '::ffff:10.0.0.1', '2001:db8::1']) {
    const refused = await hub.nginx.fetch('/events?topic=$stats', from(address));
    const {detail} = assertProblem(refused, 401);
    assert.ok(detail.includes(address) && detail.includes('stats.allowed'), detail);
  }
  await hub.read('topic=t'); // everybody else reads as ever
});

test('the configuration decides, and is read again', async (t) => {
  const hub = await startHub(t, {stats: {allowed: 'nobody'}}, anywhere);
  assertProblem(await hub.nginx.fetch('/events?topic=$stats'), 403, /disabled by stats\.allowed/);
  fs.writeFileSync(
    path.join(hub.worker.directory, 'sse-worker.yaml'),
    configText({stats: {allowed: 'anyone', interval_seconds: 0.1}}),
  );
  hub.worker.process.kill('SIGHUP');
  await until(() => /reloaded: /.test(hub.worker.process.stderr), 'the new file is in force');
  const answer = await watch(hub, from('203.0.113.9'));
  const seen = await answer.events(6);
  assert.ok(seen.at(-1).at - seen[0].at < 2000, 'ten events a second');
});

test('what it cannot be asked', async (t) => {
  const hub = await startHub(t);
  assertProblem(await hub.nginx.fetch('/events?topic=$stats&topic=t'), 400, 'topic');
  assertProblem(await hub.nginx.fetch('/events?topic=*&topic=$stats'), 400, 'topic');
  assertProblem(await hub.nginx.fetch('/events?topic=$other'), 400, 'topic');
  assertProblem(await hub.nginx.fetch('/events?topic=$stats&poll=1'), 400, 'poll');
  assertProblem(await hub.form('topic=$stats&data=x'), 400, 'topic');
  assertProblem(await hub.json({topic: ['t', '$mine'], data: 'x'}), 400, 'topic');
});

test('figures go to nobody who asked for all topics', async (t) => {
  const hub = await startHub(t, {stats: {interval_seconds: 0.1}});
  const all = await hub.read('topic=*');
  await (await watch(hub)).events(5);
  await hub.publish({topic: 't', data: 'the only one'});
  await all.got(1);
  assert.deepEqual(all.data, ['the only one']);
});

test('it is counted, limited and ended as every stream is', async (t) => {
  const hub = await startHub(t, {streams: {max: 2, retry_seconds: 1}});
  const one = await watch(hub);
  const two = await watch(hub);
  assertTurnedAway(await hub.nginx.fetch('/events?topic=$stats'));
  assertTurnedAway(await hub.nginx.fetch('/events?topic=t'));
  assert.equal((await hub.metrics()).streams, 2);
  two.leave();
  await hub.worker.measured((metrics) => metrics.streams === 1, 'the one who left is seen');
  const stopping = now();
  hub.worker.process.kill('SIGTERM');
  await one.done(5000);
  assert.ok(now() - stopping < 3000);
  assert.ok(one.frames.at(-1).retry >= 1000, 'told when to come back');
});
