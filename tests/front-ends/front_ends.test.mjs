// The worker behind lighttpd, Apache, HAProxy, Caddy and h2o, each with its file of deploy/front-ends: what a reader and a
// publisher notice. The worker's heartbeat is one second here.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {test} from 'node:test';
import {configText} from '../lib/hub.mjs';
import {startWorker} from '../lib/worker.mjs';
import {Checks, assertSurvivable, key, streamsMax} from './lib/checks.mjs';
import {startFrontEnd} from './lib/front_end.mjs';
import {Table} from './lib/table.mjs';

const names = ['lighttpd', 'apache', 'haproxy', 'caddy', 'h2o'];
// What these have no directive for.
const cannotSay200 = ['h2o'];
const table = new Table();

const config = configText({streams: {heartbeat_seconds: 1, max: streamsMax}, publish: {key}});

// The web server may run as another user than the worker.
async function startOpenWorker(t, more) {
  const worker = await startWorker(t, {config, ...more});
  fs.chmodSync(worker.directory, 0o755);
  fs.chmodSync(worker.address, 0o666);
  return worker;
}

async function check(t, name) {
  const worker = await startOpenWorker(t);
  const frontEnd = await startFrontEnd(t, name, worker.address);
  const checks = new Checks(t, frontEnd, worker, frontEnd.kind.publishesOn?.(frontEnd));
  const cell = (row, words) => table.set(row, name, words);
  const each = [
    ['events', () => checks.unbuffered()],
    ['resume with `Last-Event-ID`', () => checks.resumed()],
    ['publish', () => checks.allFormats()],
    ['refusals of the worker', () => checks.refusals()],
    ['where a reader is', () => checks.address()],
    [`${streamsMax} streams`, () => checks.manyStreams()],
    ['a reader leaves: the worker knows', () => checks.readerGone()],
    ['reload: open streams', () => checks.reload()],
  ];
  for (const [row, run] of each) await t.test(row, async () => cell(row, await run()));
  await t.test('the worker is killed, and is back', async (t) => {
    const {address, directory} = worker;
    const restart = () => startOpenWorker(t, {socket: address, directory});
    const seen = await checks.away(restart);
    cell('the worker dies: a stream', seen.how);
    cell('while it is away: `/events`', `${seen.stream.status} ${seen.stream.headers['content-type'] ?? ''}`);
    cell('while it is away: `/publish`', `${seen.publish.status} ${seen.publish.headers['content-type'] ?? ''}`);
    cell('served again after', seen.again);
    if (cannotSay200.includes(name)) assert.equal(seen.stream.status, 503);
    else assertSurvivable(seen);
    checks.worker = seen.worker;
    await checks.unbuffered();
  });
}

test('behind other front ends', {concurrency: true}, async (t) => {
  await Promise.all(names.map((name) => t.test(name, (t) => check(t, name))));
  table.print(names);
});
