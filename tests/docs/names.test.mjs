// Configuration keys and metrics that the pages name exist. The changelog and the glossary also have those from before.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {root} from '../lib/places.mjs';
import {keysOf, mentionedKeys, mentionedMetrics} from './lib/names.mjs';
import {pages, read} from './lib/pages.mjs';

const current = pages.filter((page) => !['CHANGELOG.md', 'docs/glossary.md'].includes(page));
const unknown = (found, known) => current.flatMap((page) => [...found(read(page))].filter((name) => !known.has(name)).map((name) => `${page}: ${name}`));

test('configuration keys are those of config/sse-worker.yaml', () => {
  const keys = keysOf(read('config/sse-worker.yaml'));
  assert.ok(keys.has('streams.max') && keys.has('listen'));
  assert.deepEqual(unknown(mentionedKeys, keys), []);
});

test('metrics are those of the worker', () => {
  const worker = path.join(root, 'worker');
  const sources = fs.readdirSync(worker, {recursive: true}).filter((name) => /\.[ch]pp$/.test(name)).map((name) => fs.readFileSync(path.join(worker, name), 'utf8'));
  const metrics = new Set(sources.join('\n').match(/\bsse_worker_\w+/g));
  assert.ok(metrics.size > 20);
  assert.deepEqual(unknown(mentionedMetrics, metrics), []);
});
