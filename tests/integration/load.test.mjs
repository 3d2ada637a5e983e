// The load client against the hub, in every build: with sanitizers it is their exercise, and in each of them it counts what
// was lost, repeated or out of order. How fast it went is no matter here.
import assert from 'node:assert/strict';
import path from 'node:path';
import {test} from 'node:test';
import {startHub} from '../lib/hub.mjs';
import {run} from '../lib/process.mjs';
import {root} from '../lib/places.mjs';

const load = path.resolve(process.env.SSE_LOAD ?? path.join(root, 'build/sse-load'));

const scenarios = {
  'many readers of one topic': '--streams 300 --topic news --publish-count 3000 --publish-batch 10 --ahead 300',
  'events one by one': '--streams 50 --topic news --publish-count 1000 --publish-connections 16',
  'a topic for each reader': '--streams 300 --topic user/{n} --publish-count 3000 --publish-batch 50',
  'readers of several topics': '--streams 100 --topic a --topic b --topic c --publish-count 2000 --publish-batch 20',
  'patterns': '--streams 100 --topic p/* --publish-topic p/{n} --topics 20 --publish-count 2000 --publish-batch 20',
  'readers who leave and come back': '--streams 100 --topic news --leave-after 5 --publish-count 3000 --publish-batch 50',
};

for (const loops of [1, 2]) {
  test(`under load, ${loops} loops`, async (t) => {
    const hub = await startHub(t, {loops});
    for (const [name, options] of Object.entries(scenarios)) {
      await t.test(name, async (t) => {
        const url = `http://127.0.0.1:${hub.port}/events`;
        const {stdout, stderr} = await run(load, ['--url', url, ...options.split(' '), '--duration', '60s'], {ms: 90000});
        const {streams, publish, deliveries} = JSON.parse(stdout || `{"said": ${JSON.stringify(stderr)}}`);
        assert.deepEqual(streams.errors, {}, stdout);
        assert.equal(publish.acknowledged, publish.sent);
        assert.ok(deliveries.delivered > 0);
        const {lost, repeated, reordered} = deliveries;
        assert.deepEqual({lost, repeated, reordered}, {lost: 0, repeated: 0, reordered: 0});
        t.diagnostic(`${deliveries.delivered} deliveries of ${publish.acknowledged} events`);
      });
    }
    assert.equal(await hub.metric('sse_worker_gaps_total'), 0);
  });
}
