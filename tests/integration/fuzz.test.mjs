// A hundred thousand hostile connections, and twenty readers who must not notice.
import assert from 'node:assert/strict';
import path from 'node:path';
import {test} from 'node:test';
import {endless} from '../lib/config.mjs';
import {open} from '../lib/fcgi.mjs';
import {run} from '../lib/process.mjs';
import {events} from '../lib/sse.mjs';
import {now} from '../lib/wait.mjs';
import {root} from '../lib/places.mjs';
import {startWorker} from '../lib/worker.mjs';

const fuzz = path.resolve(process.env.FCGI_FUZZ ?? path.join(root, 'build/tests/fuzz/fcgi-fuzz'));
const connections = 100000;
const seed = 20261122;

test('a hundred thousand random connections', async (t) => {
  const config = {greeting: endless, fastcgi: {deadline_seconds: 1, idle_seconds: 1}};
  const worker = await startWorker(t, {config});
  const readers = await Promise.all(Array.from({length: 20}, () => open(t, worker.address, '/events')));
  await Promise.all(readers.map((reader) => reader.events(1)));
  const base = worker.descriptors;
  const before = await worker.metrics();

  const attack = await run(fuzz, [worker.address, String(connections), String(seed)], {ms: 300000});
  t.diagnostic(attack.stdout.trim());
  assert.equal(attack.code, 0, attack.stderr);
  assert.match(attack.stdout, new RegExp(`${connections} connections, seed ${seed}`));
  assert.match(attack.stdout, /, 0 forgotten by it/, 'whoever has sent the last byte is closed');

  await t.test('nothing is left of them', async () => {
    await worker.healthy();
    // All are gone already; what the worker still holds goes with the deadline at the latest.
    const after = await worker.measured(
      (each) =>
        each.streams === readers.length && each.value('sse_worker_connections') === readers.length + 1,
      'only the readers are left, and who asks',
    );
    await worker.measured(() => worker.descriptors <= base + 1, 'the descriptors are given back');
    assert.equal(after.value('sse_worker_publish_streams'), 0);
    const published = after.value('sse_worker_published_events_total') - before.value('sse_worker_published_events_total');
    assert.ok(published > connections / 20, `${published} events of publish streams`);
    const refused = after.refused() - before.refused();
    assert.ok(refused > connections / 10 && refused <= connections, `${refused} refused`);
    for (const reason of ['version', 'type', 'role', 'id', 'length', 'truncated', 'params']) {
      assert.ok(after.refused(reason) > before.refused(reason), `some because of ${reason}`);
    }
  });

  await t.test('the readers have missed nothing, and end as readers do', async () => {
    const asked = now();
    worker.process.kill('SIGTERM');
    for (const reader of readers) {
      const answer = await reader.answer(0, 8000);
      const said = events(answer.frames);
      // One per second since the beginning; the last may just have been due.
      const due = (asked - reader.opened) / 1000;
      assert.ok(said.length >= Math.floor(due) && said.length <= due + 3, `${said.length} of ${due}`);
      said
        .slice(1)
        .forEach((each, n) => assert.ok(each.at - said[n].at < 2500, `a gap of ${each.at - said[n].at} ms`));
      assert.equal(answer.unfinished, false);
      assert.ok(answer.end && reader.clean);
    }
    // Where a sanitizer is built in, its report of leaks comes now, and is not 0.
    assert.deepEqual(await worker.process.exited(20000), {code: 0, signal: null}, worker.process.stderr);
  });
});
