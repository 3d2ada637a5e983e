// A Redis Cluster: the node that has the keys is found, lost, and replaced by another one.
import assert from 'node:assert/strict';
import test from 'node:test';
import {insist, startWorkers} from '../lib/redis.mjs';
import {startCluster} from '../lib/redis_nodes.mjs';
import {until} from '../lib/wait.mjs';

const numbers = (count, from = 0) => Array.from({length: count}, (_, n) => String(n + from));
const data = (events) => events.map((event) => event.data);

async function publishNumbers(hub, count, from = 0) {
  for (const number of numbers(count, from)) await insist(hub, {topic: 'a', data: number, id: `n${number}`}, 30000);
}

test('a Cluster of six nodes: the slot moves, its node is lost, readers stay', async (t) => {
  const redis = await startCluster(t);
  const {at, hub} = await startWorkers(t, redis, 2, {store: {kind: 'redis', url: redis.url, replicas: 1}});
  const readers = [await at(0).read({topic: 'a'}), await at(1).read({topic: 'a'})];
  const all = async (count) => {
    for (const reader of readers) {
      assert.deepEqual(data(await reader.got(count, 30000)), numbers(count));
      assert.deepEqual(reader.gaps, []);
      assert.equal(reader.connects, 1);
    }
  };
  await publishNumbers(hub, 20);
  await all(20);

  await t.test('the slot moves to another node, and back', async () => {
    const from = await redis.ownerOf();
    const others = await until(async () => {
      const roles = await Promise.all(redis.nodes.map((node) => node.info('replication', 'role')));
      return redis.nodes.filter((node, n) => roles[n] === 'master' && node !== from);
    }, 'the other primaries');
    let next = 20;
    for (const to of [others[0], from]) {
      let moved = false;
      const publishing = (async () => {
        while (!moved) await publishNumbers(hub, 1, next++);
      })();
      await redis.moveSlot(to).finally(() => (moved = true));
      await publishing;
      await publishNumbers(hub, 5, next);
      next += 5;
      assert.equal(await redis.ownerOf(), to);
      await all(next);
    }
    await publishNumbers(hub, 100 - next, next);
    await all(100);
  });

  await t.test('the node that has the slot is killed', async () => {
    const former = await redis.ownerOf();
    await former.kill();
    await until(async () => ![undefined, former].includes(await redis.ownerOf()), 'another node has the slot', 30000);
    // With `replicas: 1` nothing is taken until the new node has a replica, too.
    const refused = await hub.json({topic: 'a', data: '100', id: 'n100'});
    assert.equal(refused.status, 503, refused.text);
    await former.start();
    await publishNumbers(hub, 20, 100);
    await all(120);
    await redis.settled();
  });

  await t.test('another node is killed: nothing happens', async () => {
    const owner = await redis.ownerOf();
    const roles = await Promise.all(redis.nodes.map((node) => node.info('replication', 'role')));
    const other = redis.nodes.find((node, n) => node !== owner && roles[n] === 'master');
    await other.kill();
    await publishNumbers(hub, 20, 120);
    await all(140);
  });
});
