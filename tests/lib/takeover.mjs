// A program of the worker that a test can replace, and takeovers by it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {temporaryDirectory} from './cleanup.mjs';
import {binary} from './places.mjs';
import {until} from './wait.mjs';

const total = 'sse_worker_takeovers_total';
const refused = 'sse_worker_takeovers_refused_total';

export class Program {
  constructor(t, file = binary) {
    this.path = path.join(temporaryDirectory(t), 'sse-worker');
    fs.symlinkSync(file, this.path);
  }

  // For startWorker(): the worker is started as this program.
  get wrap() {
    return ([, ...args]) => [this.path, ...args];
  }

  // As a package does it: the old file stays open, and has no name any more.
  #put(place) {
    const next = `${this.path}.next`;
    place(next);
    fs.renameSync(next, this.path);
  }

  // A shell script in its place; $PROGRAM is the worker's.
  script(text) {
    this.#put((file) => fs.writeFileSync(file, `#!/bin/sh\nPROGRAM=${binary}\n${text}\n`, {mode: 0o755}));
  }

  text(text, mode) {
    this.#put((file) => fs.writeFileSync(file, text, {mode}));
  }

  real(program = binary) {
    this.#put((file) => fs.symlinkSync(program, file));
  }
}

// One takeover, from the signal until the next program answers: {pause, streams} as it tells them, the pause in milliseconds.
export async function takeOver(worker) {
  const before = (await worker.metrics()).value(total);
  worker.process.kill('SIGUSR2');
  const metrics = await until(
    async () => {
      assert.equal(worker.process.exit, null, worker.process.stderr);
      const now = await worker.metrics();
      return now.value(total) > before && now;
    },
    'the next program has taken over',
    15000,
  );
  assert.equal(metrics.value(total), before + 1);
  return {
    pause: metrics.value('sse_worker_takeover_pause_seconds') * 1000,
    streams: metrics.value('sse_worker_takeover_streams'),
  };
}

// A takeover that has to be refused, and the log says so.
export async function tryToTakeOver(worker) {
  const before = (await worker.metrics()).value(refused);
  const logged = worker.process.stderr.length;
  worker.process.kill('SIGUSR2');
  await worker.measured((metrics) => metrics.value(refused) === before + 1, 'the takeover is refused', 15000);
  await until(() => worker.process.stderr.slice(logged).includes('takeover refused, this program continues'), 'the log says so');
}
