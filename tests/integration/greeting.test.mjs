// The greeting stream, straight from the worker: what is said, and when.
import assert from 'node:assert/strict';
import {setTimeout as pause} from 'node:timers/promises';
import {test} from 'node:test';
import {open} from '../lib/fcgi.mjs';
import {assertGreeting, assertStreamHeaders} from '../lib/greeting.mjs';
import {events} from '../lib/sse.mjs';
import {now, undisturbed} from '../lib/wait.mjs';
import {startWorker} from '../lib/worker.mjs';

// The frame as bytes, apart from the time in it.
const frame = /^data: \{"message":"Hello World","timestamp":"[^"]{24}"\}\n\n$/;

const watch = (t, worker, expected) => undisturbed(() => watchOnce(t, worker, expected));

async function watchOnce(t, worker, expected) {
  const [started, wall] = [now(), Date.now()];
  const peer = await open(t, worker.address, '/events');
  const answer = await peer.answer(0, expected.duration * 1000 + 5000);
  assertStreamHeaders(answer);
  assertGreeting(answer.frames, {...expected, started, wall});
  assert.deepEqual([answer.end.application, answer.end.protocol], [0, 0]);
  assert.equal(answer.unfinished, false);
  assert.equal(answer.stderr, '');
  await peer.closed();
  assert.ok(peer.end.at - answer.end.at < 500, 'the connection ends with the request');
  return answer;
}

test('as shipped: five greetings two seconds apart, and the close after ten', async (t) => {
  const worker = await startWorker(t);
  const answer = await watch(t, worker, {duration: 10, interval: 2});
  const last = answer.text
    .split('\n\n')
    .slice(0, -1)
    .map((each) => `${each}\n\n`);
  assert.equal(last.at(-1), 'event: close\ndata: {}\n\n');
  for (const each of last.slice(-6, -1)) assert.match(each, frame);
});

test('message, interval and duration are settings', async (t) => {
  const message = 'Grüße, "Welt" \\ 🎈';
  const settings = {message, interval_seconds: 1, duration_seconds: 3};
  const worker = await startWorker(t, {
    config: {greeting: settings, streams: {retry_seconds: 7, retry_jitter_seconds: 2}},
  });
  const expected = {message, interval: 1, duration: 3};

  await t.test('two streams started 0.7 s apart have each their own clock', async (t) => {
    await undisturbed(async () => {
      const first = watchOnce(t, worker, expected);
      // The distance between the two is what is tested; there is nothing to wait for.
      await pause(700);
      const second = watchOnce(t, worker, expected);
      const [a, b] = await Promise.all([first, second]);
      const shift = events(b.frames)[1].at - events(a.frames)[1].at;
      assert.ok(shift > 600 && shift < 1000, `the second runs ${shift} ms behind the first`);
    });
  });

  await t.test('a hundred at once, each complete, with retry times that differ', async (t) => {
    const answers = await Promise.all(Array.from({length: 100}, () => watch(t, worker, expected)));
    const retries = answers.map((answer) => answer.frames.find((each) => each.retry !== undefined).retry);
    for (const retry of retries) assert.ok(retry >= 7000 && retry <= 7000 + 2000, `retry ${retry}`);
    assert.ok(new Set(retries).size > 10, 'readers do not all come back in the same moment');
    const metrics = await worker.metrics();
    assert.equal(metrics.streams, 0);
  });

  await t.test('comment, retry and the first event do not wait for each other', async (t) => {
    await undisturbed(async () => {
      const peer = await open(t, worker.address, '/events');
      const [event] = await peer.events(1, 1000);
      assert.ok(event.at - peer.opened < 300);
    });
  });
});

test('an interval longer than the duration: one greeting, then the close', async (t) => {
  const worker = await startWorker(t, {config: {greeting: {interval_seconds: 5, duration_seconds: 1}}});
  await watch(t, worker, {duration: 1, interval: 5});
});
