// A Redis that forgets, fills up or is replaced; workers that are killed.
import assert from 'node:assert/strict';
import test from 'node:test';
import {insist, moveTo, startRedis, startWorkers} from '../lib/redis.mjs';
import {until} from '../lib/wait.mjs';
import {startWorker} from '../lib/worker.mjs';

const numbers = (count, from = 0) => Array.from({length: count}, (_, n) => String(n + from));

test('FLUSHALL: connected readers are told of a gap, and go on', async (t) => {
  const redis = await startRedis(t);
  const {at} = await startWorkers(t, redis, 2);
  const readers = [await at(0).read({topic: 'a'}), await at(1).read({topic: 'b'})];
  const id = await at(0).publish({topic: 'a', data: 'before'});
  await readers[0].got(1);
  await redis.ask('FLUSHALL');
  for (const reader of readers) await reader.when(({gaps}) => gaps.length === 1, 'it is told of the gap');
  assert.equal(readers[0].gaps[0].reason, 'restarted');
  assert.equal(readers[0].gaps[0].lastEventId, id);
  assert.equal(readers[0].gaps[0].resumedFrom, readers[1].gaps[0].resumedFrom);
  await at(1).publish({topic: 'a', data: 'after'});
  assert.deepEqual((await readers[0].got(2)).map((event) => event.data), ['before', 'after']);
  const late = await at(1).read({topic: 'a'}, {cursor: id});
  assert.deepEqual((await late.got(1)).map((event) => event.data), ['after']);
  assert.equal(late.gaps[0].reason, 'restarted');
});

test('Redis is full: publishes are refused with the reason, and taken again when there is room', async (t) => {
  const redis = await startRedis(t);
  const {at} = await startWorkers(t, redis, 1);
  const reader = await at(0).read({topic: 'a'});
  await at(0).publish({topic: 'a', data: '0'});
  await redis.ask('CONFIG', 'SET', 'maxmemory', '1');
  const answer = await at(0).json({topic: 'a', data: 'no'});
  assert.equal(answer.status, 503);
  assert.match(answer.json.detail, /raise its maxmemory/);
  await redis.ask('CONFIG', 'SET', 'maxmemory', '0');
  await insist(at(0), {topic: 'a', data: '1', id: 'one'});
  assert.deepEqual((await reader.got(2)).map((event) => event.data), ['0', '1']);
  assert.equal(reader.connects, 1);
});

test('SIGHUP with another url: the hub goes on at a replica that was promoted', async (t) => {
  const old = await startRedis(t, ['--appendonly', 'yes', '--port', '0']);
  const {at, workers} = await startWorkers(t, old, 1);
  const reader = await at(0).read({topic: 'a'});
  for (const data of numbers(5)) await at(0).publish({topic: 'a', data});
  await reader.got(5);
  // A copy of all that it holds.
  const other = await startRedis(t, []);
  for (const key of ['cluster', 'events']) {
    // XADD and HSET by hand, in place of replication, which needs a port.
    const name = `{sse-worker}:${key}`;
    if (key === 'cluster') {
      const [epoch, last] = (await old.ask('HMGET', name, 'epoch', 'last')).split('\n');
      await other.ask('HSET', name, 'epoch', epoch, 'last', last);
    } else {
      const ids = (await old.ask('XRANGE', name, '-', '+')).split('\n').filter((line) => /^\d+-\d+$/.test(line));
      for (const id of ids) await other.ask('XADD', name, id, 'topics', 'a', 'event', 'data: x\n', 'at', '0');
    }
  }
  moveTo(workers[0], other);
  await until(() => other.ask('CLIENT', 'LIST').then((text) => /cmd=xread/.test(text)), 'it reads there');
  for (const data of numbers(5, 5)) await insist(at(0), {topic: 'a', data, id: `n${data}`});
  assert.deepEqual((await reader.got(10)).map((event) => event.data), numbers(10));
  assert.deepEqual(reader.gaps, []);
  assert.equal(reader.connects, 1);
  assert.equal(await old.ask('XLEN', '{sse-worker}:events'), '5');
  assert.equal(await other.ask('XLEN', '{sse-worker}:events'), '11'); // with the beginning of its term
});

test('two workers are killed in turn: every reader sees every event once', async (t) => {
  const redis = await startRedis(t);
  const {hub, workers, config} = await startWorkers(t, redis, 2);
  const readers = [];
  for (let n = 0; n < 40; ++n) readers.push(await hub.read({topic: 'a'}, {again: 20}));
  let next = 0;
  for (let round = 0; round < 4; ++round) {
    for (let n = 0; n < 25; ++n, ++next) await insist(hub, {topic: 'a', data: String(next), id: `n${next}`});
    const one = workers[round % 2];
    one.process.kill('SIGKILL');
    await one.process.exited();
    for (let n = 0; n < 25; ++n, ++next) await insist(hub, {topic: 'a', data: String(next), id: `n${next}`});
    workers[round % 2] = await startWorker(t, {config, socket: one.address, directory: one.directory});
  }
  for (const reader of readers) {
    assert.deepEqual((await reader.got(next)).map((event) => event.data), numbers(next));
    assert.deepEqual(reader.gaps, []);
  }
});
