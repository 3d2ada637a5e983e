// SIGUSR2: the next program takes the worker over, and no reader notices.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {fetch, open} from '../lib/fcgi.mjs';
import {configText, startHub} from '../lib/hub.mjs';
import {run} from '../lib/process.mjs';
import {binary} from '../lib/places.mjs';
import {startMercure} from '../lib/mercure.mjs';
import {get, request} from '../lib/records.mjs';
import {startRedis} from '../lib/redis.mjs';
import {Program, takeOver} from '../lib/takeover.mjs';
import {readerToken, readersOf} from '../lib/tokens.mjs';
import {startWorker} from '../lib/worker.mjs';
import {Population} from '../drill/population.mjs';

const journal = (t) => ({kind: 'sqlite', path: path.join(temporaryDirectory(t), 'journal.db')});

// A hub whose worker's program can be replaced.
async function start(t, config = {}, options = {}) {
  const program = new Program(t);
  const hub = await startHub(t, {store: journal(t), ...config}, {wrap: program.wrap, ...options});
  return Object.assign(hub, {program});
}

const unnoticed = {lost: 0, repeated: 0, reordered: 0, gaps: 0, reconnects: 0};

async function underLoad(t, hub, {readers, times}) {
  const population = new Population(t, hub.port, {readers});
  await population.start();
  const {pid} = hub.worker;
  const pauses = [];
  const descriptors = [];
  for (let n = 0; n < times; ++n) {
    const {pause, streams} = await takeOver(hub.worker);
    assert.equal(streams, readers);
    pauses.push(Math.round(pause));
    descriptors.push(hub.worker.descriptors);
  }
  // Some are of publishes under way.
  assert.ok(descriptors.at(-1) < descriptors[0] + 10, `each leaves none behind: ${descriptors.join(', ')}`);
  const {lost, repeated, reordered, gaps, reconnects, acknowledged} = await population.end();
  assert.deepEqual({lost, repeated, reordered, gaps, reconnects}, unnoticed);
  assert.ok(acknowledged > 0);
  assert.equal(hub.worker.pid, pid, 'a supervisor sees one process');
  t.diagnostic(`${acknowledged} events to ${readers} readers, pauses of ${pauses.join(', ')} ms`);
}

test('100 readers under load do not notice five takeovers', async (t) => {
  await underLoad(t, await start(t), {readers: 100, times: 5});
});

test('nor do those of a worker with two loops', async (t) => {
  await underLoad(t, await start(t, {loops: 2}), {readers: 20, times: 3});
});

test('nor with the store memory, whose history goes along', async (t) => {
  await underLoad(t, await start(t, {store: {kind: 'memory'}}), {readers: 20, times: 3});
});

test('nor with Redis', async (t) => {
  const redis = await startRedis(t);
  await underLoad(t, await start(t, {store: {kind: 'redis', url: redis.url}}), {readers: 20, times: 3});
});

test('every publish is answered 200 meanwhile', async (t) => {
  const hub = await start(t);
  const reader = await hub.read('topic=a');
  let running = true;
  let count = 0;
  const publishing = Array.from({length: 4}, async () => {
    while (running) {
      await hub.publish({topic: 'a', data: `${count}`});
      count += 1;
    }
  });
  for (let n = 0; n < 3; ++n) await takeOver(hub.worker);
  running = false;
  await Promise.all(publishing);
  await reader.got(count);
  assert.equal(reader.events.length, count);
  assert.equal(reader.connects, 1);
});

test('a reader whose socket is full gets the rest, each event once', async (t) => {
  const hub = await start(t);
  const reader = await hub.read('topic=a');
  reader.stall();
  const data = (n) => `${n} ${'x'.repeat(50_000)}`;
  const count = 400; // more than the sockets of nginx and of the kernel take
  for (let n = 0; n < count; ++n) await hub.publish({topic: 'a', data: data(n)});
  await hub.worker.measured((metrics) => metrics.value('sse_worker_outbox_high_water_bytes') > 0, 'its socket is full');
  await takeOver(hub.worker);
  await takeOver(hub.worker);
  reader.unstall();
  await reader.got(count, 20_000);
  assert.deepEqual(reader.data.map((text) => text.split(' ')[0]), Array.from({length: count}, (_, n) => `${n}`));
  assert.equal(reader.connects, 1);
  assert.deepEqual(reader.gaps, []);
});

test('a stream keeps its templates, its grant and its heartbeats', async (t) => {
  const hub = await start(t, {...JSON.parse(readersOf()), streams: {heartbeat_seconds: 1}});
  const bearing = (...token) => ({headers: {Authorization: `Bearer ${readerToken(...token)}`}});
  const granted = hub.reader('topic=orders/*&heartbeat=event', bearing('alice', ['orders/*']));
  const template = hub.reader('template=rooms/{id}');
  const expiring = hub.reader('topic=orders/1', bearing('bob', ['orders/*'], 8));
  for (const each of [granted, template, expiring]) await each.opened();
  await takeOver(hub.worker);
  await hub.publish({topic: 'orders/1', data: 'private', private: true});
  await hub.publish({topic: 'rooms/1', data: 'room'});
  const is = (data) => (event) => event.data === data;
  await granted.when(({events}) => events.some(is('private')), 'the private event');
  await template.when(({events}) => events.some(is('room')), 'the event of the template');
  const beats = () => granted.events.filter(({event}) => event === 'heartbeat').length;
  const before = beats();
  await granted.when(() => beats() > before, 'a heartbeat');
  await expiring.when(({events}) => events.some(({event}) => event === 'expired'), 'the grant ends', 10_000);
  const control = (body) =>
    hub.nginx.fetch('/control', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)});
  assert.deepEqual((await control({action: 'end', subject: 'alice', refuseSeconds: 60})).json, {ended: 1});
  await granted.when(({events}) => events.some(({event}) => event === 'expired'), 'the grant is revoked');
  await takeOver(hub.worker);
  const again = hub.reader('topic=orders/1', bearing('alice', ['orders/*']));
  await again.when(({refused}) => refused?.status === 401, 'what was revoked stays so');
});

test('a topic that is closed afterwards ends the stream', async (t) => {
  const hub = await start(t);
  const reader = await hub.read('topic=a');
  await takeOver(hub.worker);
  await hub.publish({topic: 'a', data: 'last', close: true});
  await reader.when(({closed}) => closed, 'the stream is over');
  assert.deepEqual(reader.data, ['last']);
});

test('a program with another store, which does not know the cursors, tells a gap in the stream', async (t) => {
  const hub = await start(t);
  const reader = await hub.read('topic=a');
  await hub.publish({topic: 'a', data: '1'});
  await reader.got(1);
  fs.writeFileSync(path.join(hub.worker.directory, 'sse-worker.yaml'), configText({store: journal(t)}));
  await takeOver(hub.worker);
  await reader.when(({gaps}) => gaps.length === 1, 'a gap');
  assert.equal(reader.gaps[0].reason, 'restarted');
  await hub.publish({topic: 'a', data: '2'});
  await reader.got(2);
  assert.equal(reader.connects, 1);
});

test('what cannot be carried ends as in a drain', async (t) => {
  const hub = await startMercure(t, {subscriptions: true}, {}, {wrap: new Program(t).wrap});
  const poll = hub.poll({topic: 'a', poll: 60});
  const counted = await hub.subscriber({topic: 'm'}, {again: 20});
  const carried = await hub.read('topic=a');
  await takeOver(hub.worker);
  assert.equal((await poll).status, 200);
  await counted.when(({connects, open}) => connects === 2 && open, 'a reader who is an active subscription comes back', 10_000);
  await hub.publish({topic: ['a', 'm'], data: 'x'});
  await counted.got(1);
  await carried.got(1);
  assert.equal(carried.connects, 1);
});

test('connections of the web server that wait for a request are served by the next program', async (t) => {
  const worker = await startWorker(t, {wrap: new Program(t).wrap});
  const kept = await open(t, worker.address, '/healthz', {keep: true});
  await kept.answer();
  await takeOver(worker);
  kept.write(request(get('/healthz', {}), {keep: true}));
  assert.equal((await kept.answer(1)).status, 200);
});

test('a socket that the worker has made is removed by the program that ends', async (t) => {
  const directory = temporaryDirectory(t);
  const socket = path.join(directory, 'own.sock');
  const local = path.join(directory, 'publish.sock');
  const config = {listen: socket, publish: {listen: local}};
  const worker = await startWorker(t, {by: 'alone', socket, config, wrap: new Program(t).wrap});
  await takeOver(worker);
  assert.equal((await fetch(t, socket, '/healthz')).status, 200);
  const piped = await run('sh', ['-c', `echo hello | ${binary} pipe --socket ${local} --topic a`]);
  assert.equal(piped.code, 0, piped.stderr);
  await worker.stop();
  assert.ok(!fs.existsSync(socket));
  assert.ok(!fs.existsSync(local));
});

test('a signal that comes during a takeover is heard', async (t) => {
  const hub = await start(t);
  await hub.read('topic=a');
  hub.worker.process.kill('SIGUSR2');
  hub.worker.process.kill('SIGUSR2');
  hub.worker.process.kill('SIGTERM');
  assert.deepEqual(await hub.worker.process.exited(10_000), {code: 0, signal: null});
});

test('SIGTERM ends the worker at whatever moment of a takeover it comes', async (t) => {
  const program = new Program(t);
  for (let n = 0; n < 8; ++n) {
    const worker = await startWorker(t, {config: {drain_seconds: 0}, wrap: program.wrap});
    worker.process.kill('SIGUSR2');
    await worker.process.says('stderr', /rehearsing/);
    if (n > 0) await worker.process.says('stderr', n % 2 === 0 ? /accept_pause_ms/ : /took over/, 10_000);
    worker.process.kill('SIGTERM');
    assert.deepEqual(await worker.process.exited(10_000), {code: 0, signal: null}, worker.process.stderr);
  }
});
