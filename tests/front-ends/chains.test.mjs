// HAProxy, Varnish, Apache and Caddy in front of nginx with its shipped files: events pass as they come, compression or not,
// and a resume with a large history does not stand still.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {configText} from '../integration/lib/hub_stack.mjs';
import {startNginx} from '../integration/lib/nginx.mjs';
import {startWorker} from '../integration/lib/worker.mjs';
import {ask} from './lib/ask.mjs';
import {Checks, key} from './lib/checks.mjs';
import {startFrontEnd} from './lib/front_end.mjs';
import {Table} from './lib/table.mjs';

const names = ['haproxy, nginx', 'varnish, nginx', 'apache, nginx', 'caddy, nginx'];
const table = new Table();
const config = configText({streams: {heartbeat_seconds: 1}, publish: {key}});

async function check(t, name) {
  const worker = await startWorker(t, {config});
  const nginx = await startNginx(t, worker.address);
  const frontEnd = await startFrontEnd(t, name, nginx.port);
  // Backends publish to nginx itself, on its own machine.
  const checks = new Checks(t, frontEnd, worker, nginx.port);
  const each = [
    ['events', () => checks.unbuffered()],
    ['resume with `Last-Event-ID`', () => checks.resumed()],
    ['a reader leaves: the worker knows', () => checks.readerGone()],
  ];
  for (const [row, run] of each) await t.test(row, async () => table.set(row, name, await run()));
  await t.test('nobody publishes from outside', async () => {
    const {status} = await ask(frontEnd.port, '/publish', {method: 'POST', body: 'topic=a&data=b'});
    assert.equal(status, 403);
  });
  await t.test('nginx is away', async () => {
    nginx.process.kill('SIGKILL');
    await nginx.process.exited();
    const {status, headers} = await ask(frontEnd.port, '/events?topic=a');
    table.set('while nginx is away: `/events`', name, `${status} ${headers['content-type'] ?? ''}`);
    if (!name.startsWith('apache')) assert.deepEqual([status, headers['content-type']], [200, 'text/event-stream']);
  });
}

test('in front of nginx', {concurrency: true}, async (t) => {
  await Promise.all(names.map((name) => t.test(name, (t) => check(t, name))));
  table.print(names);
});
