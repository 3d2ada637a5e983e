// www/lib against a model of the worker, the network and the browser: random cuts, sleeps, silent connections, changes of
// leader, tabs that come and go, restarts. No event is lost or repeated without a gap in between. SEED=… repeats one run,
// RUNS=… makes another number of them, from that seed on if there is one.

import {execFile} from 'node:child_process';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

const {RUNS, SEED} = process.env;
const runs = Number(RUNS ?? (SEED ? 1 : 1000));
const program = fileURLToPath(new URL('model/runs.js', import.meta.url));

test(`${runs} random runs: no event is lost or repeated without a gap`, {timeout: 600_000}, async (t) => {
  const first = Number(SEED ?? Math.floor(Math.random() * 2 ** 31));
  t.diagnostic(`the first SEED is ${first}`);
  const {stdout} = await promisify(execFile)(process.execPath, [program, first, runs].map(String), {timeout: 590_000});
  t.diagnostic(stdout.trim());
});

// A tab joins when the server that it asks lags behind the shared stream, and nothing more is said.
test('a run that lost an event once', {timeout: 60_000}, async () => {
  await promisify(execFile)(process.execPath, [program, '127862669', '1', 'plain'], {timeout: 50_000});
});
