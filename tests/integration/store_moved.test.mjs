// The journal's files are moved, deleted or replaced while publishers leave the worker no idle moment; then it is killed. Every
// event that it acknowledged is there after the next start, or readers are told.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {moveAway} from '../lib/store_faults.mjs';
import {configText, startHub} from '../lib/hub.mjs';
import {until} from '../lib/wait.mjs';
import {startWorker} from '../lib/worker.mjs';

const settingsOf = (file) => ({store: {kind: 'sqlite', path: file}, history: {topic_events_max: 1000000}});

// Publishes numbers, one after the other, as long as the worker lives; remembers which of them were acknowledged.
class Load {
  acknowledged = [];
  refused = 0;
  #run = true;

  constructor(hub) {
    this.done = this.#publish(hub);
  }

  async #publish(hub) {
    for (let n = 0; this.#run; ++n) {
      const answer = await hub.json({topic: 't', data: String(n)}).catch(() => null);
      if (answer?.status === 200) this.acknowledged.push(n);
      else this.refused += 1;
    }
  }

  more(count) {
    const before = this.acknowledged.length;
    return until(() => this.acknowledged.length >= before + count, `${count} more are acknowledged`, 20000);
  }

  stop() {
    this.#run = false;
    return this.done;
  }
}

async function kill(hub) {
  hub.worker.process.kill('SIGKILL');
  await hub.worker.process.exited();
}

async function begin(t, hub, settings) {
  const {address, directory} = hub.worker;
  hub.worker = await startWorker(t, {config: configText(settings), socket: address, directory});
}

// One poll has a part of what is held.
async function held(hub) {
  const numbers = new Set();
  for (let lastEventId = 'earliest'; ;) {
    const {body} = await hub.poll({topic: 't', lastEventId});
    if (body.events.length === 0) return numbers;
    for (const {data} of body.events) numbers.add(Number(data));
    ({lastEventId} = body);
  }
}

function replaceByCopy(file) {
  fs.copyFileSync(file, `${file}.copy`);
  fs.renameSync(`${file}.copy`, file);
}

const faults = {
  'journal.db is moved': (file) => fs.renameSync(file, `${file}.elsewhere`),
  'journal.db is deleted': (file) => fs.rmSync(file),
  'journal.db is replaced by a copy': replaceByCopy,
  'all three are moved': moveAway,
  'journal.db-wal is deleted': (file) => fs.rmSync(`${file}-wal`),
  'journal.db-wal is replaced by a copy': (file) => replaceByCopy(`${file}-wal`),
  'journal.db.lock is deleted': (file) => fs.rmSync(`${file}.lock`),
};

for (const [name, fault] of Object.entries(faults)) {
  test(`${name} under load: noticed, and after a kill nothing is missing`, async (t) => {
    const file = path.join(temporaryDirectory(t), 'journal.db');
    const settings = settingsOf(file);
    const hub = await startHub(t, settings);
    const load = new Load(hub);
    await load.more(50);
    fault(file);
    await until(() => load.refused > 0, 'it is noticed', 10000);
    await load.more(50);
    await kill(hub);
    await load.stop();
    await begin(t, hub, settings);
    const found = await held(hub);
    assert.deepEqual(load.acknowledged.filter((n) => !found.has(n)), []);
  });
}

// What was acknowledged within the second that it takes to notice may be gone, but nobody is left in the dark.
test('killed at once after the file was moved: every reader is told', async (t) => {
  const file = path.join(temporaryDirectory(t), 'journal.db');
  const settings = settingsOf(file);
  const hub = await startHub(t, settings);
  const load = new Load(hub);
  await load.more(20);
  moveAway(file);
  await load.more(20);
  const id = await hub.publish({topic: 't', data: 'x'});
  await kill(hub);
  await load.stop();
  await begin(t, hub, settings);
  const {body} = await hub.poll({topic: 't', lastEventId: id});
  assert.match(body.gap.reason, /^(lost|restarted)$/);
});

test('moved a moment before an orderly end: nothing is missing', async (t) => {
  const file = path.join(temporaryDirectory(t), 'journal.db');
  const settings = settingsOf(file);
  const hub = await startHub(t, settings);
  const load = new Load(hub);
  await load.more(20);
  await load.stop();
  moveAway(file);
  const id = await hub.publish({topic: 't', data: '-1'});
  await hub.restart(settings);
  const found = await held(hub);
  assert.deepEqual(load.acknowledged.filter((n) => !found.has(n)), []);
  assert.equal((await hub.poll({topic: 't', lastEventId: id})).body.gap, undefined);
});
