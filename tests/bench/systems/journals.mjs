// The worker with its journal in a file, or in a Redis of its own. The file is in the folder of the results, on whatever disk
// that is; Redis appends to one, too, beside its socket.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Scope } from '../../drill/scope.mjs';
import { startRedis } from '../../integration/lib/redis.mjs';
import { results } from '../processes.mjs';
import { writeConfig } from '../stack.mjs';
import { startStack } from './worker.mjs';

const kept = (name, title, journal) => ({
  name,
  title,
  batches: true,
  ahead: 70,
  // `more`: further configuration, as text.
  async start(more = '') {
    const file = join(results, `${name}.db`);
    for (const ending of ['', '-wal', '-shm', '.lock']) rmSync(file + ending, { force: true });
    const config = writeConfig(name, `journal: {path: "${file}", ${journal}}\n${more}`);
    return { ...(await startStack(config)), config };
  },
});

export const sqlite = kept('sqlite', 'sse-worker, sqlite, process', 'kind: sqlite, durability: process');
export const sqliteFull = kept('sqlite_full', 'sse-worker, sqlite, full', 'kind: sqlite, durability: full');

export const redis = {
  name: 'redis',
  title: 'sse-worker, redis',
  batches: true,
  ahead: 70,
  async start(more = '') {
    const scope = new Scope();
    try {
      const { url } = await startRedis(scope);
      const config = writeConfig('redis', `journal: {kind: redis, url: "${url}"}\n${more}`);
      const running = await startStack(config);
      // `stop_worker`: Redis stays.
      return { ...running, config, stop_worker: running.stop, stop: () => running.stop().finally(() => scope.close()) };
    } catch (error) {
      await scope.close();
      throw error;
    }
  },
};
