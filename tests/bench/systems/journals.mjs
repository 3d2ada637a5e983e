// The worker with its journal in a file. The file is in the folder of the results, on whatever disk that is.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
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
