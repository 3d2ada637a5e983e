// The page of deploy/examples that shows answers of a model: reloaded in the middle, in two tabs, stopped, and without its backend.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {startExample} from '../lib/example.mjs';
import {launch, openPage} from './chromium.js';

const programs = {Python: ['python3', 'answer.py'], Node: ['node', 'answer.mjs']};
// Each number once, so that text which is missing or repeated is seen.
const questionOf = (words) => Array.from({length: words}, (_, n) => n).join(' ');
const answerTo = (asked) => `You said: ${asked}\nI am no model, so I can only repeat it. `.repeat(5).trimEnd();

let browser;
before(async () => { browser = await launch(); }, {timeout: 60_000});
after(() => browser?.close(), {timeout: 60_000});

const shown = (page) => page.locator('#text').textContent();
const longerThan = (page, length) =>
  page.waitForFunction((least) => document.getElementById('text').textContent.length > least, length, {timeout: 60_000});
const says = (page, sentence) => page.locator('#state', {hasText: sentence}).waitFor({timeout: 120_000});

async function ask(page, question) {
  await page.getByLabel('Question').fill(question);
  await page.getByRole('button', {name: 'Ask'}).click();
  await longerThan(page, 20);
}

for (const [language, program] of Object.entries(programs)) {
  const open = async (t) => {
    const {stack, program: backend} = await startExample(t, program, {server: 'answer.conf', page: '/answer/'});
    const {page, faults, close} = await openPage(browser, `${stack.url}answer/`, {
      before: (each) => each.route('**/favicon.ico', (route) => route.fulfill({status: 204})),
    });
    t.after(close);
    return {backend, page, faults};
  };

  test(`${language}: reloaded twice in the middle, and read in a second tab`, {timeout: 300_000}, async (t) => {
    const {page, faults} = await open(t);
    const question = questionOf(30);
    await ask(page, question);
    const lengths = [];
    for (let n = 0; n < 2; ++n) {
      await page.reload();
      await longerThan(page, 60 * (n + 1));
      assert.ok(answerTo(question).startsWith(await shown(page)));
      assert.equal(await page.locator('#state').textContent(), 'Writing');
      lengths.push((await shown(page)).length);
    }
    const tab = await page.context().newPage();
    await tab.goto(page.url());
    await longerThan(tab, lengths.at(-1));
    assert.ok(answerTo(question).startsWith(await shown(tab)));
    for (const each of [page, tab]) {
      await says(each, 'Complete');
      assert.equal(await shown(each), answerTo(question));
      assert.ok(await each.locator('#stop').isDisabled());
    }
    await page.reload();
    await says(page, 'Complete');
    assert.equal(await shown(page), answerTo(question));
    t.diagnostic(`seen after the reloads: ${lengths} of ${answerTo(question).length} characters`);
    assert.deepEqual(faults, []);
  });

  test(`${language}: stopped in one tab, and asked again`, {timeout: 300_000}, async (t) => {
    const {page, faults} = await open(t);
    await ask(page, questionOf(300));
    const tab = await page.context().newPage();
    await tab.goto(page.url());
    await longerThan(tab, 20);
    await tab.getByRole('button', {name: 'Stop'}).click();
    for (const each of [page, tab]) await says(each, 'Stopped');
    assert.equal(await shown(page), await shown(tab));
    assert.ok(answerTo(questionOf(300)).startsWith(await shown(page)));
    await page.reload();
    await says(page, 'Stopped');
    await ask(page, 'hi');
    await says(page, 'Complete');
    assert.equal(await shown(page), answerTo('hi'));
    assert.deepEqual(faults, []);
  });

  test(`${language}: the backend is killed`, {timeout: 300_000}, async (t) => {
    const {backend, page, faults} = await open(t);
    await ask(page, questionOf(300));
    await backend.stop('SIGKILL');
    await says(page, 'Broken off');
    assert.ok(answerTo(questionOf(300)).startsWith(await shown(page)));
    assert.ok((await shown(page)).length > 20);
    assert.deepEqual(faults, []);
  });
}
