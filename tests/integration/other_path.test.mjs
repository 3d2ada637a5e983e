// The worker below another path than its own, by the lines that docs/front-ends.md prints.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {assertProblem} from '../lib/problem.mjs';
import {startHub} from '../lib/hub.mjs';
import {root} from '../lib/places.mjs';

const page = fs.readFileSync(path.join(root, 'docs/front-ends.md'), 'utf8');
const [, printed] = /^## nginx, under another path\n.*?^```nginx\n(.*?)^```$/ms.exec(page);
const fromElsewhere = 'set_real_ip_from 127.0.0.1; real_ip_header X-Test-Address;';
const form = {'Content-Type': 'application/x-www-form-urlencoded'};

test('below /live/', async (t) => {
  const hub = await startHub(t, {}, {nginx: {server: `${printed}\n${fromElsewhere}`}});
  const publish = (data, headers = {}) =>
    hub.nginx.fetch('/live/publish', {method: 'POST', headers: {...form, ...headers}, body: `topic=a&data=${data}`});

  await t.test('a stream begins, gets what is published there, and is resumed by its cursor', async () => {
    const first = await hub.nginx.http('/live/events?topic=a').head();
    assert.deepEqual([first.status, first.header('x-accel-buffering')], [200, 'no']);
    const answer = await publish('1');
    assert.equal(answer.status, 200);
    const [event] = await first.events(1);
    assert.deepEqual([event.data, event.id], ['1', answer.json.id]);
    first.leave();
    await publish('2');
    const again = await hub.nginx.http('/live/events?topic=a', {headers: {'Last-Event-ID': event.id}}).head();
    assert.deepEqual((await again.events(1)).map(({data}) => data), ['2']);
    again.leave();
  });

  await t.test('the same topics by a POST, and a long poll', async () => {
    const stream = await hub.nginx
      .http('/live/events', {method: 'POST', headers: form, body: 'topic=a&lastEventId=earliest'})
      .head();
    assert.deepEqual((await stream.events(2)).map(({data}) => data), ['1', '2']);
    stream.leave();
    const poll = await hub.nginx.fetch('/live/events?topic=a&poll=0');
    assert.equal(poll.status, 200);
    assert.ok(poll.json.stream.startsWith('/events?topic=a&lastEventId='), poll.json.stream);
  });

  await t.test('health and figures', async () => {
    assert.equal((await hub.nginx.fetch('/live/healthz')).json.status, 'ok');
    assert.match((await hub.nginx.fetch('/live/metrics')).text, /^sse_worker_/m);
  });

  await t.test('who may not publish may not do so there either', async () => {
    assertProblem(await publish('3', {'X-Test-Address': '192.0.2.1'}), 403);
    const metrics = await hub.nginx.fetch('/live/metrics', {headers: {'X-Test-Address': '192.0.2.1'}});
    assertProblem(metrics, 403);
  });

  await t.test('nothing else is below it', async () => {
    for (const where of ['/live/', '/live/events/', '/live/eventsx', '/live/live/events', '/live/x/events'])
      assert.equal((await hub.nginx.fetch(where)).status, 404, where);
  });

  await t.test('while the worker is away, a stream is told to come back', async () => {
    await hub.worker.stop();
    const stream = await hub.nginx.fetch('/live/events?topic=a');
    assert.deepEqual([stream.status, stream.text], [200, 'retry: 3000\n\n']);
    assertProblem(await hub.nginx.fetch('/live/events?topic=a&poll=1'), 503);
    assertProblem(await publish('4'), 503);
  });
});
