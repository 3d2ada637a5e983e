// The metrics that answer what an operator asks: how long events take to the sockets, which topics are busy, what waits for
// slow readers, how old the streams are. Through nginx, in /metrics and in $stats.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {configText, startHub} from '../lib/hub.mjs';
import {run} from '../lib/process.mjs';
import {events} from '../lib/sse.mjs';
import {until} from '../lib/wait.mjs';

const delivery = 'sse_worker_delivery_seconds';
const rate = 'sse_worker_topic_events_per_second';

// The newest figures for which `condition` holds.
async function stats(hub, condition, what) {
  const answer = await hub.ask('topic=$stats').head();
  assert.equal(answer.status, 200, answer.text);
  const figures = () => events(answer.frames).map(({data}) => JSON.parse(data));
  const found = await until(() => figures().findLast(condition), what, 20_000);
  answer.leave();
  return found;
}

async function reload(hub, config) {
  const before = hub.worker.process.stderr.length;
  fs.writeFileSync(path.join(hub.worker.directory, 'sse-worker.yaml'), configText(config));
  hub.worker.process.kill('SIGHUP');
  await until(() => hub.worker.process.stderr.slice(before).includes('reloaded: '), 'the new file is in force');
}

for (const loops of [1, 2]) {
  test(`the time from the append to the sockets, with ${loops} loop${loops > 1 ? 's' : ''}`, async (t) => {
    const hub = await startHub(t, {loops});
    const readers = await Promise.all(Array.from({length: 4}, (_, n) => hub.read({topic: n % 2 ? 'a' : ['a', 'b']})));
    assert.equal(await hub.metric(`${delivery}_count`), 0);
    for (let n = 1; n <= 20; ++n) {
      await hub.publish({topic: 'a', data: n});
      for (const reader of readers) await reader.got(n);
    }
    const metrics = await hub.worker.measured((now) => now.value(`${delivery}_count`) >= 80, 'every write is counted');
    assert.equal(metrics.value(`${delivery}_count`), 80);
    // No test can say how long it takes on a machine that does much else; but it takes no time at all nowhere.
    const sum = metrics.value(`${delivery}_sum`);
    assert.ok(sum > 0 && sum < 80 * 60, `${sum} s`);
    assert.equal(metrics.value(`${delivery}_bucket`, {le: '+Inf'}), 80);

    // The history is no delivery.
    const late = await hub.read({topic: 'a', lastEventId: 'earliest'});
    await late.got(20);
    await hub.poll({topic: 'a', lastEventId: 'earliest'});
    assert.equal(await hub.metric(`${delivery}_count`), 80);
    await hub.publish({topic: 'a', data: 21});
    await late.got(21);
    await hub.worker.measured((now) => now.value(`${delivery}_count`) === 85, 'it is live now');
  });
}

test('$stats has quantiles of it', async (t) => {
  const hub = await startHub(t, {stats: {interval_seconds: 0.5}});
  const reader = await hub.read({topic: 'a'});
  let going = true;
  const publishing = (async () => {
    for (let n = 1; going; ++n) {
      await hub.publish({topic: 'a', data: n});
      await reader.got(n);
    }
  })();
  const told = await stats(hub, (each) => each.delivery_seconds, 'a second with deliveries');
  going = false;
  await publishing;
  assert.ok(told.delivery_seconds.p50 > 0 && told.delivery_seconds.p99 >= told.delivery_seconds.p50);
});

test('the busiest topics', async (t) => {
  const hub = await startHub(t);
  const names = async () => (await hub.metrics()).samples.filter(({name}) => name === rate).map(({labels}) => labels.topic);
  const repeated = (topic, count, more) => Array.from({length: count}, (_, n) => ({topic, data: n, ...more}));
  const strange = 'say "hi" \\ {x="1"} 5';

  await t.test('a quiet worker names none', async () => assert.deepEqual(await names(), []));
  await t.test('the names, the busiest first, and none that is not for others', async () => {
    await hub.publishAll([...repeated('busy', 300), ...repeated(strange, 60), ...repeated('secret', 300, {private: true}), ...repeated('rare', 3)]);
    const text = (await hub.nginx.fetch('/metrics')).text;
    const lines = text.split('\n').filter((line) => line.startsWith(rate));
    assert.equal(lines.length, 2, lines.join('\n'));
    assert.match(lines[0], /^\w+\{topic="busy"\} \d/);
    assert.ok(lines[1].startsWith(`${rate}{topic="say \\"hi\\" \\\\ {x=\\"1\\"} 5"} `), lines[1]);
    assert.ok(!text.includes('secret') && !text.includes('rare'));
    // Averages over a minute: 300 events are five a second, or less after some seconds.
    const value = Number(lines[0].split(' ').at(-1));
    assert.ok(value > 1 && value <= 5, lines[0]);
    const {code, stdout, stderr} = await run('bash', ['-c', `curl -sf http://127.0.0.1:${hub.port}/metrics | promtool check metrics`]);
    assert.deepEqual([code, stdout, stderr], [0, '', '']);
  });
  await t.test('a flood of long names takes no room and hides none', async () => {
    for (let batch = 0; batch < 10; ++batch) {
      await hub.publishAll([...Array.from({length: 500}, (_, n) => ({topic: `${batch}-${n}-`.padEnd(1000, 'x'), data: n})), ...repeated('busy', 300)]);
    }
    const [first, ...others] = await names();
    assert.equal(first, 'busy');
    assert.ok(others.length <= 9 && others.every((name) => Buffer.byteLength(name) <= 100), `${others}`);
  });
  await t.test('$stats names them, unless anyone may read it', async () => {
    const told = await stats(hub, (each) => each.busiest_topics?.length > 0, 'topics');
    assert.equal(told.busiest_topics[0].topic, 'busy');
    assert.ok(told.busiest_topics[0].events_per_second > 5);
    await reload(hub, {stats: {allowed: 'anyone', interval_seconds: 0.1}});
    // The event before the reload may have been the last one that was made.
    const open = await hub.ask('topic=$stats').head();
    await open.events(3);
    assert.ok(!('busiest_topics' in JSON.parse(events(open.frames).at(-1).data)));
    assert.equal((await names())[0], 'busy');
  });
  await t.test('none where the operator wants none', async () => {
    await reload(hub, {stats: {busiest_topics: 0}});
    await hub.publishAll(repeated('busy', 100));
    assert.deepEqual(await names(), []);
  });
  await t.test('as many as the operator wants', async () => {
    await reload(hub, {stats: {busiest_topics: 1}});
    await hub.publishAll([...repeated('busy', 100), ...repeated('other', 200)]);
    assert.deepEqual(await names(), ['other']);
  });
});

test('what waits for a reader that does not read', async (t) => {
  const hub = await startHub(t, {streams: {stall_seconds: 600}});
  const [slow, healthy] = [await hub.read({topic: 'a'}), await hub.read({topic: 'a'})];
  const waiting = (metrics) => ['outbox_bytes', 'outbox_connections', 'unread_bytes'].map((name) => metrics.value(`sse_worker_${name}`));
  assert.deepEqual(waiting(await hub.metrics()), [0, 0, 0]);
  slow.stall();
  // More than nginx and the sockets hold.
  for (let n = 1; n <= 400; ++n) {
    await hub.publish({topic: 'a', data: 'x'.repeat(50_000)});
    await healthy.got(n);
  }
  const full = await hub.worker.measured((now) => waiting(now)[1] === 1 && waiting(now)[2] > 50_000, 'its socket is full');
  const [bytes] = waiting(full);
  assert.ok(bytes > 0 && bytes <= 60_000, `${bytes} bytes, which one event at most is`);
  const told = await stats(hub, (each) => each.outbox_connections === 1, '$stats');
  assert.ok(told.outbox_bytes > 0 && told.unread_bytes > 50_000, JSON.stringify(told));
  slow.leave();
  await hub.worker.measured((now) => waiting(now).every((each) => each === 0), 'nothing waits any more');
});

test('how old the streams are', async (t) => {
  const hub = await startHub(t, {loops: 2});
  const ages = (metrics) => ['under_1m', 'under_10m', 'under_1h', 'under_1d', 'over_1d'].map((age) => metrics.value('sse_worker_streams_by_age', {age}));
  assert.deepEqual(ages(await hub.metrics()), [0, 0, 0, 0, 0]);
  const readers = await Promise.all(Array.from({length: 7}, () => hub.read({topic: 'a'})));
  const counted = (count) => hub.worker.measured((now) => ages(now).reduce((sum, each) => sum + each) === count, `${count} streams are counted`, 20_000);
  const [young, ...older] = ages(await counted(7));
  // The machine may be very slow, but not by ten minutes.
  assert.equal(young + older[0], 7);
  const told = await stats(hub, (each) => each.streams_by_age.under_1m + each.streams_by_age.under_10m === 7, '$stats');
  assert.deepEqual(Object.keys(told.streams_by_age), ['under_1m', 'under_10m', 'under_1h', 'under_1d', 'over_1d']);
  for (const reader of readers.slice(2)) reader.leave();
  await counted(2);
});
