// Every client of docs/clients.md with its documented code, against the worker behind nginx: cut before the first event,
// cut between events and within one, over a crash of the worker, to the end of the topic. No event may be lost or come
// twice.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {configText, startHub} from '../lib/hub.mjs';
import {startWorker} from '../lib/worker.mjs';
import {clients} from './lib/documented.mjs';
import {cutAll, everyone, haveAll, haveBegun, releaseAll, short, startAll, tell} from './lib/field.mjs';

test('each client of the page resumes without loss or repeat', {timeout: 180_000}, async (t) => {
  const directory = temporaryDirectory(t);
  const config = {
    streams: {retry_seconds: 0.2},
    store: {kind: 'sqlite', path: path.join(directory, 'journal.db')},
  };
  const hub = await startHub(t, config);
  const all = await startAll(t, hub, clients());
  await haveBegun(all, 'every client has its stream');

  // Before its first event, with nothing but the cursor that the answer to its poll held.
  await cutAll(all);
  await tell(hub, all, 'while away, before the first event');
  releaseAll(all);
  await haveAll(all, 'what came before the first event');

  await tell(hub, all, 'live: é 🙂 \u2028 : end');
  await haveAll(all, 'a live event');

  for (const {road} of all) road.cutBehind('break-here');
  await tell(hub, all, `in the middle break-here of an event ${'.'.repeat(200_000)}`);
  await haveAll(all, 'the event that was cut');

  await cutAll(all);
  await tell(hub, all, 'while away, between two events');
  await tell(hub, all, 'and another one');
  releaseAll(all);
  await haveAll(all, 'what came while they were away');

  await haveBegun(all, 'every client is back');
  await hub.worker.stop('SIGKILL');
  const before = all.map(({road}) => road.streams);
  await everyone(all, ({road}, n) => road.streams > before[n], 'nginx has answered each in place of the worker');
  fs.unlinkSync(hub.worker.address);
  const {address, directory: home} = hub.worker;
  hub.worker = await startWorker(t, {config: configText(config), socket: address, directory: home});
  await tell(hub, all, 'after a crash of the worker');
  await haveAll(all, 'what came after the crash');

  await tell(hub, all, 'the last one', {close: 1});
  const processes = all.filter(({place}) => place !== 'page');
  await everyone(processes, ({ended}) => ended, 'every process ends by itself');
  await haveAll(all, 'the last event');
  const asked = all.map(({road}) => road.streams);
  await pause(1500);
  for (const [n, client] of all.entries()) {
    await t.test(client.title, () => {
      assert.deepEqual(client.lines.map(short), client.told.map(short), client.errors);
      assert.equal(client.code, 0, client.errors);
      assert.equal(client.road.streams, asked[n], 'it asks for nothing once the topic is closed');
    });
  }
});
