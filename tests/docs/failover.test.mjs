// What docs/clustering.md lets a reader try on one machine: a Redis that fails over, by the blocks of the page.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {defer, temporaryDirectory} from '../lib/cleanup.mjs';
import {Hub} from '../lib/hub.mjs';
import {startNginx} from '../lib/nginx.mjs';
import {freePort} from '../lib/port.mjs';
import {startWorker} from '../lib/worker.mjs';
import {blocks} from './lib/markdown.mjs';
import {read} from './lib/pages.mjs';
import {failure} from './lib/shell.mjs';

const page = 'docs/clustering.md';
const named = (name) => {
  const found = blocks(read(page)).filter((block) => block.name === `try=${name}`);
  assert.equal(found.length, 1, name);
  return found[0];
};

// What ten ports in a row begin with, so that a digit follows as in the page; a Cluster also takes the ports 10,000 above.
const decade = async () => {
  for (;;) {
    const port = String(await freePort());
    if (Number(port) < 22_000) return port.slice(0, -1);
  }
};

for (const kind of ['sentinel', 'cluster']) {
  test(`${kind}: the primary is lost, by copy and paste`, {timeout: 200_000}, async (t) => {
    const folder = temporaryDirectory(t);
    const [redis, sentinel] = [await decade(), await decade()];
    const here = (code) => code.replaceAll('/tmp/orders', folder).replace(/\b700(?=[\d${])/g, redis).replace(/\b2700(?=[\d$])/g, sentinel);
    const paste = async (name, port) => {
      const block = named(name);
      assert.equal(await failure(here(block.code), {port, directory: temporaryDirectory(t), cwd: folder, ms: 120_000}), undefined, `${page}:${block.line}`);
    };
    defer(t, () => paste('end'));
    await paste(kind);
    const worker = await startWorker(t, {config: fs.readFileSync(path.join(folder, 'sse-worker.yaml'), 'utf8')});
    const hub = new Hub(t, worker, await startNginx(t, worker.address));
    const reader = await hub.read({topic: 'orders'});
    await paste('failover', hub.port);
    assert.deepEqual((await reader.got(2)).map(({data}) => data), ['before', 'after']);
    assert.deepEqual([reader.gaps, reader.connects], [[], 1]);
  });
}
