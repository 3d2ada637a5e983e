// The worker dies again and again under an open console, and every event is in the list once, in its place.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import * as seen from './console_page.js';
import {setup} from './setup.js';

const running = setup({config: fileURLToPath(new URL('../../deploy/local/demo.yaml', import.meta.url))}); // its history is in a file

const total = 300;
const large = 'x'.repeat(100_000); // cut in the middle, sometimes

// Asked again under the same id until it is kept, as a backend would.
async function publish(n) {
  const body = JSON.stringify({topic: 'lasting', id: `own-${n}`, data: `${n} ${n % 7 === 0 ? large : ''}`});
  for (const end = Date.now() + 20_000; Date.now() < end; await new Promise((done) => { setTimeout(done, 20); })) {
    const answer = await fetch(`${running.stack.url}publish`, {method: 'POST', headers: {'Content-Type': 'application/json'}, body});
    if (answer.status === 200) return;
    assert.equal(answer.status, 503);
  }
  assert.fail(`${n} was not kept within 20 s`);
}

test('killed under load, the worker costs no event, and brings none twice', {timeout: 240_000}, async () => {
  const {page, close} = await seen.open(running, '&topics=lasting');
  await seen.status(page, 'Live');
  for (let n = 0; n < total; ++n) {
    const kept = publish(n);
    if (n % 90 === 60) process.kill(running.stack.workerPid, 'SIGKILL');
    await kept;
    if (n % 90 === 80) await seen.status(page, 'Live'); // or it would see nothing of the next end
  }
  await page.waitForFunction((last) => [...document.querySelectorAll('.frames .data')].some(({textContent}) => textContent.startsWith(last)),
    `${total - 1} `, {timeout: 60_000});
  const numbers = (await seen.texts(page)).map((text) => Number(text.split(' ')[0]));
  assert.deepEqual(numbers, Array.from({length: total}, (_, n) => n));
  await close();
});
