// Out of descriptors: accept pauses, logs it, and resumes as soon as somebody leaves.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {test} from 'node:test';
import {endless} from '../lib/config.mjs';
import {open} from '../lib/fcgi.mjs';
import {events} from '../lib/sse.mjs';
import {until} from '../lib/wait.mjs';
import {startWorker} from '../lib/worker.mjs';

test('more peers than descriptors', async (t) => {
  const limit = 40;
  const worker = await startWorker(t, {
    files: limit,
    config: {greeting: endless, fastcgi: {deadline_seconds: 60}},
  });
  const peers = await Promise.all(Array.from({length: 80}, () => open(t, worker.address, '/events')));
  const served = () => peers.filter((peer) => !peer.end && events(peer.answers[0].frames).length > 0);
  await until(
    () => worker.descriptors >= limit - 2 && served().length >= limit / 2,
    'the worker has no descriptor left',
  );

  await t.test('those inside go on', async () => {
    const inside = served();
    assert.ok(inside.length < peers.length, 'not everybody fits');
    await Promise.all(inside.map((peer) => peer.events(events(peer.answers[0].frames).length + 2)));
  });

  await t.test('it does not burn the processor while it waits', async () => {
    const before = cpuTicks(worker.pid);
    const inside = served()[0];
    await inside.events(events(inside.answers[0].frames).length + 2);
    // Two seconds are about 200 ticks; a loop that spins on accept would take most of them.
    assert.ok(cpuTicks(worker.pid) - before < 60);
  });

  await t.test('those outside come in when others leave', async () => {
    const inside = served();
    const outside = peers.filter((peer) => !inside.includes(peer) && !peer.end);
    for (const peer of inside) peer.leave();
    await until(
      () => outside.some((peer) => events(peer.answers[0].frames).length > 0),
      'the next are let in',
    );
    for (const peer of outside) peer.leave();
    const metrics = await worker.measured((each) => each.streams === 0, 'all have left');
    assert.ok(metrics.value('sse_worker_accept_pauses_total') > 0);
    await worker.healthy();
  });
});

function cpuTicks(pid) {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
