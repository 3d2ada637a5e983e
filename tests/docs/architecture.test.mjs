// docs/architecture.md describes the tree as it is: files, types, rooms and what they may include.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {root} from '../lib/places.mjs';
import {differences} from './lib/architecture.mjs';
import {read} from './lib/pages.mjs';

const page = read('docs/architecture.md');

test('files and types are where the page says', () => assert.deepEqual(differences(root, page), []));

test('the files that a recipe names exist', () => {
  const recipes = page.slice(page.indexOf('## How to add'));
  const named = [...recipes.matchAll(/`((?:worker|tests|deploy|docs|config|www)\/[^`…]+)`/g)].map(([, name]) => name).filter((name) => !/example|file_store|store\/file/.test(name));
  assert.ok(named.length > 0);
  const exists = (name) => (name.endsWith('.*') ? ['cpp', 'hpp'].some((ending) => fs.existsSync(path.join(root, name.replace(/\*$/, ending)))) : fs.existsSync(path.join(root, name)));
  assert.deepEqual(named.filter((name) => !exists(name)), []);
});

test('rooms may include what tests/rooms.cmake says', () => {
  const allowed = Object.fromEntries([...read('tests/rooms.cmake').matchAll(/^set\(may_(\S+?)(?: ([^)]*))?\)/gm)].map(([, room, list]) => [room, (list ?? '').split(' ')]));
  delete allowed.app;
  const table = page.slice(page.indexOf('| room |'), page.indexOf('The tables below'));
  const told = {};
  for (const [, rooms, list] of table.matchAll(/^\| (`.*?) \| .* \| ([^|]*) \|$/gm)) {
    const expanded = list.replace(/, every.*$/, '').replace(/,? api\/\*/, ' api/request api/access api/publish api/stream').replace('–', '');
    for (const [, room] of rooms.matchAll(/`([^`]+)\/`/g)) if (room !== 'app') told[room] = expanded.split(' ');
  }
  assert.deepEqual(told, allowed);
});
