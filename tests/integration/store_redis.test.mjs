// Workers that share a Redis, as their clients see them.
import assert from 'node:assert/strict';
import test from 'node:test';
import {Hub} from '../lib/hub.mjs';
import {startNginx} from '../lib/nginx.mjs';
import {insist, spawnFour, startRedis, startWorkers} from '../lib/redis.mjs';
import {readerToken, readersOf} from '../lib/tokens.mjs';
import {until, within} from '../lib/wait.mjs';

const numbers = (count, from = 0) => Array.from({length: count}, (_, n) => String(n + from));

test('a cursor from one worker is good at the other', async (t) => {
  const redis = await startRedis(t);
  const {at} = await startWorkers(t, redis, 2);
  const live = await at(1).read({topic: 'a'});
  const ids = [];
  for (const data of numbers(6)) ids.push(await at(data % 2).publish({topic: 'a', data}));
  assert.deepEqual((await live.got(6)).map((event) => event.data), numbers(6));
  for (const n of [0, 1]) {
    const reader = await at(n).read({topic: 'a'}, {cursor: ids[2]});
    assert.deepEqual((await reader.got(3)).map((event) => event.data), ['3', '4', '5']);
    assert.deepEqual(reader.events.map((event) => event.id), ids.slice(3));
    assert.deepEqual(reader.gaps, []);
  }
});

test('a publish repeated at another worker is one event, and what is closed is closed at both', async (t) => {
  const redis = await startRedis(t);
  const {at} = await startWorkers(t, redis, 2);
  const reader = await at(0).read({topic: 'a'});
  assert.equal(await at(0).publish({topic: 'a', id: 'order-1', data: 'x'}), 'order-1');
  assert.equal(await at(1).publish({topic: 'a', id: 'order-1', data: 'x'}), 'order-1');
  await at(1).publish({topic: 'a', data: 'last', close: true});
  await reader.over();
  assert.deepEqual(reader.data, ['x', 'last']);
  assert.equal((await at(0).json({topic: 'a', data: 'more'})).status, 409);
});

// Each reader and each publish may be with another of the four.
test('spawn-fcgi -F 4: four workers on one socket', async (t) => {
  const redis = await startRedis(t);
  const {address, pids} = await spawnFour(t, redis);
  const hub = new Hub(t, null, await startNginx(t, address));
  const readers = [];
  for (let n = 0; n < 16; ++n) readers.push(await hub.read({topic: 'a'}));
  for (const data of numbers(20)) await hub.publish({topic: 'a', data});
  for (const reader of readers) assert.deepEqual((await reader.got(20)).map((e) => e.data), numbers(20));
  assert.equal(new Set(pids).size, 4);
});

test('Redis is restarted: readers stay, publishes are refused meanwhile, nothing is lost', async (t) => {
  const redis = await startRedis(t);
  const {at} = await startWorkers(t, redis, 2);
  const readers = [await at(0).read({topic: 'a'}), await at(1).read({topic: 'a'})];
  for (const data of numbers(10)) await at(data % 2).publish({topic: 'a', data, id: `n${data}`});
  await redis.kill();
  const answer = await at(0).json({topic: 'a', data: 'refused'});
  assert.equal(answer.status, 503);
  assert.match(answer.json.detail, /Redis at|outcome is unknown/);
  await until(async () => (await at(0).worker.fetch('/healthz')).status === 503, 'it says that it is unhealthy');
  await redis.start();
  for (const data of numbers(10, 10)) await insist(at(data % 2), {topic: 'a', data, id: `n${data}`});
  for (const reader of readers) {
    assert.deepEqual((await reader.got(20)).map((event) => event.data), numbers(20));
    assert.equal(reader.connects, 1);
    assert.deepEqual(reader.gaps, []);
  }
});

test('Redis is paused: a publish is answered within two seconds, and no one waits after it', async (t) => {
  const redis = await startRedis(t);
  const {at} = await startWorkers(t, redis, 1);
  const reader = await at(0).read({topic: 'a'});
  await at(0).publish({topic: 'a', data: '0'});
  redis.signal('SIGSTOP');
  const first = await within(at(0).json({topic: 'a', data: '1', id: 'one'}), 'an answer', 2500);
  assert.equal(first.status, 503);
  const second = await within(at(0).json({topic: 'a', data: 'no'}), 'an answer at once', 500);
  assert.equal(second.status, 503);
  redis.signal('SIGCONT');
  await insist(at(0), {topic: 'a', data: '1', id: 'one'});
  await at(0).publish({topic: 'a', data: '2'});
  assert.deepEqual((await reader.got(3)).map((event) => event.data), ['0', '1', '2']);
  assert.equal(reader.connects, 1);
});

test('connections are cut under load: every acknowledged event comes once', async (t) => {
  const redis = await startRedis(t);
  const {at} = await startWorkers(t, redis, 2);
  const readers = [await at(0).read({topic: 'a'}), await at(1).read({topic: 'a'})];
  for (const data of numbers(100)) {
    if (data % 10 === 5) await redis.ask('CLIENT', 'KILL', 'TYPE', 'normal');
    await insist(at(data % 2), {topic: 'a', data, id: `n${data}`});
  }
  for (const reader of readers) {
    assert.deepEqual((await reader.got(100)).map((event) => event.data), numbers(100));
    assert.deepEqual(reader.gaps, []);
  }
});

test('private events are private at every worker: live, from the history, by pattern, in a poll, after a restart', async (t) => {
  const redis = await startRedis(t);
  const settings = JSON.parse(readersOf());
  const {at} = await startWorkers(t, redis, 2, settings);
  const as = (user) => ({headers: {Authorization: `Bearer ${readerToken(user, [`user/${user}`])}`}});
  const poll = async (n, query, user) => (await at(n).poll(query, user && as(user))).body.events.map((event) => event.data);
  const open = (n, query, user) => at(n).ask(query, user && as(user)).head();
  const live = await Promise.all([open(0, 'topic=user/alice', 'alice'), open(1, 'topic=*', 'alice'), open(1, 'topic=*', 'bob'), open(1, 'topic=*')]);
  await at(0).publish({topic: ['user/alice', 'room'], data: 'for alice', private: true});
  await at(1).publish({topic: ['user/alice', 'room'], data: 'for all'});
  const expected = (user) => (user === 'alice' ? ['for alice', 'for all'] : ['for all']);
  for (const [n, user] of ['alice', 'alice', 'bob', undefined].entries()) {
    const data = () => live[n].frames.filter((frame) => frame.data !== undefined).map((frame) => frame.data);
    await until(() => data().includes('for all'), 'the public event');
    assert.deepEqual(data(), expected(user));
    live[n].leave();
  }
  const everywhere = async () => {
    for (const n of [0, 1]) {
      for (const user of ['alice', 'bob', undefined]) {
        for (const topic of ['room', '*', 'user/alice'])
          assert.deepEqual(await poll(n, {topic, lastEventId: 'earliest'}, user), expected(user), `${user} at ${n}, ${topic}`);
      }
    }
  };
  await everywhere();
  for (const n of [0, 1]) await at(n).restart({store: {kind: 'redis', url: redis.url}, ...settings});
  await everywhere();
});
