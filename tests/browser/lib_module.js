// The library of the page in Node, which takes a .js file for CommonJS unless a package.json beside it says otherwise.

import {cp, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

// Returns all that SharedStream, Stream, Follower and the SharedWorker's part export, and remove().
export async function loadLib() {
  const folder = await mkdtemp(join(tmpdir(), 'www-lib-'));
  await cp(fileURLToPath(new URL('../../www/lib', import.meta.url)), folder, {recursive: true});
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  const load = (name) => import(pathToFileURL(join(folder, name)).href);
  const lib = {...await load('shared_stream.js'), ...await load('stream.js'), ...await load('worker_streams.js'), ...await load('follower.js')};
  return {...lib, remove: () => rm(folder, {recursive: true, force: true})};
}
