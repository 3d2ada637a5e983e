// A page that somebody adds to www/, as tutorials write it: one file with inline script and style. It works unchanged under
// the shipped site, and the page that is there keeps refusing what is inline.

import assert from 'node:assert/strict';
import {copyFile, cp, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {launch, openPage} from './chromium.js';
import {Stack} from '../lib/stack.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const running = {};

// A copy of what make run serves, because the page is put beside ours, and once in its place.
before(async () => {
  running.root = await mkdtemp(join(tmpdir(), 'sse-worker-own-page-'));
  for (const name of ['deploy', 'config', 'www']) await cp(here(`../../${name}`), join(running.root, name), {recursive: true});
  await copyFile(here('own_page.html'), join(running.root, 'www/mine.html'));
  running.stack = await Stack.start({tree: running.root});
  running.browser = await launch();
}, {timeout: 60_000});

after(async () => {
  await running.browser?.close();
  await running.stack?.stop();
  await rm(running.root, {recursive: true, force: true});
}, {timeout: 60_000});

// The greeting stream as docs/http-api.md has it: a message at once, one every 2 s, `event: close` after 10 s.
async function showsTheGreeting(url) {
  const {page, faults, close} = await openPage(running.browser, url);
  await page.waitForFunction(() => document.title === 'closed', null, {timeout: 60_000});
  assert.deepEqual(await page.locator('#messages li').allTextContents(), Array(5).fill('Hello World'));
  assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('li')).color), 'rgb(0, 128, 0)');
  assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('ul')).marginTop), '40px');
  assert.deepEqual(faults, []);
  await close();
}

test('a page with inline script and style shows the greeting', {timeout: 90_000}, async () => {
  await showsTheGreeting(`${running.stack.url}mine.html`);
});

test('our own page refuses an inline script, an inline handler, eval and a foreign script', {timeout: 90_000}, async () => {
  const {page, faults, close} = await openPage(running.browser, `${running.stack.url}?view=nowhere`);
  await page.getByRole('heading', {level: 1, name: 'No such view'}).waitFor({timeout: 60_000});
  assert.deepEqual(faults, []);
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.ran = "inline"';
    const image = document.createElement('img');
    image.setAttribute('onerror', 'window.ran = "handler"');
    image.src = 'none.png';
    const foreign = document.createElement('script');
    foreign.src = 'http://127.0.0.2:9/foreign.js';
    document.body.append(script, image, foreign);
    setTimeout('window.ran = "eval"');
  });
  await page.waitForFunction(() => document.images.length > 0 && [...document.images].at(-1).complete, null, {timeout: 60_000});
  const refused = (what) => faults.some((fault) => fault.startsWith('policy: ') && fault.includes(what));
  for (const what of ['script-src-elem inline', 'script-src-attr inline', 'script-src eval', 'script-src-elem http://127.0.0.2:9/foreign.js']) {
    const deadline = Date.now() + 10_000;
    while (!refused(what) && Date.now() < deadline) await page.waitForTimeout(20);
    assert.ok(refused(what), `${what}: ${faults.join('\n')}`);
  }
  assert.equal(await page.evaluate(() => window.ran), undefined);
  await close();
});

test('no other site may show one of the pages in a frame', {timeout: 60_000}, async () => {
  for (const name of ['', 'mine.html']) {
    const {headers} = await fetch(`${running.stack.url}${name}`);
    assert.equal(headers.get('content-security-policy'), "frame-ancestors 'self'", name);
  }
});

test('in the place of ours it works as well', {timeout: 90_000}, async () => {
  await copyFile(here('own_page.html'), join(running.root, 'www/index.html'));
  await showsTheGreeting(running.stack.url);
});
