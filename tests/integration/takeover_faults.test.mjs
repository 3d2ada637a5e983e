// A takeover that goes wrong: the worker continues, or readers come back with their cursors; nothing is lost or repeated.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {configText, startHub} from '../lib/hub.mjs';
import {Program, takeOver, tryToTakeOver} from '../lib/takeover.mjs';
import {startWorker} from '../lib/worker.mjs';
import {Population} from '../drill/population.mjs';

async function start(t) {
  const program = new Program(t);
  const config = {store: {kind: 'sqlite', path: path.join(temporaryDirectory(t), 'journal.db')}};
  const hub = await startHub(t, config, {wrap: program.wrap});
  return Object.assign(hub, {program, config});
}

const unnoticed = {lost: 0, repeated: 0, reordered: 0, gaps: 0, reconnects: 0};

test('a program that is not fit is refused, and the running one continues', async (t) => {
  const hub = await start(t);
  const population = new Population(t, hub.port, {readers: 20});
  await population.start();
  const unfit = {
    'one that ends at once': () => hub.program.script('exit 1'),
    'one that is killed': () => hub.program.script('kill -KILL $$'),
    'one that speaks another version': () => hub.program.script('case "$1" in --rehearse*) exec $PROGRAM --rehearse-takeover=999;; esac'),
    'one that knows of no takeovers': () => hub.program.script('exec $PROGRAM --an-option-of-later'),
    'one that cannot be executed': () => hub.program.text('no program', 0o644),
    'none': () => hub.program.text('', 0o755),
  };
  for (const [what, put] of Object.entries(unfit)) {
    await t.test(what, async () => {
      put();
      await tryToTakeOver(hub.worker);
    });
  }
  await t.test('also where the program is right, and the configuration is not', async () => {
    hub.program.real();
    const file = path.join(hub.worker.directory, 'sse-worker.yaml');
    const before = fs.readFileSync(file);
    fs.writeFileSync(file, 'no_such_key: 1\n');
    await tryToTakeOver(hub.worker);
    fs.writeFileSync(file, before);
  });
  await takeOver(hub.worker);
  const {lost, repeated, reordered, gaps, reconnects} = await population.end();
  assert.deepEqual({lost, repeated, reordered, gaps, reconnects}, unnoticed);
});

test('a program that hangs in its rehearsal is given up, and serving continues meanwhile', async (t) => {
  const hub = await start(t);
  const reader = await hub.read('topic=a');
  hub.program.script('exec sleep 3600');
  const refused = tryToTakeOver(hub.worker);
  await hub.publish({topic: 'a', data: 'meanwhile'});
  await reader.got(1);
  await refused;
  assert.equal(reader.connects, 1);
});

// The next worker in the place of one that has ended.
async function startAgain(t, hub) {
  const {address, directory} = hub.worker;
  hub.worker = await startWorker(t, {config: configText(hub.config), socket: address, directory});
}

test('a program that dies when it has taken over: readers come back with their cursors', async (t) => {
  const hub = await start(t);
  const population = new Population(t, hub.port, {readers: 20});
  await population.start();
  hub.program.script('case "$1" in --rehearse*) exec $PROGRAM "$@";; esac; kill -KILL $$');
  hub.worker.process.insisted = true; // a death that is wanted
  hub.worker.process.kill('SIGUSR2');
  assert.deepEqual(await hub.worker.process.exited(15_000), {code: null, signal: 'SIGKILL'});
  await startAgain(t, hub);
  const {lost, repeated, reordered, gaps, reconnects} = await population.end();
  assert.deepEqual({lost, repeated, reordered, gaps}, {lost: 0, repeated: 0, reordered: 0, gaps: 0});
  assert.ok(reconnects >= 20);
});

test('a program that cannot read what it was left: readers come back with their cursors', async (t) => {
  const hub = await start(t);
  const population = new Population(t, hub.port, {readers: 20});
  await population.start();
  hub.program.script('case "$1" in --rehearse*) exec $PROGRAM "$@";; esac; SSE_WORKER_TAKEOVER=999 exec $PROGRAM "$@"');
  hub.worker.process.kill('SIGUSR2');
  await hub.worker.process.says('stderr', /the streams of the process before are closed/, 15_000);
  await hub.worker.healthy();
  const {lost, repeated, reordered, gaps, reconnects} = await population.end();
  assert.deepEqual({lost, repeated, reordered, gaps}, {lost: 0, repeated: 0, reordered: 0, gaps: 0});
  assert.ok(reconnects >= 20);
});
