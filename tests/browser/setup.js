// One stack and one browser for the tests of a file.

import { after, before } from 'node:test';
import { launch } from './chromium.js';
import { startStack } from './stack.js';

export function setup() {
  const running = {};
  before(async () => {
    running.stack = await startStack();
    running.browser = await launch();
  }, { timeout: 60_000 });
  after(async () => {
    await running.browser?.close();
    await running.stack?.stop();
  }, { timeout: 30_000 });
  return running;
}
