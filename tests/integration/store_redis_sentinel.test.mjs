// A primary with replicas and Sentinels: found, lost, replaced; with and without a promise of how many replicas have an event.
import assert from 'node:assert/strict';
import test from 'node:test';
import {configText} from '../lib/hub.mjs';
import {insist, startWorkers} from '../lib/redis.mjs';
import {startReplicated} from '../lib/redis_nodes.mjs';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {writeConfig} from '../lib/config.mjs';
import {binary} from '../lib/places.mjs';
import {run} from '../lib/process.mjs';
import {until} from '../lib/wait.mjs';

const numbers = (count, from = 0) => Array.from({length: count}, (_, n) => String(n + from));
const data = (events) => events.map((event) => event.data);

async function publishNumbers(hub, count, from = 0) {
  for (const number of numbers(count, from)) await insist(hub, {topic: 'a', data: number, id: `n${number}`}, 30000);
}

test('the primary is killed: readers stay, and every event comes once', async (t) => {
  const redis = await startReplicated(t);
  const {at, hub} = await startWorkers(t, redis, 2, {store: {kind: 'redis', url: redis.url, replicas: 1}});
  const readers = [await at(0).read({topic: 'a'}), await at(1).read({topic: 'a'})];
  await publishNumbers(hub, 20);
  const former = await redis.primary();
  await former.kill();
  await publishNumbers(hub, 20, 20);
  for (const reader of readers) {
    assert.deepEqual(data(await reader.got(40, 30000)), numbers(40));
    assert.deepEqual(reader.gaps, []);
    assert.equal(reader.connects, 1);
  }
  // It comes back as a replica, and its successor is lost in turn.
  await former.start();
  await redis.settled();
  await (await redis.primary()).kill();
  await publishNumbers(hub, 20, 40);
  for (const reader of readers) {
    assert.deepEqual(data(await reader.got(60, 30000)), numbers(60));
    assert.deepEqual(reader.gaps, []);
  }
});

test('a failover that an operator asks for cuts nobody off', async (t) => {
  const redis = await startReplicated(t);
  const {at} = await startWorkers(t, redis, 1);
  const reader = await at(0).read({topic: 'a'});
  await publishNumbers(at(0), 10);
  const former = await redis.primary();
  await redis.sentinels[0].ask('SENTINEL', 'FAILOVER', redis.name);
  await until(async () => ![undefined, former].includes(await redis.primary()), 'another primary', 20000);
  await publishNumbers(at(0), 10, 10);
  assert.deepEqual(data(await reader.got(20, 30000)), numbers(20));
  assert.equal(reader.connects, 1);
});

test('events that the new primary never had are told as a gap', async (t) => {
  const redis = await startReplicated(t, {replicas: 1});
  const {at} = await startWorkers(t, redis, 2);
  const [one, two] = [await at(0).read({topic: 'a'}), await at(1).read({topic: 'b'})];
  await publishNumbers(at(0), 5);
  await redis.settled();
  const [primary, replica] = redis.nodes;
  // The replica stands still, and what comes next is not even on its way to it.
  replica.signal('SIGSTOP');
  await primary.ask('CLIENT', 'KILL', 'TYPE', 'replica');
  const lost = await at(0).publish({topic: 'a', data: 'lost'});
  assert.deepEqual(data(await one.got(6)), [...numbers(5), 'lost']);
  await primary.kill();
  replica.signal('SIGCONT');
  await publishNumbers(at(1), 5, 5);
  assert.deepEqual(data(await one.got(11, 30000)).slice(6), numbers(5, 5));
  await two.when(({gaps}) => gaps.length > 0, 'readers of other topics are told, too', 20000);
  assert.equal(one.gaps.length, 1);
  assert.equal(one.gaps[0].lastEventId, lost);
  assert.equal(one.connects, 1);
});

test('replicas: an answer means that so many have the event', async (t) => {
  const redis = await startReplicated(t, {replicas: 1, sentinels: 1, downAfter: 60000});
  const {at} = await startWorkers(t, redis, 1, {store: {kind: 'redis', url: redis.url, replicas: 1}});
  const reader = await at(0).read({topic: 'a'});
  await at(0).publish({topic: 'a', data: '0'});
  const replica = redis.nodes[1];
  assert.match(await replica.ask('XINFO', 'STREAM', '{sse-worker}:events'), /length\n1\n/, 'the replica has it');
  replica.signal('SIGSTOP');
  const refused = await at(0).json({topic: 'a', data: '1', id: 'one'});
  assert.equal(refused.status, 503);
  const health = await at(0).nginx.http('/healthz').done();
  assert.equal(health.status, 503);
  assert.match(health.text, /only 0 of 1 replicas \(store\.replicas\) had an event within 1000 ms/);
  assert.deepEqual(data(reader.events), numbers(1), 'no reader has what was refused');
  replica.signal('SIGCONT');
  await insist(at(0), {topic: 'a', data: '1', id: 'one'}, 20000);
  await at(0).publish({topic: 'a', data: '2'});
  assert.deepEqual(data(await reader.got(3)), numbers(3), 'what was refused was stored, and is not stored twice');
});

test('replicas: what a failover takes back has reached no reader, of any worker', async (t) => {
  const redis = await startReplicated(t, {replicas: 1});
  const {at} = await startWorkers(t, redis, 2, {store: {kind: 'redis', url: redis.url, replicas: 1}});
  const readers = [await at(0).read({topic: 'a'}), await at(1).read({topic: 'a'})];
  await publishNumbers(at(0), 5);
  await redis.settled();
  const [primary, replica] = redis.nodes;
  replica.signal('SIGSTOP');
  await primary.ask('CLIENT', 'KILL', 'TYPE', 'replica');
  const refused = await at(0).json({topic: 'a', data: 'taken back'});
  assert.equal(refused.status, 503);
  // The workers have read it, and know that no replica has it.
  for (const n of [0, 1]) {
    await until(async () => (await at(n).nginx.http('/healthz').done()).text.includes('only 0 of 1 replicas'), 'a replica is missing', 20000);
  }
  await primary.kill();
  replica.signal('SIGCONT');
  // Nothing else has the event now, and the new primary has no replica of its own.
  await until(async () => (await redis.primary()) === replica, 'another primary', 20000);
  await primary.start();
  await publishNumbers(at(1), 5, 5);
  for (const reader of readers) {
    assert.deepEqual(data(await reader.got(10, 30000)), numbers(10));
    assert.deepEqual(reader.gaps, []);
    assert.equal(reader.connects, 1);
  }
});

test('check: Sentinels that do not know the name, and none that answers', async (t) => {
  const redis = await startReplicated(t, {replicas: 0, sentinels: 1});
  const check = async (url) => {
    const file = writeConfig(temporaryDirectory(t), configText({store: {kind: 'redis', url}}));
    return run(binary, ['check', '--config', file], {ms: 20000});
  };
  const [sentinel] = redis.sentinels;
  const good = await check(redis.url);
  assert.doesNotMatch(good.stdout + good.stderr, /store\.url/);
  const unknown = await check(`redis+sentinel://${sentinel.address}/others`);
  assert.match(unknown.stdout + unknown.stderr, new RegExp(`the Sentinel at ${sentinel.address} knows no primary of the name others; check the name`));
  await sentinel.kill();
  const gone = await check(redis.url);
  assert.match(gone.stdout + gone.stderr, new RegExp(`the Sentinel at ${sentinel.address}: Connection refused`));
});
