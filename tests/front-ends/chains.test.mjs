// HAProxy, Varnish, Apache and Caddy in front of nginx with its shipped files: events pass as they come, compression or not,
// and a resume with a large history does not stand still.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {configText} from '../lib/hub.mjs';
import {startNginx} from '../lib/nginx.mjs';
import {startWorker} from '../lib/worker.mjs';
import {ask} from './lib/ask.mjs';
import {Checks, key} from './lib/checks.mjs';
import {startFrontEnd} from './lib/front_end.mjs';
import {Table} from './lib/table.mjs';

const names = ['haproxy, nginx', 'varnish, nginx', 'apache, nginx', 'caddy, nginx'];
const table = new Table();
const config = configText({streams: {heartbeat_seconds: 1}, publish: {key}});

// As docs/front-ends.md has it: nginx believes the front end about where readers are. It says whom it has seen.
const server = 'set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For; add_header X-Seen $remote_addr always;';

async function check(t, name) {
  const worker = await startWorker(t, {config});
  const nginx = await startNginx(t, worker.address, {server});
  const frontEnd = await startFrontEnd(t, name, nginx.port);
  // Backends publish to nginx itself, on its own machine.
  const checks = new Checks(t, frontEnd, worker, nginx.port);
  const each = [
    ['events', () => checks.unbuffered()],
    ['resume with `Last-Event-ID`', () => checks.resumed()],
    ['a reader leaves: the worker knows', () => checks.readerGone()],
  ];
  for (const [row, run] of each) await t.test(row, async () => table.set(row, name, await run()));
  await t.test('where a reader is', async () => {
    const headers = {'X-Forwarded-For': '203.0.113.99'}; // what a client says of itself is not believed
    const answer = await ask(frontEnd.port, '/healthz', {localAddress: '127.5.5.5', headers});
    assert.deepEqual([answer.status, answer.headers['x-seen']], [200, '127.5.5.5']);
  });
  await t.test('nobody publishes from outside', async () => {
    const {status} = await ask(frontEnd.port, '/publish', {method: 'POST', body: 'topic=a&data=b'});
    assert.equal(status, 403);
  });
  await t.test('nginx is away', async () => {
    await nginx.process.stop();
    const {status, headers} = await ask(frontEnd.port, '/events?topic=a');
    table.set('while nginx is away: `/events`', name, `${status} ${headers['content-type'] ?? ''}`);
    assert.deepEqual([status, headers['content-type']], [200, 'text/event-stream']);
  });
}

// Caddy decides by the first write whether it compresses, "no-transform" or not, and what it compresses it keeps.
async function checkCompressing(t, name) {
  const worker = await startWorker(t, {config});
  const nginx = name.endsWith('nginx') ? await startNginx(t, worker.address) : null;
  const frontEnd = await startFrontEnd(t, name, nginx?.port ?? worker.address);
  const checks = new Checks(t, frontEnd, worker, nginx?.port);
  for (let n = 0; n < 10; ++n) await checks.resumed();
  // Its own answers it does compress.
  const {headers} = await ask(frontEnd.port, '/metrics', {headers: {'Accept-Encoding': 'gzip'}});
  if (!nginx) assert.equal(headers['content-encoding'], 'gzip');
}

test('a proxy that compresses whatever begins large does not compress a stream', {concurrency: true}, async (t) => {
  const compressing = ['caddy that compresses', 'caddy that compresses, nginx'];
  await Promise.all(compressing.map((name) => t.test(name, (t) => checkCompressing(t, name))));
});

test('in front of nginx', {concurrency: true}, async (t) => {
  await Promise.all(names.map((name) => t.test(name, (t) => check(t, name))));
  table.print(names);
});
