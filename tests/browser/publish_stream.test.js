// A page that writes a publish stream: fetch() with a body that is a stream, which Chromium sends over HTTP/2 alone, and a reader in
// the same page.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {launch} from './chromium.js';
import {makeCertificate} from '../bench/certificate.mjs';
import {defer, temporaryDirectory} from '../lib/cleanup.mjs';
import {freePort} from '../lib/port.mjs';
import {startStreamHub, stored} from '../lib/publish_stream.mjs';
import {until} from '../lib/wait.mjs';

let browser;
before(async () => {
  browser = await launch();
}, {timeout: 60_000});
after(() => browser.close(), {timeout: 60_000});

async function start(t) {
  const {key, certificate} = makeCertificate(temporaryDirectory(t));
  const tls = await freePort();
  const site = `server {
    listen 127.0.0.1:${tls} ssl http2;
    ssl_certificate ${certificate};
    ssl_certificate_key ${key};
    include snippets/sse-worker.locations.conf;
    location = /page { default_type text/html; return 200 "<!doctype html><title>page</title>"; }
  }`;
  const hub = await startStreamHub(t, {}, {nginx: {site}});
  // The certificate is signed by nobody.
  const context = await browser.newContext({ignoreHTTPSErrors: true});
  defer(t, () => context.close());
  const page = await context.newPage();
  await page.goto(`https://localhost:${tls}/page`);
  await page.evaluate(defineInPage);
  return {hub, page};
}

// Runs in the page.
function defineInPage() {
  window.read = (topic) => new Promise((done) => {
    window.got = [];
    const source = new EventSource(`/events?topic=${topic}`);
    for (const type of ['message', 'token', 'died', 'close']) source.addEventListener(type, ({data}) => window.got.push([type, data]));
    source.onopen = done;
  });
  window.write = (query, type) => {
    const body = new TransformStream();
    window.writer = body.writable.getWriter();
    window.answer = fetch(`/publish/stream?${query}`, {method: 'POST', duplex: 'half', headers: {'Content-Type': type}, body: body.readable})
      .then(async (response) => ({status: response.status, text: await response.text()}), (error) => ({error: error.name}));
  };
  window.send = (bytes) => window.writer.write(new Uint8Array(bytes));
}

const got = (page, count) => page.waitForFunction((wanted) => window.got.length >= wanted, count, {timeout: 40_000});
const send = (page, text) => page.evaluate((bytes) => window.send(bytes), [...Buffer.from(text)]);

test('a page that publishes lines over HTTP/2, and reads them', {timeout: 120_000}, async (t) => {
  const {hub, page} = await start(t);

  await t.test('each line at once, also where a character comes in two pieces', async () => {
    await page.evaluate(() => window.read('page'));
    await page.evaluate(() => window.write('topic=page&event=token&close=1', 'application/x-ndjson'));
    await send(page, '{"data":"Hel"}\n');
    await got(page, 1);
    const euro = Buffer.from('{"data":"\u20ac"}\n');
    await send(page, euro.subarray(0, 10));
    await send(page, euro.subarray(10));
    await got(page, 2);
    await page.evaluate(() => window.writer.close());
    const {status, text} = await page.evaluate(() => window.answer);
    assert.equal(status, 200);
    await got(page, 3);
    assert.deepEqual((await page.evaluate(() => window.got)).map(([type, data]) => (type === 'close' ? [type] : [type, data])), [['token', 'Hel'], ['token', '\u20ac'], ['close']]);
    assert.equal(text, (await stored(hub, 'page')).filter(({event}) => event === 'token').map(({id}) => `{"id":"${id}"}\n`).join(''));
    assert.equal(await page.evaluate(() => performance.getEntriesByType('resource').find(({name}) => name.includes('/publish')).nextHopProtocol), 'h2');
  });

  await t.test('an event stream', async () => {
    await page.evaluate(() => window.read('frames'));
    await page.evaluate(() => window.write('topic=frames', 'text/event-stream'));
    await send(page, 'event: token\ndata: Hel\n\nda');
    await got(page, 1);
    await send(page, 'ta: lo\n\n');
    await got(page, 2);
    await page.evaluate(() => window.writer.close());
    assert.match((await page.evaluate(() => window.answer)).text, /^\{"stored":2,"rejected":0,"last":"[^"]+"\}\n$/);
  });

  // An AbortController is not tried: Chromium mostly ends the body over HTTP/2 before it cancels the request (docs/publish-streams.md).
  await t.test('its body fails: readers are told, and the topic stays open', async () => {
    await page.evaluate(() => window.read('fails'));
    await page.evaluate(() => window.write('topic=fails&close=1&abort=died', 'application/x-ndjson'));
    await send(page, '{"data":"one"}\n');
    await got(page, 1);
    await page.evaluate(() => window.writer.abort(new Error('no more')));
    await got(page, 2);
    assert.deepEqual(await page.evaluate(() => window.got), [['message', 'one'], ['died', '{"reason":"disconnected"}']]);
    assert.ok((await page.evaluate(() => window.answer)).error);
  });

  await t.test('a page that is left: readers are told', async (of) => {
    const reader = await hub.read({topic: 'left'}, {t: of});
    await page.evaluate(() => window.write('topic=left&close=1&abort=died', 'application/x-ndjson'));
    await send(page, '{"data":"one"}\n');
    await reader.got(1);
    await page.goto('about:blank');
    await reader.got(2);
    assert.deepEqual(reader.events.map(({event}) => event), ['message', 'died']);
    await until(async () => (await hub.metric('sse_worker_publish_streams')) === 0, 'no stream is left');
  });
});
