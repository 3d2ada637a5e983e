// The floor: sse-floor in the worker's place, behind the same nginx files.
import {existsSync, mkdirSync, rmSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {build} from '../../lib/places.mjs';
import {results} from '../results.mjs';
import {startStack} from './worker.mjs';

// deploy/local/run looks for a program of this name.
function standIn() {
  const folder = join(results, 'floor');
  mkdirSync(folder, {recursive: true});
  rmSync(join(folder, 'sse-worker'), {force: true});
  symlinkSync(join(build, 'sse-floor'), join(folder, 'sse-worker'));
  return folder;
}

export const floor = {
  name: 'floor',
  title: 'the floor',
  batches: true,
  ahead: 70,
  missing: () => (existsSync(join(build, 'sse-floor')) ? undefined : 'make build-tests makes build/sse-floor'),
  start: () => startStack(undefined, {program: standIn()}),
};
