// Where the reports of a run go, and the configurations that it measures with.
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {build} from '../lib/places.mjs';

export const results = join(build, 'bench');
mkdirSync(results, {recursive: true});

// Returns the path of a configuration of the worker.
export function writeConfig(name, yaml) {
  const path = join(results, `${name}.yaml`);
  writeFileSync(path, yaml);
  return path;
}
