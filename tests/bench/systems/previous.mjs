// Another build of the worker, for instance that of the last release: a checkout of it with its build folder, named by the
// variable PREVIOUS. It is started with its own scripts, nginx files and configuration.
import {existsSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {startStack} from './worker.mjs';

const tree = process.env.PREVIOUS && resolve(process.env.PREVIOUS);
// Where a Stack finds it.
export const previousBuild = tree && {tree, program: join(tree, 'build')};

// What is missing, if anything.
export function withoutPrevious() {
  if (!previousBuild) return 'PREVIOUS must name the checkout of another version in which `make build-tests` was run';
  const {program} = previousBuild;
  return existsSync(join(program, 'sse-worker')) ? undefined : `there is no ${program}/sse-worker; run make build-tests there`;
}

export const previous = {
  name: 'previous',
  title: 'the previous build',
  batches: true,
  ahead: 70,
  missing: withoutPrevious,
  start: (config) => startStack(config, previousBuild),
};
