// All workers and Redis end at once, and Redis comes back with less. Nobody is left who knows, but for the readers.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {startRedis, startWorkers} from '../lib/redis.mjs';

const numbers = (count, from = 0) => Array.from({length: count}, (_, n) => String(n + from));
const aof = (redis) => path.join(redis.directory, 'appendonlydir');

// Five events of topic a and one of b are in the copy of the file that Redis comes back with, two of each are not.
async function startWithLess(t) {
  const redis = await startRedis(t);
  const before = await startWorkers(t, redis, 2);
  const ids = [];
  for (const data of numbers(5)) ids.push(await before.at(data % 2).publish({topic: 'a', data}));
  ids.push(await before.at(0).publish({topic: 'b', data: 'b'}));
  const copy = path.join(redis.directory, 'copy');
  fs.cpSync(aof(redis), copy, {recursive: true});
  const lost = [];
  for (const topic of ['a', 'b', 'a', 'b']) lost.push(await before.at(1).publish({topic, data: 'lost'}));
  await redis.kill();
  for (const {process} of before.workers) {
    process.kill('SIGKILL');
    await process.exited();
  }
  fs.rmSync(aof(redis), {recursive: true});
  fs.renameSync(copy, aof(redis));
  await redis.start();
  return {redis, ids, lost, ...(await startWorkers(t, redis, 2))};
}

test('from the first reader that has a lost event, every reader from before gets a gap', async (t) => {
  const {at, ids, lost} = await startWithLess(t);
  // More events than were lost: their sequences must not be taken for those.
  const more = [];
  for (const data of numbers(10, 10)) more.push(await at(data % 2).publish({topic: 'a', data}));
  const early = await at(0).read({topic: 'a'}, {cursor: ids[4]});
  assert.deepEqual((await early.got(10)).map((event) => event.data), numbers(10, 10));
  assert.deepEqual(early.gaps, [], 'nobody can know yet');
  const witness = await at(1).read({topic: 'a'}, {cursor: lost[2]});
  assert.deepEqual((await witness.got(10)).map((event) => event.data), numbers(10, 10));
  assert.equal(witness.gaps[0].reason, 'lost');
  assert.equal(witness.gaps[0].lastEventId, lost[2]);
  // At both workers, and for every topic.
  for (const n of [0, 1]) {
    for (const [topic, cursor, data] of [['a', ids[4], numbers(10, 10)], ['a', ids[2], [...numbers(2, 3), ...numbers(10, 10)]], ['b', ids[5], []], ['c', ids[0], []]]) {
      const {body} = await at(n).poll({topic, lastEventId: cursor, poll: 1});
      assert.equal(body.gap?.reason, 'lost', `${topic} at ${n} from ${cursor}`);
      assert.deepEqual(body.events.map((event) => event.data), data);
      const next = await at(n).poll({topic, lastEventId: body.lastEventId, poll: 1});
      assert.equal(next.body.gap, undefined, 'a gap comes once');
    }
    // Who has come since then has missed nothing.
    const {body} = await at(n).poll({topic: 'a', lastEventId: more[3]});
    assert.equal(body.gap, undefined);
    assert.deepEqual(body.events.map((event) => event.data), numbers(6, 14));
  }
});

test('with all of its events, no reader gets a gap', async (t) => {
  const redis = await startRedis(t, ['--appendonly', 'yes', '--appendfsync', 'always']);
  const before = await startWorkers(t, redis, 2);
  const ids = [];
  for (const data of numbers(5)) ids.push(await before.at(data % 2).publish({topic: 'a', data}));
  await redis.kill();
  for (const {process} of before.workers) {
    process.kill('SIGKILL');
    await process.exited();
  }
  await redis.start();
  const {at} = await startWorkers(t, redis, 2);
  await at(0).publish({topic: 'a', data: '5'});
  for (const n of [0, 1]) {
    for (const [i, cursor] of ids.entries()) {
      const reader = await at(n).read({topic: 'a'}, {cursor});
      assert.deepEqual((await reader.got(5 - i)).map((event) => event.data), numbers(5 - i, i + 1));
      assert.deepEqual(reader.gaps, []);
    }
  }
});

test('without any of its events, every reader from before gets a gap', async (t) => {
  const redis = await startRedis(t, []);
  const before = await startWorkers(t, redis, 1);
  const id = await before.at(0).publish({topic: 'a', data: '0'});
  await redis.kill();
  before.workers[0].process.kill('SIGKILL');
  await before.workers[0].process.exited();
  await redis.start();
  const {at} = await startWorkers(t, redis, 1);
  const next = await at(0).publish({topic: 'a', data: '1'});
  const {body} = await at(0).poll({topic: 'a', lastEventId: id});
  assert.equal(body.gap.reason, 'restarted');
  assert.deepEqual(body.events.map((event) => event.id), [next]);
});
