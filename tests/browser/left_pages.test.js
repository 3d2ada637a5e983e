// Pages that were left and are kept for the back button. Chromium keeps their connections for a minute, too, so a library that does
// nothing about it takes one of six connections for each page that a visitor has seen, and then no page opens any more.

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {launch} from './chromium.js';
import {Stack} from '../lib/stack.mjs';
import {until} from '../lib/wait.mjs';

// Each page reads /left/BY/NUMBER's topic, and has what it got in window.got.
const html = `<!doctype html><title>left</title><script type="module">
  import {SharedStream} from "/lib/shared_stream.js";
  const by = location.pathname.split("/")[2];
  window.got = [];
  window.state = "";
  new SharedStream({topics: ["left"], by, onEvent: ({data}) => window.got.push(data), onState: (state) => { window.state = state; }});
</script>`;

let stack;
let browser;
before(async () => {
  stack = await Stack.start({server: `include snippets/sse-worker.locations.conf; location /left/ { default_type text/html; return 200 '${html}'; }`});
  browser = await launch({keepsLeftPages: true});
}, {timeout: 60_000});
after(async () => {
  await browser?.close();
  await stack?.stop();
}, {timeout: 60_000});

const streams = async () => Number(/^sse_worker_unlimited_streams (\d+)$/m.exec(await (await fetch(`${stack.url}metrics`)).text())[1]);

async function publish(data) {
  const answer = await fetch(`${stack.url}publish`, {method: 'POST', body: new URLSearchParams({topic: 'left', data})});
  assert.equal(answer.status, 200);
}

for (const by of ['own', 'lock', 'worker']) {
  test(`eight pages, one after the other, have one stream, and going back misses nothing, by ${by}`, {timeout: 120_000}, async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const open = () => page.waitForFunction(() => window.state === 'open', null, {timeout: 20_000});
    for (let number = 1; number <= 8; ++number) {
      await page.goto(`${stack.url}left/${by}/${number}`, {waitUntil: 'commit'});
      await open();
    }
    await until(async () => (await streams()) === 1, 'one stream', 20_000);
    await publish('1');
    await page.waitForFunction(() => window.got.length === 1, null, {timeout: 20_000});
    await page.evaluate(() => { window.kept = true; });
    await page.goto(`${stack.url}left/${by}/9`, {waitUntil: 'commit'});
    await open();
    await publish('2');
    await page.goBack({waitUntil: 'commit'});
    assert.equal(await page.evaluate(() => window.kept), true, 'it is the page that was left');
    await publish('3');
    await page.waitForFunction(() => window.got.length >= 3, null, {timeout: 20_000});
    assert.deepEqual(await page.evaluate(() => window.got), ['1', '2', '3']);
    await context.close();
  });
}

test('the console holds no stream either, and continues when one returns', {timeout: 120_000}, async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const shown = (text) => page.locator('.frames li', {hasText: text}).first().waitFor({timeout: 20_000});
  await page.goto(`${stack.url}?view=console&topics=left`);
  await until(async () => (await streams()) === 1, 'its stream', 20_000);
  await publish('before');
  await shown('before');
  await page.evaluate(() => { window.kept = true; });
  await page.goto(`${stack.url}healthz`, {waitUntil: 'commit'});
  await until(async () => (await streams()) === 0, 'no stream', 20_000);
  await publish('meanwhile');
  await page.goBack({waitUntil: 'commit'});
  assert.equal(await page.evaluate(() => window.kept), true, 'it is the page that was left');
  await shown('meanwhile');
  await context.close();
});
