// SIGTERM under subscribers, as they see it through nginx: each is told when to come back, none of them that
// it is over, and not all in the same moment.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {startHub} from '../lib/hub.mjs';
import {now, until, within} from '../lib/wait.mjs';

test('draining', async (t) => {
  const hub = await startHub(t, {
    drain_seconds: 2,
    streams: {retry_seconds: 5, retry_jitter_seconds: 3},
    loops: 2,
  });
  const answers = await Promise.all(
    Array.from({length: 100}, (_, n) => hub.ask({topic: ['t', `t${n % 9}`]}).head()),
  );
  const polls = Array.from({length: 10}, () => hub.poll({topic: 'p', poll: 60}));
  await hub.worker.measured((metrics) => metrics.value('sse_worker_subscribers') === 110, 'all are there');
  const last = await hub.publish({topic: 't', data: 'last'});
  await Promise.all(answers.map((answer) => answer.events(1)));

  const asked = now();
  hub.worker.process.kill('SIGTERM');
  await Promise.all(answers.map((answer) => answer.done(8000)));
  const exit = await hub.worker.process.exited(8000);
  assert.deepEqual(exit, {code: 0, signal: null}, hub.worker.process.stderr);
  assert.ok(now() - asked < 2000 + 2500, `it took ${now() - asked} ms`);

  const retries = answers.map(({frames}) => {
    const {retry, data} = frames.at(-1);
    assert.equal(data, undefined);
    assert.ok(retry >= 5000 && retry <= 8000, `retry: ${retry}`);
    assert.ok(
      frames.every(({event}) => event === 'message'),
      'nobody is told that it is over',
    );
    assert.equal(frames.findLast((frame) => frame.id !== undefined).id, last);
    return retry;
  });
  assert.ok(new Set(retries).size > 50, 'retry is spread');
  const ends = answers.map(({ended, frames}) => ended ?? frames.at(-1).at).map((at) => at - asked);
  const quarters = [0, 500, 1000, 1500].map(
    (from) => ends.filter((at) => at >= from && at < from + 500).length,
  );
  t.diagnostic(`ends by quarter of the time: ${quarters}`);
  for (const [n, each] of quarters.slice(0, 3).entries()) assert.ok(each >= 8, `quarter ${n}: ${quarters}`);
  for (const {status, body} of await Promise.all(polls)) {
    assert.equal(status, 200);
    assert.deepEqual(body.events, []);
  }
});

test('readers are brought over to the next worker and are told what is gone', async (t) => {
  const hub = await startHub(t);
  const readers = await Promise.all(Array.from({length: 30}, () => hub.read({topic: 't'}, {again: 50})));
  await hub.publish({topic: 't', data: 'before'});
  for (const reader of readers) await reader.got(1);
  await hub.restart();
  await hub.publish({topic: 't', data: 'after'});
  for (const reader of readers) {
    await reader.got(2, 20000);
    assert.deepEqual(reader.data, ['before', 'after']);
    assert.deepEqual(
      reader.gaps.map(({reason}) => reason),
      ['restarted'],
    );
  }
});

test('publishes while the worker drains are taken or refused, never left hanging', async (t) => {
  const hub = await startHub(t, {drain_seconds: 1});
  const reader = await hub.read({topic: 't'});
  const statuses = new Set();
  let asked = null;
  const deadline = now() + 15000;
  for (let n = 0; !hub.worker.process.exit; ++n) {
    assert.ok(now() < deadline, 'it ends');
    if (n === 20) {
      asked = now();
      hub.worker.process.kill('SIGTERM');
    }
    const {status} = await hub.form({topic: 't', data: n});
    statuses.add(status);
    if (status === 200) continue;
    await within(hub.worker.process.exited(8000), 'the worker ends', 8000);
  }
  assert.ok(now() - asked < 1000 + 2500);
  assert.ok(
    [...statuses].every((status) => status === 200 || status === 503),
    [...statuses].join(),
  );
  await until(() => reader.ended, 'the reader is let go');
  assert.deepEqual(
    reader.data,
    reader.data.map((_, n) => String(n)),
    'and has what came before, in order',
  );
});
