// Runs the load client, and returns its report.
import {join} from 'node:path';
import {build} from '../lib/places.mjs';
import {Process} from '../lib/process.mjs';

const client = join(build, 'sse-load');
const longestMs = 10 * 60_000; // and more, by the patience of wait.mjs

// A load client whose faults are shown.
export const startLoad = (...args) => new Process(client, args.map(String), {stdio: ['ignore', 'pipe', 'inherit']});

export async function load(...args) {
  const running = startLoad(...args);
  const {code, signal} = await running.exited(longestMs);
  if (code !== 0) throw new Error(`sse-load ended with ${code ?? signal}`);
  return JSON.parse(running.stdout);
}

// Arguments that make it watch processes, by role.
export const watching = (pids) =>
  Object.entries(pids).flatMap(([role, all]) => all.flatMap((pid) => ['--watch-pid', `${role}=${pid}`]));
