// The view Operations for a reader who is not allowed to see the figures: in the server's words, and with a way back.

import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {violations} from './axe.js';
import {openPage, screenshot} from './chromium.js';
import {setup} from './setup.js';

const folder = mkdtempSync(join(tmpdir(), 'operations-'));
const config = join(folder, 'sse-worker.yaml');
writeFileSync(config, 'stats: {allowed: nobody}\n');
const running = setup({config});
after(() => rmSync(folder, {recursive: true, force: true}));

test('it says what is refused and why, and works once it is allowed', {timeout: 240_000}, async () => {
  const {page, faults, close} = await openPage(running.browser, `${running.stack.url}?view=operations`, {width: 360});
  await page.locator('.view[data-state="refused"]').waitFor({timeout: 60_000});
  const detail = await page.locator('.view [role="status"]').textContent();
  assert.match(detail, /\$stats is disabled by stats\.allowed/);
  assert.equal(await page.locator('.board').isVisible(), false, 'no empty charts');
  assert.deepEqual(await violations(page), []);
  await screenshot(page, 'operations-refused');
  // The browser's own words about the status.
  assert.deepEqual(faults.filter((fault) => !/status of 403/.test(fault)), []);

  writeFileSync(config, 'stats: {allowed: loopback, interval_seconds: 0.2}\n');
  process.kill(running.stack.workerPid, 'SIGHUP');
  await page.getByRole('button', {name: 'Try now'}).click();
  await page.locator('.view[data-state="open"]').waitFor({timeout: 60_000});
  assert.equal((await page.locator('.view [role="status"]').textContent()).trim(), 'Live');
  await page.waitForFunction(() => /^\d/.test(document.querySelector('.chart:nth-child(2) .value').textContent), null, {timeout: 60_000});
  await close();
});
