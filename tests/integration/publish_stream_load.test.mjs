// Many publish streams at once, and ones that write as fast as they can: the others go on, and nothing is lost.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {test} from 'node:test';
import {residentMiB, sanitized} from '../lib/memory.mjs';
import {history, httpWays, startStreamHub, ways} from '../lib/publish_stream.mjs';
import {now, until} from '../lib/wait.mjs';

// Writes as fast as it is taken, until told to stop. How many lines it has written.
async function flood(stream, running) {
  const lines = 500;
  let written = 0;
  while (running()) {
    await stream.write(Array.from({length: lines}, (_, n) => `{"data":"${written + n}"}\n`).join(''));
    written += lines;
  }
  return written;
}

for (const [name, open] of Object.entries(ways)) {
  test(`over ${name}: streams that flood, beside those that do not`, async (t) => {
    const hub = await startStreamHub(t, {history: {topic_events_max: 1_000_000, bytes_max: 1_073_741_824}});
    const reader = await hub.read({topic: 'calm'});
    const calm = open(t, hub, {topic: 'calm'});
    let running = true;
    const floods = [1, 2].map((n) => open(t, hub, {topic: `flood/${n}`, answers: 'errors'}));
    const written = floods.map((each) => flood(each, () => running));
    await hub.worker.measured((metrics) => metrics.value('sse_worker_published_events_total') > 10_000, 'they flood');
    const before = await hub.metric('sse_worker_published_events_total');
    const times = [];
    for (let n = 0; n < 100; ++n) {
      const begun = now();
      calm.write({data: String(n)});
      await calm.answered(n + 1);
      await reader.got(n + 1);
      times.push(now() - begun);
    }
    const during = await hub.metric('sse_worker_published_events_total') - before;
    running = false;
    times.sort((one, other) => one - other);
    t.diagnostic(`${during} events beside it; to answer and reader: median ${times[50].toFixed(1)} ms, last ${times.at(-1).toFixed(1)} ms`);
    // The flood goes on beside it, and a turn of the loop is a millisecond or two for each.
    assert.ok(during > 1000, `${during} events`);
    assert.ok(times[50] < 500, `${times[50]} ms`);
    await calm.finish();
    assert.deepEqual(reader.data, times.map((_, n) => String(n)));
    for (const [n, each] of floods.entries()) {
      const count = await written[n];
      const [summary] = (await each.finish([], 60_000)).slice(-1);
      assert.deepEqual([summary.stored, summary.rejected], [count, 0]);
    }
  });
}

test('1,000 idle streams cost little memory, slow nobody down, and all still work', {timeout: 180_000}, async (t) => {
  const hub = await startStreamHub(t, {}, {nginx: {connections: 8192}, files: 8192});
  const idle = [];
  for (const [name, open] of Object.entries(ways)) {
    const resident = residentMiB(hub.worker.pid);
    const [from, count] = [idle.length, name === 'the local socket' ? 400 : 300];
    for (let n = 0; n < count; ++n) {
      idle.push(open(t, hub, {topic: `idle/${from + n}`}));
      idle.at(-1).write({data: 'first'});
      // So that no queue of connections is full.
      if (n % 50 === 49) await idle.at(-1).answered(1, 30_000);
    }
    for (const each of idle.slice(from)) await each.answered(1, 30_000);
    const grown = (residentMiB(hub.worker.pid) - resident) * 1024 / count;
    t.diagnostic(`${name}: ${grown.toFixed(1)} KiB for each`);
    // With the topic, its event and its connection.
    if (!sanitized(hub.worker.pid)) assert.ok(grown < 10, `${grown} KiB for each`);
  }
  assert.equal(await hub.metric('sse_worker_publish_streams'), idle.length);
  // In hundredths of a second.
  const used = () => fs.readFileSync(`/proc/${hub.worker.pid}/stat`, 'utf8').split(' ').slice(13, 15).reduce((sum, each) => sum + Number(each), 0);
  const [before, begun] = [used(), now()];
  await until(() => now() - begun > 1000, 'a second is over');
  assert.ok(used() - before < 10, `${used() - before} % of a CPU while nothing happens`);
  const one = httpWays['HTTP/1.1'](t, hub, {topic: 'busy'});
  for (let n = 1; n <= 50; ++n) {
    one.write({data: 'x'});
    await one.answered(n);
  }
  await one.finish();
  await Promise.all(idle.map((each) => each.finish([{data: 'last'}], 60_000)));
  assert.ok(idle.every(({ids}) => ids.length === 2));
  await hub.worker.measured((metrics) => metrics.value('sse_worker_publish_streams') === 0, 'all are gone');
  assert.equal(await hub.metric('sse_worker_published_events_total'), 2 * idle.length + 50);
});

test('streams that come and go by the hundred, some of which die', {timeout: 120_000}, async (t) => {
  const hub = await startStreamHub(t, {history: {topic_events_max: 100_000}});
  const before = hub.worker.descriptors;
  let published = 0;
  let dead = 0;
  for (const [name, open] of Object.entries(ways)) {
    for (let round = 0; round < 10; ++round) {
      const streams = Array.from({length: 20}, () => open(t, hub, {topic: name, abort: 'died', close: '0'}));
      await Promise.all(streams.map(async (each, n) => {
        each.write({data: 'x'});
        await each.answered(1);
        if (n % 3 !== 0) return each.finish();
        dead += 1;
        return each.die();
      }));
      published += streams.length;
    }
    const events = await history(t, hub, name, 200 + dead);
    assert.equal(events.filter(({event}) => event === 'died').length, dead);
    dead = 0;
  }
  t.diagnostic(`${published} published`);
  await until(() => hub.worker.descriptors <= before + 5, 'no connection is left');
  assert.equal(await hub.metric('sse_worker_publish_streams'), 0);
});
