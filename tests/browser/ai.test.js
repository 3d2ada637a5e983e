// The hook useChat of @ai-sdk/react, as it is, with the route of deploy/examples: its answers are publish streams of the worker.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {bundle} from '../lib/bundle.mjs';
import {defer, temporaryDirectory} from '../lib/cleanup.mjs';
import {examples, startExample} from '../lib/example.mjs';
import {root} from '../lib/places.mjs';
import {launch, openPage} from './chromium.js';

let browser;
before(async () => { browser = await launch(); }, {timeout: 60_000});
after(() => browser?.close(), {timeout: 60_000});

// Each number once, so that text which is missing or repeated is seen.
const wordsOf = (count) => Array.from({length: count}, (_, n) => n).join(' ');
const answerTo = (said) => `You said: ${said}\nI am no model, so I can only repeat it. `.repeat(5).trimEnd();

const texts = (page, role) => page.locator(`p.${role}`).allTextContents();
const longerThan = (page, length) =>
  page.waitForFunction((least) => document.querySelector('p.assistant')?.textContent.length > least, length, {timeout: 60_000});
const status = (page, words) => page.locator('p[role="status"]', {hasText: words}).waitFor({timeout: 120_000});

async function open(t, {folder} = {}) {
  const script = await bundle(t, path.join(examples, 'ai.jsx'));
  const {stack, program} = await startExample(t, ['node', 'ai.mjs'], {server: 'ai.conf', config: 'ai.yaml', page: '/ai/', folder, args: [script]});
  const {page, faults, close} = await openPage(browser, `${stack.url}ai/`, {
    before: (each) => each.route('**/favicon.ico', (route) => route.fulfill({status: 204})),
  });
  defer(t, close);
  await status(page, 'ready');
  return {stack, program, page, faults};
}

async function say(page, message) {
  await page.getByLabel('Message').fill(message);
  await page.getByRole('button', {name: 'Send'}).click();
}

test('reloaded twice in the middle, and read in a second tab', {timeout: 300_000}, async (t) => {
  const {stack, page, faults} = await open(t);
  const message = wordsOf(30);
  await say(page, message);
  await longerThan(page, 20);
  const lengths = [];
  for (let n = 0; n < 2; ++n) {
    await page.reload();
    await longerThan(page, 60 * (n + 1));
    assert.equal(await page.locator('p[role="status"]').textContent(), 'streaming');
    const [answer, ...others] = await texts(page, 'assistant');
    assert.ok(answerTo(message).startsWith(answer), answer);
    assert.deepEqual(others, []);
    lengths.push(answer.length);
  }
  const tab = await page.context().newPage();
  await tab.goto(page.url());
  await longerThan(tab, lengths.at(-1));
  for (const each of [page, tab]) {
    await status(each, 'ready');
    assert.deepEqual([await texts(each, 'user'), await texts(each, 'assistant')], [[message], [answerTo(message)]]);
  }
  t.diagnostic(`seen after the reloads: ${lengths} of ${answerTo(message).length} characters`);

  // Nothing runs: the messages are all that there is.
  const id = new URL(page.url()).hash.slice(1);
  await page.waitForFunction(async (where) => (await fetch(where)).status === 204, `${stack.url}ai/chat/${id}/stream`, {timeout: 60_000});
  await page.reload();
  await status(page, 'ready');
  assert.deepEqual([await texts(page, 'user'), await texts(page, 'assistant')], [[message], [answerTo(message)]]);

  await say(page, 'hi');
  await page.waitForFunction((text) => [...document.querySelectorAll('p.assistant')].at(-1).textContent === text, answerTo('hi'), {timeout: 60_000});
  await status(page, 'ready');
  assert.deepEqual([await texts(page, 'user'), await texts(page, 'assistant')], [[message, 'hi'], [answerTo(message), answerTo('hi')]]);
  assert.deepEqual(faults, []);
});

test('stopped after a reload', {timeout: 300_000}, async (t) => {
  const {page, faults} = await open(t);
  await say(page, wordsOf(300));
  await longerThan(page, 20);
  await page.reload();
  await longerThan(page, 20);
  await page.getByRole('button', {name: 'Stop'}).click();
  await status(page, 'ready');
  const [answer] = await texts(page, 'assistant');
  assert.ok(answerTo(wordsOf(300)).startsWith(answer) && answer.length > 20, answer);
  await page.reload();
  await status(page, 'ready');
  assert.deepEqual(await texts(page, 'assistant'), [answer]);
  assert.deepEqual(faults, []);
});

test('the worker is killed, and the answer is complete', {timeout: 300_000}, async (t) => {
  const {stack, page, faults} = await open(t);
  await say(page, wordsOf(10));
  await longerThan(page, 20);
  process.kill(stack.workerPid, 'SIGKILL');
  await page.waitForFunction((text) => document.querySelector('p.assistant').textContent === text, answerTo(wordsOf(10)), {timeout: 120_000});
  await status(page, 'ready');
  assert.deepEqual(faults, []);
});

test('the backend is killed', {timeout: 300_000}, async (t) => {
  const {program, page} = await open(t);
  await say(page, wordsOf(300));
  await longerThan(page, 20);
  await program.stop('SIGKILL');
  await status(page, 'network error');
  assert.ok(answerTo(wordsOf(300)).startsWith((await texts(page, 'assistant'))[0]));
});

// What the comment in ai.mjs says, with the model that the package has for tests.
test('with streamText of the package ai', {timeout: 300_000}, async (t) => {
  const folder = temporaryDirectory(t);
  const text = fs.readFileSync(path.join(examples, 'ai.mjs'), 'utf8');
  const [, lines] = /with the package ai:\n\/\/\n((?:\/\/ {5}.*\n)+)async function\* model/.exec(text);
  const imports = `import {convertToModelMessages, simulateReadableStream, streamText, toUIMessageStream} from 'ai';
import {MockLanguageModelV4} from 'ai/test';
const usage = {inputTokens: {total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0}, outputTokens: {total: 1, text: 1, reasoning: 0}};
const model = new MockLanguageModelV4({doStream: async ({prompt}) => ({stream: simulateReadableStream({chunkDelayInMs: 50, chunks: [
  {type: 'stream-start', warnings: []},
  {type: 'text-start', id: '1'},
  ...Array.from({length: 100}, (_, n) => ({type: 'text-delta', id: '1', delta: n === 0 ? prompt.at(-1).content[0].text : \` \${n}\`})),
  {type: 'text-end', id: '1'},
  {type: 'finish', finishReason: {unified: 'stop', raw: 'stop'}, usage},
]})})});
`;
  const real = imports + text
    .replace(/async function\* model\(.*?\n}\n/s, () => `async function* answerOf(chat, abortSignal) {\n${lines.replaceAll(/^\/\/ {3}/gm, '')}}\n`)
    .replace('frames(topic, model(chat', 'frames(topic, answerOf(chat');
  fs.writeFileSync(path.join(folder, 'ai.mjs'), real);
  fs.copyFileSync(path.join(examples, 'publish_stream.mjs'), path.join(folder, 'publish_stream.mjs'));
  fs.symlinkSync(path.join(root, 'tests/node_modules'), path.join(folder, 'node_modules'));
  const {page, faults} = await open(t, {folder});
  const answer = ['hello', ...Array.from({length: 99}, (_, n) => n + 1)].join(' ');
  await say(page, 'hello');
  await longerThan(page, 20);
  await page.reload();
  await longerThan(page, 20);
  assert.ok(answer.startsWith((await texts(page, 'assistant'))[0]));
  await status(page, 'ready');
  await page.reload();
  await status(page, 'ready');
  assert.deepEqual([await texts(page, 'user'), await texts(page, 'assistant')], [['hello'], [answer]]);
  assert.deepEqual(faults, []);
});
