// Where things are: the repository, its build folder and the worker's program. The variables BUILD and SSE_WORKER name another
// folder and another program.
import path from 'node:path';
import {fileURLToPath} from 'node:url';

export const root = path.resolve(fileURLToPath(new URL('../..', import.meta.url)));
export const build = path.resolve(root, process.env.BUILD || 'build');
// Another build of the worker, for what is about upgrades; without the variable SSE_WORKER_BEFORE, this one.
export const before = path.resolve(process.env.SSE_WORKER_BEFORE || process.env.SSE_WORKER || path.join(build, 'sse-worker'));
export const binary = path.resolve(process.env.SSE_WORKER || path.join(build, 'sse-worker'));
