// The worker is away: an EventSource that saw 502 would never come back, so nginx answers in the worker's
// place. A long poll sees the status, and gets it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {endless} from '../lib/config.mjs';
import {startNginx} from '../lib/nginx.mjs';
import {startWorker} from '../lib/worker.mjs';

async function assertAway(nginx) {
  const stream = await nginx.fetch('/events');
  assert.equal(stream.status, 200);
  assert.match(stream.header('content-type'), /^text\/event-stream/);
  assert.equal(stream.text, 'retry: 3000\n\n');
  assert.equal(stream.frames.length, 1);
  assert.equal(stream.frames[0].retry, 3000);

  const poll = await nginx.fetch('/events?topic=a&poll=25&lastEventId=x');
  assert.equal(poll.status, 503);
  assert.equal(poll.header('content-type'), 'application/problem+json');
  assert.equal(poll.header('retry-after'), '3');
  assert.equal(poll.json.status, 503);

  const health = await nginx.fetch('/healthz');
  assert.equal(health.status, 503);
  assert.equal(health.header('content-type'), 'application/problem+json');
  assert.equal(health.json.status, 503);
}

test('no worker has ever been there', async (t) => {
  const nginx = await startNginx(t, path.join(temporaryDirectory(t), 'w.sock'));
  await assertAway(nginx);
});

test('the worker dies while streams are open, and comes back', async (t) => {
  const directory = temporaryDirectory(t);
  const config = {greeting: endless};
  const first = await startWorker(t, {directory, config});
  const nginx = await startNginx(t, first.address);
  const streams = Array.from({length: 10}, () => nginx.http('/events'));
  await Promise.all(streams.map((each) => each.events(1)));
  assert.equal((await nginx.fetch('/healthz')).status, 200);

  await first.stop('SIGKILL');
  // A clean end is what nginx makes of it: readers reconnect, as after any end.
  await Promise.all(streams.map((each) => each.done()));
  await assertAway(nginx);

  fs.unlinkSync(first.address);
  await startWorker(t, {directory, config});
  const again = nginx.http('/events');
  await again.events(1);
  assert.equal((await nginx.fetch('/healthz')).status, 200);
});

test('the worker ends while streams are open: readers get the whole of its farewell', async (t) => {
  const worker = await startWorker(t, {
    config: {greeting: endless, streams: {retry_seconds: 9, retry_jitter_seconds: 1}},
  });
  const nginx = await startNginx(t, worker.address);
  const streams = Array.from({length: 10}, () => nginx.http('/events'));
  await Promise.all(streams.map((each) => each.events(1)));
  assert.equal((await worker.stop('SIGTERM')).code, 0);
  for (const each of await Promise.all(streams.map((stream) => stream.done()))) {
    assert.ok(each.complete, 'a clean end');
    assert.ok(each.frames.at(-1).retry >= 9000 && each.frames.at(-1).retry <= 10000);
  }
  await assertAway(nginx);
});
