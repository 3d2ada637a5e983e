// Cursors that one worker gave out a moment before another one is asked.
import assert from 'node:assert/strict';
import test from 'node:test';
import {configText, Hub} from '../lib/hub.mjs';
import {startNginx} from '../lib/nginx.mjs';
import {startRedis, startWorkers} from '../lib/redis.mjs';
import {startSlowLink} from '../lib/slow_link.mjs';
import {startWorker} from '../lib/worker.mjs';

const numbers = (count, from = 0) => Array.from({length: count}, (_, n) => String(n + from));

const beginning = async (hub) => (await hub.poll({topic: 'a'})).body.lastEventId;

// Long polls by turns at the two, and what is wrong with their answers. Nothing was published before `cursor`.
async function follow(at, cursor, polls, done) {
  const faults = [];
  let next = 0;
  for (let n = 0; n < polls || next < done(); ++n) {
    const {status, body} = await at(n % 2).poll({topic: 'a', poll: 5, lastEventId: cursor});
    assert.equal(status, 200);
    if (body.gap) faults.push(`poll ${n}: ${JSON.stringify(body.gap)}`);
    for (const event of body.events) {
      if (Number(event.data) !== next) faults.push(`poll ${n}: ${event.data} in place of ${next}`);
      next = Number(event.data) + 1;
    }
    cursor = body.lastEventId;
    if (faults.length > 0) break;
  }
  return faults;
}

// Half of the events have ids of their own.
const batch = (count, from) =>
  numbers(count, from).map((data) => ({topic: 'a', data, ...(data % 2 ? {id: `own ${data}`} : {})}));

test('one whose line to Redis is slow: no gap and no repeat', async (t) => {
  const redis = await startRedis(t);
  const {at: fast} = await startWorkers(t, redis, 1);
  const slow = await startSlowLink(t, redis.socket, 60);
  const worker = await startWorker(t, {config: configText({store: {kind: 'redis', url: `unix://${slow}`}})});
  const late = new Hub(t, worker, await startNginx(t, worker.address));
  const first = await beginning(fast(0));
  let published = 0;
  const publishing = (async () => {
    for (; published < 60; ++published) {
      await fast(0).publishAll(batch(1, published));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  assert.deepEqual(await follow((n) => (n === 0 ? fast(0) : late), first, 20, () => published), []);
  await publishing;
  assert.ok((await late.metric('sse_worker_cursor_waits_total', {end: 'known'})) > 0, 'it was asked too early');
  assert.equal(await late.metric('sse_worker_cursor_waits_total', {end: 'unknown'}), 0);
  // One that nobody has given out is found out all the same, by each.
  for (const hub of [fast(0), late]) {
    const {body} = await hub.poll({topic: 'a', lastEventId: 'nobody gave this out'});
    assert.equal(body.gap.reason, 'unknown');
  }
});

test('hundreds of long polls by turns at two workers under load: no gap and no repeat', async (t) => {
  const redis = await startRedis(t, []);
  const {at} = await startWorkers(t, redis, 2, {history: {topic_events_max: 1000000}});
  const first = await beginning(at(0));
  let published = 0;
  let over = false;
  const publishing = (async () => {
    for (; !over; published += 20) await at(published % 40 ? 1 : 0).publishAll(batch(20, published));
  })();
  // So that each is behind now and then.
  const noise = (async () => {
    while (!over) {
      for (const n of [0, 1]) await at(n).publishAll(numbers(300).map((data) => ({topic: 'noise', data})));
    }
  })();
  const faults = await follow(at, first, 300, () => 0);
  over = true;
  await Promise.all([publishing, noise]);
  assert.deepEqual(faults, []);
});
