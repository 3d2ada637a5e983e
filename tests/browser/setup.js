// One stack and one browser for the tests of a file. Options: as of Stack.start().

import {after, before} from 'node:test';
import {launch} from './chromium.js';
import {Stack} from '../lib/stack.mjs';

export function setup(options) {
  const running = {};
  before(async () => {
    running.stack = await Stack.start(options);
    running.browser = await launch();
  }, {timeout: 60_000});
  after(async () => {
    await running.browser?.close();
    await running.stack?.stop();
  }, {timeout: 60_000});
  return running;
}
