// The worker is killed again and again while events are published and read; its journal is a file.
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {configText, startHub} from '../lib/hub.mjs';
import {startWorker} from '../lib/worker.mjs';
import {Population} from './population.mjs';

export const sqlite = (t, durability = 'process') =>
  ({store: {kind: 'sqlite', path: path.join(temporaryDirectory(t), 'journal.db'), durability}});

// The next worker in the place of one that was killed.
export async function replace(t, hub, settings) {
  hub.worker.process.kill('SIGKILL');
  await hub.worker.process.exited();
  const {address, directory} = hub.worker;
  hub.worker = await startWorker(t, {config: configText(settings), socket: address, directory});
}

export async function killedWorker(t, {times, readers = 20}) {
  const settings = sqlite(t);
  const hub = await startHub(t, settings);
  const population = new Population(t, hub.port, {readers});
  await population.start();
  for (let n = 0; n < times; ++n) {
    await pause(50 + Math.random() * 250); // somewhere in the work, not at a beginning
    await replace(t, hub, settings);
  }
  return {tried: times, ...await population.end()};
}
