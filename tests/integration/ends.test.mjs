// The ends of streams and polls, which close their connection to the worker, must not meet the publishes that
// nginx sends over kept ones.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {startHub} from '../lib/hub.mjs';
import {now} from '../lib/wait.mjs';

test('publishing goes on undisturbed while answers end all the time', async (t) => {
  const hub = await startHub(t, {streams: {lifetime_seconds: 0.2}});
  const least = now() + 4000;
  const most = now() + 120_000;
  const statuses = {};
  const count = (status) => (statuses[status] = (statuses[status] ?? 0) + 1);

  const readers = await Promise.all(Array.from({length: 30}, () => hub.read({topic: 't'}, {again: 0})));
  // Until each reader has come back some times; on a busy machine that takes long.
  const goesOn = () => now() < least || (now() < most && readers.some((reader) => reader.connects <= 3 && !reader.refused));
  const polling = Array.from({length: 5}, async () => {
    while (goesOn()) count((await hub.ask({topic: 't', poll: 0}).done()).status);
  });
  const publishing = Array.from({length: 3}, async () => {
    while (goesOn()) count((await hub.form({topic: 't', data: 'x'})).status);
  });
  await Promise.all([...polling, ...publishing]);

  assert.deepEqual(Object.keys(statuses), ['200'], JSON.stringify(statuses));
  for (const reader of readers) {
    assert.equal(reader.refused, null);
    assert.ok(reader.connects > 3, `${reader.connects} connects`);
  }
  const complaints = hub.nginx.errors.split('\n').filter((line) => /\[(error|crit|alert|emerg)\]/.test(line));
  assert.deepEqual(complaints.slice(0, 3), [], `nginx has ${complaints.length} complaints`);
});
