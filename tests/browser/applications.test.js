// The EventSource of a browser, with an application that hands its stream over or that nginx asks: it comes back by itself to
// where it was, with its cursor, whatever fails meanwhile.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {handover, question, startApplication} from '../lib/application.mjs';
import {defer} from '../lib/cleanup.mjs';
import {startHub} from '../lib/hub.mjs';
import {until} from '../lib/wait.mjs';
import {launch} from './chromium.js';

const soon = () => Math.floor(Date.now() / 1000) + 2;
const ways = {
  'handed over': {
    address: '/chat',
    answer: (response, expires) => response.writeHead(200, {'X-Accel-Redirect': '/_events?topic=mine', 'X-Sse-Grant': `subject=alice&expires=${expires}`, 'Content-Length': 0}).end(),
    nginx: (port) => ({server: handover(port)}),
  },
  asked: {
    address: '/events?topic=mine',
    answer: (response, expires) => response.writeHead(204, {'X-Sse-Grant': `subscribe=mine&subject=alice&expires=${expires}`}).end(),
    nginx: (port) => ({server: question(port), locations: 'sse-worker.auth.conf'}),
  },
};

for (const [way, {address, answer, nginx}] of Object.entries(ways)) {
  test(`${way}: the grant ends, and the application fails for a while`, {timeout: 120_000}, async (t) => {
    // The first stream ends after two seconds; then the application fails twice; then it grants for long.
    const answers = [(response) => answer(response, soon()), (response) => response.writeHead(500).end(), (response) => response.writeHead(429).end()];
    const app = await startApplication(t, (request, response) => {
      const next = answers.shift();
      if (next) next(response);
      else answer(response, soon() + 600);
    });
    const hub = await startHub(t, {access: {public: []}}, {nginx: nginx(app.port)});
    const browser = await launch();
    defer(t, () => browser.close());
    const page = await browser.newPage();
    await page.context().addCookies([{name: 'user', value: 'alice', url: `http://127.0.0.1:${hub.port}`}]);
    await page.goto(`http://127.0.0.1:${hub.port}/healthz`);
    await page.evaluate((where) => {
      window.got = [];
      window.source = new EventSource(where);
      window.source.onmessage = ({data}) => window.got.push(data);
      window.source.addEventListener('expired', () => window.got.push('expired'));
    }, address);
    const got = (text) => until(() => page.evaluate((wanted) => window.got.includes(wanted), text), `${text} in the page`, 40_000);

    await until(() => page.evaluate(() => window.source.readyState === 1), 'the stream is open');
    await hub.publish({topic: 'mine', data: 'first'});
    await got('first');
    await got('expired');
    await hub.publish({topic: 'mine', data: 'meanwhile'});
    await got('meanwhile');
    assert.deepEqual(await page.evaluate(() => window.got), ['first', 'expired', 'meanwhile']);
    assert.equal(app.asked.length, 4);
    assert.deepEqual(app.asked.map(({headers}) => headers.cookie), Array(4).fill('user=alice'));
    const cursors = app.asked.map(({headers}) => headers['last-event-id']);
    assert.equal(cursors[0], undefined);
    assert.ok(cursors.slice(1).every((cursor) => cursor === cursors[1] && cursor), `${cursors}`);
  });
}
