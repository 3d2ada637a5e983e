// Another build of the worker, for instance that of the last release: a checkout of it with its build folder, named by the
// variable PREVIOUS. It is started with its own scripts, nginx files and configuration.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startStack } from './worker.mjs';

export const previousTree = process.env.PREVIOUS && resolve(process.env.PREVIOUS);
export const previousProgram = previousTree && join(previousTree, 'build');

// What is missing, if anything.
export function withoutPrevious() {
  if (!previousTree) return 'PREVIOUS must name the checkout of another version in which `make build` was run';
  return existsSync(join(previousProgram, 'sse-worker')) ? undefined : `there is no ${previousProgram}/sse-worker; run make build there`;
}

export const previous = {
  name: 'previous',
  title: 'the previous build',
  batches: true,
  ahead: 70,
  missing: withoutPrevious,
  start: (config) => startStack(config, previousProgram, previousTree),
};
