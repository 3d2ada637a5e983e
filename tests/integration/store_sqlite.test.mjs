// A worker whose journal is a file, as its clients see it: nothing lost over a restart, and what they are told when the file
// is not as it should be.
import assert from 'node:assert/strict';
import path from 'node:path';
import {test} from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {endPower, moveAway, overwrite, smallDisk, truncate} from '../lib/store_faults.mjs';
import {assertProblem} from '../lib/problem.mjs';
import {configText, startHub} from '../lib/hub.mjs';
import {startNginx} from '../lib/nginx.mjs';
import {run} from '../lib/process.mjs';
import {until} from '../lib/wait.mjs';
import {startWorker} from '../lib/worker.mjs';

const kept = (file, more) => ({store: {kind: 'sqlite', path: file, ...more}});
const fileOf = (t) => path.join(temporaryDirectory(t), 'journal.db');
const health = async (hub) => hub.nginx.fetch('/healthz');
const well = (hub) => until(async () => (await health(hub)).status === 200, 'it is well again', 15000);

for (const durability of ['process', 'full']) {
  test(`a restart is nothing that a reader notices, ${durability}`, async (t) => {
    const settings = kept(fileOf(t), {durability});
    const hub = await startHub(t, settings);
    const reader = await hub.read({topic: 't'}, {again: 50});
    const first = await hub.publish({topic: 't', data: 'one'});
    await reader.got(1);
    const own = {topic: ['t', 'ended'], data: 'two', id: 'mine', close: 0};
    await hub.publish(own);
    await hub.publish({topic: 'ended', data: 'bye', close: 1});
    await hub.restart(settings);
    const third = await hub.publish({topic: 't', data: 'three'});
    await reader.got(3);
    assert.deepEqual(reader.data, ['one', 'two', 'three']);
    assert.deepEqual(reader.gaps, []);
    assert.equal(third.split('-')[0], first.split('-')[0], 'the same epoch');
    assert.equal(await hub.publish(own), 'mine');
    assertProblem(await hub.json({...own, topic: 't'}), 409, 'id');
    assertProblem(await hub.json({topic: 'ended', data: 'x'}), 409, 'topic');
    const {body} = await hub.poll({topic: 't', lastEventId: first});
    assert.deepEqual(body.events.map(({data}) => data), ['two', 'three']);
  });
}

test('a second worker on the file waits, says so, and takes over', async (t) => {
  const file = fileOf(t);
  const hub = await startHub(t, kept(file));
  const id = await hub.publish({topic: 't', data: 'one'});
  const second = await startWorker(t, {config: configText(kept(file)), anyHealth: true});
  // A request from anywhere, over the loopback.
  const before = await startNginx(t, second.address, {server: 'set_real_ip_from 127.0.0.1; real_ip_header X-Test-Address;'});
  const elsewhere = {headers: {'X-Test-Address': '192.0.2.7'}};
  const unhealthy = await before.fetch('/healthz');
  assert.equal(unhealthy.status, 503);
  assert.match(unhealthy.json.reason, /journal\.db: another process uses the file/);
  // Where the file is, is nobody else's business.
  const shown = await before.fetch('/healthz', elsewhere);
  assert.equal(shown.status, 503);
  assert.deepEqual(shown.json, {status: 'unhealthy', store: {status: 'unavailable'}});
  // A subscriber has to retry, and gets no gap for events that are not lost.
  const stream = await before.fetch(`/events?topic=t&lastEventId=${id}`);
  assert.equal(stream.status, 200);
  assert.match(stream.text, /^:.*\n\nretry: \d+\n\n: the history is not loaded yet/);
  assert.doesNotMatch(stream.text, /gap|id:/);
  assertProblem(await before.fetch(`/events?topic=t&poll=0&lastEventId=${id}`), 503, /^The history is not loaded yet\. Retry later\.$/);
  await hub.worker.stop();
  await until(async () => (await second.fetch('/healthz')).status === 200, 'the second takes over', 15000);
  assert.deepEqual((await before.fetch('/healthz', elsewhere)).json, {status: 'ok', store: {status: 'ok'}});
  assert.equal(typeof (await before.fetch('/healthz')).json.streams, 'number');
  const answer = await before.fetch('/events?topic=t&poll=0&lastEventId=earliest');
  assert.deepEqual(answer.json.events.map(({data}) => data), ['one']);
  assert.equal(answer.json.events[0].id, id);
});

test('after the end of power readers are told once, and no place is given out again', async (t) => {
  const file = fileOf(t);
  const hub = await startHub(t, kept(file));
  const reader = await hub.read({topic: 't'}, {again: 50});
  for (let n = 1; n <= 20; ++n) await hub.publish({topic: 't', data: `${n} ${'x'.repeat(5_000)}`});
  await reader.got(20);
  const last = reader.events.at(-1).id;
  await hub.worker.stop('SIGKILL');
  endPower(file);
  await hub.restart(kept(file));
  // As many again: the new ones would have the places of those that are gone.
  for (let n = 21; n <= 40; ++n) await hub.publish({topic: 't', data: `${n}`});
  await reader.got(40, 15000);
  assert.deepEqual(reader.data.slice(20), Array.from({length: 20}, (_, n) => `${n + 21}`));
  assert.deepEqual(reader.gaps.map(({reason, lastEventId}) => ({reason, lastEventId})), [
    {reason: 'lost', lastEventId: last},
  ]);
  // One who was behind gets what is left of the history, too.
  const {body} = await hub.poll({topic: 't', lastEventId: last.replace(/\d+$/, '2')});
  assert.equal(body.gap.reason, 'lost');
  assert.match(body.events[0].data, /^3 /);
  assert.equal(body.events.at(-1).data, '40');
});

for (const [name, damage] of [['noise', overwrite], ['truncated', truncate]]) {
  test(`a file that is ${name}: said, left alone, and a new one when it is moved away`, async (t) => {
    const file = fileOf(t);
    const hub = await startHub(t, kept(file));
    const id = await hub.publish({topic: 't', data: 'x'.repeat(300_000)});
    await hub.worker.stop();
    damage(file);
    hub.worker = await startWorker(t, {
      config: configText(kept(file)), socket: hub.worker.address, directory: hub.worker.directory, anyHealth: true,
    });
    const unhealthy = await health(hub);
    assert.equal(unhealthy.status, 503);
    assert.match(unhealthy.json.reason, /journal\.db: .*(not a database|malformed); if the file is moved away, the worker creates a new one/);
    const refused = await hub.json({topic: 't', data: 'x'});
    assertProblem(refused, 503, /The store is unavailable/);
    assert.equal(refused.headers['retry-after'], '1');
    assert.equal(await hub.metric('sse_worker_store_available'), 0);
    const greeting = await hub.nginx.http('/events').head();
    assert.equal(greeting.status, 200, 'everything else goes on');
    greeting.leave();
    moveAway(file);
    await well(hub);
    await hub.publish({topic: 't', data: 'new'});
    const {body} = await hub.poll({topic: 't', lastEventId: id});
    assert.equal(body.gap.reason, 'restarted');
    assert.deepEqual(body.events.map(({data}) => data), ['new']);
  });
}

test('a full disk: refused with the reason, streams stay, and it recovers by itself', async (t) => {
  const disk = await smallDisk(t, path.join(temporaryDirectory(t), 'disk'), 1_500_000);
  if (!disk) return t.skip('this user may not mount a file system');
  // What is held may take more than the disk has.
  const settings = {...kept(path.join(disk, 'journal.db')), history: {topic_events_max: 3}};
  const hub = await startHub(t, settings);
  const reader = await hub.read({topic: ['big', 'news']}, {again: 50});
  const acknowledged = [];
  let refused;
  for (let n = 0; n < 100 && !refused; ++n) {
    const answer = await hub.json({topic: `big/${n}`, data: 'x'.repeat(50_000)});
    if (answer.status === 200) acknowledged.push(n);
    else refused = answer;
  }
  assertProblem(refused, 503, /journal\.db: database or disk is full/);
  assert.equal((await health(hub)).status, 503);
  assert.ok(reader.open, 'streams stay open');
  // Room is made by whoever looks after the disk.
  await t.test('with room again', async () => {
    const {code} = await run('mount', ['-o', 'remount,size=100m', disk]);
    assert.equal(code, 0);
    await well(hub);
    await hub.publish({topic: 'news', data: 'here again'});
    await reader.got(1);
    assert.equal(reader.connects, 1);
  });
  await hub.restart(settings);
  const again = await hub.read({topic: 'big/*'}, {cursor: 'earliest'});
  await again.got(acknowledged.length, 15000);
  await hub.publish({topic: 'big/last'});
  const all = await again.got(acknowledged.length + 1);
  assert.deepEqual(all.map(({data}) => data.length), [...acknowledged.map(() => 50_000), 0]);
  assert.deepEqual(again.gaps, []);
});

test('a limit of file size is a full disk: publishes are refused, and the worker lives', async (t) => {
  const limit = 1_000_000;
  const hub = await startHub(t, kept(fileOf(t)), {wrap: (own) => ['/usr/bin/env', 'prlimit', `--fsize=${limit}`, ...own]});
  const publishes = () => hub.json({topic: 't', data: 'x'.repeat(100_000)});
  let answer;
  await until(async () => (answer = await publishes()).status !== 200, 'the limit');
  assertProblem(answer, 503);
  assert.equal((await hub.nginx.fetch('/events?topic=t&poll=0&lastEventId=earliest')).status, 200);
});
