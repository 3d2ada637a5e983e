// The publishers of docs/publishing.md, run as they are printed: a reader gets their event, and a refusal ends them with the
// worker's sentence.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {startHub} from '../lib/hub.mjs';
import {run} from '../lib/process.mjs';
import {root} from '../lib/places.mjs';

const page = fs.readFileSync(path.join(root, 'docs/publishing.md'), 'utf8');
const blocks = [...page.matchAll(/^```\w+ publisher=(\w+)\n(.*?)^```$/gms)].map(([, name, code]) => ({name, code}));

const commands = {
  node: ['node', '.mjs'],
  python: ['/usr/bin/python3', '.py'],
  php: ['php', '.php'],
  sh: ['sh', '.sh'],
};

test('the page has a publisher for each language', () => {
  assert.deepEqual(
    blocks.map(({name}) => name),
    Object.keys(commands),
  );
  for (const {name, code} of blocks) assert.ok(code.trimEnd().split('\n').length <= 6, `${name}: six lines at most`);
});

test('each publishes, and says why it could not', {timeout: 60_000}, async (t) => {
  const directory = temporaryDirectory(t);
  const hub = await startHub(t);
  const reader = await hub.read({topic: 'orders'});
  const here = (code) => code.replaceAll(/127\.0\.0\.1(:|', )8080/g, `127.0.0.1$1${hub.port}`);
  const execute = (name, code) => {
    const [command, ending] = commands[name];
    const file = path.join(directory, `publisher${ending}`);
    fs.writeFileSync(file, here(code));
    return run(command, [file]);
  };
  for (const [n, {name, code}] of blocks.entries()) {
    await t.test(name, async () => {
      assert.ok(here(code).includes(`${hub.port}`), 'the address is put in');
      const {code: status, stdout, stderr} = await execute(name, code);
      assert.equal(status, 0, stderr);
      await reader.got(n + 1);
      const {event, data, id} = reader.events.at(-1);
      assert.deepEqual([event, data], ['paid', '{"order":42}']);
      assert.ok(stdout.includes(id), `it prints the id: ${stdout}`);

      const refused = await execute(name, code.replace(/(["'])orders\1/, '$1$1'));
      assert.notEqual(refused.code, 0, 'a refusal is a failure');
      assert.match(refused.stdout + refused.stderr, /topic: must not be empty/);
    });
  }
  reader.leave();
});
