// Publish streams and each of the stores: what was answered is there after a restart where the store is durable, and a store that is
// away for a while costs nothing that was answered.
import assert from 'node:assert/strict';
import path from 'node:path';
import {test} from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {history, kinds, startStreamHub, stored, theEnd, ways} from '../lib/publish_stream.mjs';
import {startRedis} from '../lib/redis.mjs';
import {until} from '../lib/wait.mjs';

const keeps = {history: {topic_events_max: 1_000_000, bytes_max: 268_435_456}};
const stores = {
  memory: async () => ({kind: 'memory'}),
  'sqlite, process': async (t) => ({kind: 'sqlite', path: path.join(temporaryDirectory(t), 'j.db'), durability: 'process'}),
  'sqlite, machine': async (t) => ({kind: 'sqlite', path: path.join(temporaryDirectory(t), 'j.db'), durability: 'full'}),
  redis: async (t) => ({kind: 'redis', url: (await startRedis(t)).url}),
};

for (const [store, make] of Object.entries(stores)) {
  test(`${store}: what was answered, over a restart and a kill`, {timeout: 120_000}, async (t) => {
    const hub = await startStreamHub(t, {...keeps, store: await make(t)});
    for (const [name, open] of Object.entries(ways)) {
      await t.test(`over ${name}`, async (of) => {
        const expected = [];
        for (const how of ['SIGTERM', 'SIGKILL']) {
          const one = open(of, hub, {topic: name});
          let written = 0;
          // With an id of its own each, and never more under way than may be.
          const writing = (async () => {
            while (!one.ended) {
              await one.write({data: String(written), id: `${name}:${how}:${written}`});
              written += 1;
              await one.when(() => one.ended || one.lines.length > written - 200, 'answers', 30_000);
            }
          })();
          await one.answered(300);
          hub.worker.process.kill(how);
          await hub.worker.process.exited(20_000);
          await one.done();
          await writing;
          // Of a drain there is one more line.
          const end = one.lines.filter((line) => line.end);
          assert.equal(end.length, how === 'SIGTERM' ? 1 : 0);
          assert.equal(one.ids.length, one.lines.length - end.length);
          assert.deepEqual(one.ids, one.ids.map((_, n) => `${name}:${how}:${n}`));
          await hub.again();
          if (store === 'memory') {
            assert.deepEqual(await stored(hub, name), []);
            continue;
          }
          // The answered ones are there, and of the others some more, in their order; each is sent again, and is there once.
          const again = open(of, hub, {topic: name, answers: 'errors'});
          const all = Array.from({length: written}, (_, n) => ({data: String(n), id: `${name}:${how}:${n}`}));
          const answers = await again.finish([all.map((event) => `${JSON.stringify(event)}\n`).join('')], 30_000);
          assert.deepEqual(answers, [{stored: written, rejected: 0, last: all.at(-1).id}]);
          expected.push(...all.map(({id}) => id));
          const kept = await history(of, hub, name, expected.length);
          assert.deepEqual(kept.map(({id, data}) => (data === theEnd ? theEnd : id)), expected);
          expected.push(theEnd);
        }
      });
    }
  });
}

test('redis that is away for a while: lines are refused for now, in order, and the stream goes on', {timeout: 120_000}, async (t) => {
  const redis = await startRedis(t);
  const hub = await startStreamHub(t, {...keeps, store: {kind: 'redis', url: redis.url}});
  for (const [name, open] of Object.entries(ways)) {
    await t.test(`over ${name}`, async (of) => {
      const one = open(of, hub, {topic: name});
      one.write({data: 'one', id: `${name}:1`});
      await one.answered(1);
      redis.signal('SIGSTOP');
      try {
        one.write({data: 'two', id: `${name}:2`});
        const [, refused] = await one.answered(2, 20_000);
        assert.match(refused.error, /^line 2: /);
        assert.equal(refused.retry, true);
        assert.equal(one.ended, null);
      } finally {
        redis.signal('SIGCONT');
      }
      await until(async () => (await hub.nginx.fetch('/healthz')).status === 200, 'the store is back', 20_000);
      one.write({data: 'two', id: `${name}:2`}, {data: 'three', id: `${name}:3`});
      const lines = await one.finish();
      assert.deepEqual(kinds(lines), ['id', 'error', 'id', 'id']);
      assert.deepEqual((await stored(hub, name)).map(({id}) => id), [1, 2, 3].map((n) => `${name}:${n}`));
    });
  }
});

// What a piece of 32 KiB becomes takes about 300 KB while it waits, and half of the bound stays free for the pieces of all of them.
test('a store that takes less than many publishers write holds them, and refuses nothing', {timeout: 120_000}, async (t) => {
  const hub = await startStreamHub(t, {...keeps, store: {kind: 'sqlite', path: path.join(temporaryDirectory(t), 'j.db'), durability: 'full', pending_bytes_max: 2_097_152}});
  const [publishers, pieces, each] = [24, 5, 500];
  for (const [name, open] of Object.entries(ways)) {
    await t.test(`over ${name}`, async (of) => {
      const streams = Array.from({length: publishers}, (_, n) => open(of, hub, {topic: `${name}/${n}`, answers: 'errors'}));
      await Promise.all(streams.map(async (one) => {
        for (let piece = 0; piece < pieces; ++piece)
          await one.write(Array.from({length: each}, (_, line) => `{"data":"${piece * each + line} ${'x'.repeat(50)}"}\n`).join(''));
        const [summary] = (await one.finish([], 60_000)).slice(-1);
        assert.deepEqual([summary.stored, summary.rejected], [pieces * each, 0], one.text.slice(0, 300));
      }));
      for (const n of [0, publishers - 1]) {
        const events = await history(of, hub, `${name}/${n}`, pieces * each);
        events.forEach(({data}, at) => data.startsWith(`${at} `) || assert.fail(`${data.slice(0, 20)} at ${at}`));
      }
    });
  }
  assert.equal(await hub.metric('sse_worker_rejected_events_total'), 0);
});
