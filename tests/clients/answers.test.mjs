// What each client of docs/clients.md makes of the answers that it may meet, as its table says.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {now, until} from '../lib/wait.mjs';
import {clients, table} from './lib/documented.mjs';
import {questions, startOrigin} from './lib/origin.mjs';
import {startBrowser, startPage, startProcess} from './lib/run.mjs';

const patience = 30_000;

// Waits for one more stream, as long as a client may take. Ones that stay away end, or show that they do by time.
async function comesBack(origin, client, ms) {
  const deadline = now() + ms;
  while (origin.cursors.length < 2 && !client.ended && now() < deadline) await pause(10);
  return origin.cursors.length > 1;
}

const answers = {
  async 'cursor without an event'(origin, client) {
    if (!(await comesBack(origin, client, patience))) return 'never asks again';
    return origin.cursors[1] === 'e-7' ? 'yes' : 'no';
  },
  async '7 s of silence'(origin, client) {
    return (await comesBack(origin, client, 7000)) ? 'reconnects' : 'stays';
  },
  // No more than one request a second: the clients that ignore `retry:` are slowed down by the code of the page.
  async 'empty stream'(origin) {
    await pause(4000);
    return origin.cursors.length <= 6 ? 'waits' : `${origin.cursors.length} requests in 4 s`;
  },
};

// One that is said to come back has all the time it needs.
const away = async (origin, client, told) =>
  (await comesBack(origin, client, told === 'comes back' ? patience : 6000)) ? 'comes back' : 'stays away';

const starts = {page: startPage, node: startProcess, run: startProcess};

async function ask(t, block, question, told, directory, browser) {
  const origin = await startOrigin(t, question);
  const code = block.program(origin.address, 'orders');
  const place = block.place === 'page' ? [origin.address, browser] : [directory];
  const client = await starts[block.place](t, block, code, ...place);
  await until(() => origin.cursors.length > 0, `${block.title} asks for a stream: ${client.errors}`, patience);
  assert.equal(origin.cursors[0], block.language === 'html' ? undefined : 'e-1', 'the cursor to begin with');
  const answer = await (answers[question] ?? away)(origin, client, told);
  await client.stop();
  return answer;
}

test('the table of the page', {timeout: 280_000}, async (t) => {
  // Python's packages come from the system: any version will do.
  const rowOf = (title) => table().find(({client}) => client === title || client.startsWith(`${title} `));
  const browser = await startBrowser(t);
  const all = clients();
  const seen = new Map(all.map(({title}) => [title, {}]));
  // One question after another, so that not two hundred processes run at once.
  for (const question of questions) {
    const directory = temporaryDirectory(t);
    await Promise.all(
      all.map(async (block) => {
        const told = rowOf(block.title)?.[question];
        seen.get(block.title)[question] = await ask(t, block, question, told, directory, browser);
      }),
    );
  }
  for (const {title} of all) {
    await t.test(title, () => {
      const row = rowOf(title);
      assert.ok(row, `${title} has a row`);
      const {client, ...told} = row;
      assert.deepEqual(seen.get(title), {...told, 'empty stream': 'waits'}, client);
    });
  }
});
