// The disk runs full while events are published and read, and gets room again, several times.
import fs from 'node:fs';
import path from 'node:path';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {startHub} from '../lib/hub.mjs';
import {smallDisk} from '../lib/store_faults.mjs';
import {until} from '../lib/wait.mjs';
import {Population} from './population.mjs';

// As another program would: all there is, to the last block.
function fill(file) {
  for (const bytes of [1 << 20, 4096]) {
    try {
      for (;;) fs.appendFileSync(file, Buffer.alloc(bytes));
    } catch (error) {
      if (error.code !== 'ENOSPC') throw error;
    }
  }
}

export async function fullDisk(t, {times}) {
  const disk = await smallDisk(t, path.join(temporaryDirectory(t), 'disk'), 64_000_000);
  if (!disk) return {skipped: 'this user may not mount a file system'};
  const settings = {store: {kind: 'sqlite', path: path.join(disk, 'journal.db')}, history: {topic_events_max: 2000}};
  const hub = await startHub(t, settings);
  const population = new Population(t, hub.port, {readers: 10});
  await population.start();
  const status = async () => (await hub.nginx.fetch('/healthz')).status;
  const ballast = path.join(disk, 'ballast');
  for (let n = 0; n < times; ++n) {
    const before = population.figures().acknowledged;
    await until(() => population.figures().acknowledged >= before + 100, 'events are published', 20000);
    await until(async () => {
      fill(ballast);
      return (await status()) === 503;
    }, 'the disk is full', 20000);
    fs.rmSync(ballast);
    await until(async () => (await status()) === 200, 'it is well again', 20000);
  }
  return {tried: times, ...await population.end()};
}
