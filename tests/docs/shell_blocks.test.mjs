// The programs of the pages. A shell block is run against the worker behind nginx, unless it has the mark
// `<!-- not run: why -->` in the line before it, or a name after its language, by which another test runs it. JavaScript is parsed, and
// so is JSON; YAML is a configuration that `sse-worker check` accepts.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {startHub} from '../lib/hub.mjs';
import {run} from '../lib/process.mjs';
import {binary} from '../lib/places.mjs';
import {blocks, strayMarks} from './lib/markdown.mjs';
import {pages, read} from './lib/pages.mjs';
import {failure} from './lib/shell.mjs';

const shell = ['sh', 'bash', 'shell', 'console'];
// Run by tests/clients/publishers.test.mjs, tests/clients/clients.test.mjs and tests/docs/failover.test.mjs.
const runElsewhere = ['publisher=sh', 'run=curl', 'try=sentinel', 'try=cluster', 'try=failover', 'try=end'];
// As the page about slow clients has it.
const config = {streams: {conflate: ['prices/*']}};

const all = pages.flatMap((page) => blocks(read(page)).map((block) => ({page, ...block})));
const at = ({page, line}) => `${page}:${line}`;
const file = (t, name, text) => {
  const to = path.join(temporaryDirectory(t), name);
  fs.writeFileSync(to, text);
  return to;
};
const accepted = async (block, command, args) => {
  const {code, stdout, stderr} = await run(command, args, {ms: 30_000});
  assert.equal(code, 0, `${at(block)}: ${stdout}${stderr}`);
};

test('a mark stands before its block', () => {
  assert.deepEqual(pages.flatMap((page) => strayMarks(read(page)).map((line) => `${page}:${line}`)), []);
});

test('shell blocks do what the page says', {timeout: 300_000}, async (t) => {
  const wanted = all.filter(({language, reason, name}) => shell.includes(language) && !reason && !runElsewhere.includes(name));
  assert.ok(wanted.length > 0);
  for (const page of new Set(wanted.map((block) => block.page))) {
    await t.test(page, async (ofPage) => {
      const hub = await startHub(ofPage, config);
      for (const block of wanted.filter((each) => each.page === page)) {
        const directory = temporaryDirectory(ofPage);
        assert.equal(await failure(block.code, {port: hub.port, directory, cwd: directory}), undefined, at(block));
      }
    });
  }
});

test('JavaScript has no syntax errors', {timeout: 120_000}, async (t) => {
  const scripts = (html) => [...html.matchAll(/<script\b[^>]*>(.*?)<\/script>/gs)].map(([, script]) => script).join('\n');
  const programs = all.filter(({language, reason}) => ['js', 'html'].includes(language) && !reason);
  assert.ok(programs.length > 0);
  for (const block of programs) await accepted(block, process.execPath, ['--check', file(t, 'block.mjs', block.language === 'js' ? block.code : scripts(block.code))]);
});

test('JSON can be parsed', () => {
  for (const block of all.filter(({language}) => language === 'json')) assert.doesNotThrow(() => JSON.parse(block.code), at(block));
});

// The addresses are those of other machines, which no test asks.
test('YAML is a configuration', {timeout: 120_000}, async (t) => {
  for (const block of all.filter(({language, reason}) => language === 'yaml' && !reason)) await accepted(block, binary, ['check', '--config', file(t, 'block.yaml', block.code.replace(/redis:\/\/[\w.:-]+/, 'redis://127.0.0.1:1'))]);
});
