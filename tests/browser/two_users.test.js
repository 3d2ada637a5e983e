// Two users in two browsers: neither gets a private event of the other, whichever way they read: live, from the history, by patterns,
// by polls, shared among tabs, in the console.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {defer} from '../lib/cleanup.mjs';
import {readerToken, readersOf} from '../lib/tokens.mjs';
import {openPage} from './chromium.js';
import {LibPages, exactly, state} from './lib_page.js';
import {events, press, row, status, texts} from './console_page.js';
import {setup} from './setup.js';

const running = setup({settings: readersOf({public: ['news/*']})});
const users = ['alice', 'bob'];
const inbox = (user) => `user/${user}/inbox`;
const tokenOf = (user) => readerToken(user, [`user/${user}/*`]);

// Of these topics and patterns each user may read all.
const ways = {
  'by a SharedWorker': (user) => ({topics: [inbox(user), 'news/today'], by: 'worker', subject: user}),
  'by a lock': (user) => ({topics: [inbox(user), 'news/today'], by: 'lock', subject: user}),
  'by a stream of its own': (user) => ({topics: [inbox(user), 'news/today'], by: 'own'}),
  'by patterns': (user) => ({topics: [`user/${user}/*`, 'news/*'], by: 'own'}),
  'only what is public': () => ({topics: ['news/today'], by: 'own'}),
  'by polls': (user) => ({topics: [inbox(user), 'news/today'], by: 'own', polls: true}),
};

function prepare({token, polls}) {
  window.token = () => token;
  if (polls) delete Response.prototype.body;
}

test('each gets the private events that are for them, and no others', {timeout: 240_000}, async (t) => {
  const browsers = Object.fromEntries(users.map((user) => [user, new LibPages(running)]));
  for (const pages of Object.values(browsers)) {
    const context = await pages.context();
    defer(t, () => context.close());
  }
  const read = async (user, {polls, ...options}) => browsers[user].tab(options, {prepare, given: {token: tokenOf(user), polls}});
  const wanted = {alice: [], bob: []};
  // Also under a topic that both read.
  async function publish(count) {
    for (let n = 0; n < count; ++n) {
      for (const user of users) {
        for (const topic of [[inbox(user), 'news/today'], [inbox(user), inbox(user === 'bob' ? 'nobody' : 'somebody'), 'news/today']]) {
          wanted[user].push(...await browsers[user].publish(topic, 1, {private: true, data: `for ${user} ${wanted[user].length}`}));
        }
      }
      const news = await browsers.alice.publish('news/today', 1, {data: `for both ${wanted.alice.length + wanted.bob.length}`});
      for (const user of users) wanted[user].push(...news);
    }
  }

  await publish(5);
  const open = [];
  for (const user of users) {
    for (const [way, options] of Object.entries(ways)) open.push({user, way, page: await read(user, {...options(user), cursor: 'earliest'})});
  }
  for (const {page} of open) await state(page, 'open');
  await publish(20);
  for (const {user, way, page} of open) {
    await exactly(page, wanted[user]).catch((error) => assert.fail(`${user}, ${way}: ${error.message}`));
    await page.close();
  }

  for (const topic of [inbox('bob'), 'user/*', '*']) {
    for (const by of ['worker', 'own']) {
      const page = await read('alice', {topics: [topic, 'news/today'], by, subject: 'alice'});
      await state(page, 'refused');
      assert.equal(await page.evaluate(() => window.refusedWith), 403, topic);
      await page.close();
    }
  }

  for (const user of users) {
    const {page, close} = await openPage(running.browser, `${running.stack.url}?view=console&from=earliest&topics=${inbox(user)},news/today`);
    await status(page, 'This needs a token or a login');
    await page.getByLabel('Token (optional)').fill(tokenOf(user));
    await press(page, 'Subscribe');
    await row(page, wanted[user].at(-1));
    await events(page, wanted[user].length);
    assert.deepEqual(await texts(page), wanted[user]);
    await page.getByLabel('Topics and patterns').fill(`${inbox(user)}, ${inbox(user === 'bob' ? 'alice' : 'bob')}`);
    await press(page, 'Subscribe');
    await status(page, 'The token does not allow this');
    assert.deepEqual(await texts(page), []);
    await close();
  }
});
