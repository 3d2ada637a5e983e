// The worker with its journal in a file, or in a Redis of its own. The file is in the folder of the results, on whatever disk
// that is; Redis appends to one, too, beside its socket. `journal` is the former name of the section `store`; a previous build may
// know only that one.
import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {Scope} from '../../lib/scope.mjs';
import {startRedis} from '../../lib/redis.mjs';
import {results, writeConfig} from '../results.mjs';
import {previousBuild, withoutPrevious} from './previous.mjs';
import {startStack} from './worker.mjs';

// A previous build may know the section by its former name only, which the others still read.
const section = (where) => (where ? 'journal' : 'store');

// `where`: another build; none for this one.
const kept = (name, title, journal, where) => ({
  name,
  title,
  batches: true,
  ahead: 70,
  missing: where ? withoutPrevious : undefined,
  // `more`: further configuration, as text.
  async start(more = '') {
    const file = join(results, `${name}.db`);
    for (const ending of ['', '-wal', '-shm', '.lock']) rmSync(file + ending, {force: true});
    const config = writeConfig(name, `${section(where)}: {path: "${file}", ${journal}}\n${more}`);
    return {...(await startStack(config, where)), config};
  },
});

export const sqlite = kept('sqlite', 'sse-worker, sqlite, process', 'kind: sqlite, durability: process');
export const sqliteFull = kept('sqlite_full', 'sse-worker, sqlite, full', 'kind: sqlite, durability: full');

export const sqlitePrevious = kept('sqlite_previous', 'the previous build, sqlite, process', 'kind: sqlite, durability: process', previousBuild);

const shared = (name, title, where) => ({
  name,
  title,
  batches: true,
  ahead: 70,
  missing: where ? withoutPrevious : undefined,
  async start(more = '') {
    const scope = new Scope();
    try {
      const {url} = await startRedis(scope);
      const config = writeConfig(name, `${section(where)}: {kind: redis, url: "${url}"}\n${more}`);
      const running = await startStack(config, where);
      // `stop_worker`: Redis stays.
      return {...running, config, stop_worker: running.stop, stop: () => running.stop().finally(() => scope.close())};
    } catch (error) {
      await scope.close();
      throw error;
    }
  },
});

export const redis = shared('redis', 'sse-worker, redis');
export const redisPrevious = shared('redis_previous', 'the previous build, redis', previousBuild);
