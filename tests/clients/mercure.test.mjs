// Clients of the Mercure protocol as their packages are, against the worker behind nginx: publishers from Debian and npm, Symfony's
// element for Turbo in Chromium, and clients from npm that subscribe with a token, are cut again and again, and resume.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import fetchEventSource from '@microsoft/fetch-event-source';
import {createEventSource} from 'eventsource-client';
import {EventSource} from 'eventsource-4';
import mercure from 'mercure';
import {launch} from '../browser/chromium.js';
import {bundle} from '../lib/bundle.mjs';
import {defer, temporaryDirectory} from '../lib/cleanup.mjs';
import {PATH, publisherToken, startMercure, subscriberToken} from '../lib/mercure.mjs';
import {run} from '../lib/process.mjs';
import {until} from '../lib/wait.mjs';

const topic = 'https://example.com/books/1';

const symfony = `<?php
require 'Symfony/Component/Mercure/autoload.php';
require 'Symfony/Component/HttpClient/autoload.php';
use Symfony\\Component\\Mercure\\Hub;
use Symfony\\Component\\Mercure\\Jwt\\StaticTokenProvider;
use Symfony\\Component\\Mercure\\Update;
[, $url, $token, $private] = $argv;
$hub = new Hub($url, new StaticTokenProvider($token));
$update = new Update(['${topic}', 'alternate'], '{"title":"é"}', $private === 'private', 'urn:uuid:' . $private, 'changed', 1500);
echo $hub->publish($update);
`;

test('Symfony publishes', {timeout: 60_000}, async (t) => {
  const hub = await startMercure(t, {anonymous: false});
  const file = path.join(temporaryDirectory(t), 'publish.php');
  fs.writeFileSync(file, symfony);
  const url = `http://127.0.0.1:${hub.port}${PATH}`;
  const publish = (token, kind) => run('php', [file, url, token, kind]);
  const reader = await hub.subscriber({topic}, {token: subscriberToken([topic])});
  const other = await hub.subscriber({topic: 'alternate'}, {token: subscriberToken(['elsewhere'])});
  for (const kind of ['public', 'private']) {
    const {code, stdout, stderr} = await publish(publisherToken(['*']), kind);
    assert.equal(code, 0, stderr + stdout);
    assert.equal(stdout, `urn:uuid:${kind}`);
  }
  const update = (kind) => ({id: `urn:uuid:${kind}`, event: 'changed', data: '{"title":"é"}'});
  assert.deepEqual(await reader.got(2), [update('public'), update('private')]);
  assert.deepEqual(await other.got(1), [update('public')]);
  const refused = await publish(publisherToken([topic]), 'public');
  assert.notEqual(refused.code, 0, 'a topic of it is not granted');
  assert.match(refused.stderr + refused.stdout, /topic: alternate may not be published/, 'and its developer reads why');
});

const notifier = `<?php
require 'Symfony/Component/Mercure/autoload.php';
require 'Symfony/Component/HttpClient/autoload.php';
require 'Symfony/Component/Notifier/autoload.php';
require 'Symfony/Component/Notifier/Bridge/Mercure/autoload.php';
use Symfony\\Component\\Mercure\\Hub;
use Symfony\\Component\\Mercure\\Jwt\\StaticTokenProvider;
use Symfony\\Component\\Notifier\\Bridge\\Mercure\\MercureOptions;
use Symfony\\Component\\Notifier\\Bridge\\Mercure\\MercureTransport;
use Symfony\\Component\\Notifier\\Message\\ChatMessage;
[, $url, $token] = $argv;
$transport = new MercureTransport(new Hub($url, new StaticTokenProvider($token)), 'hub');
$options = new MercureOptions(['${topic}', 'alternate'], true, 'urn:uuid:notice', 'notice', 1500);
echo $transport->send(new ChatMessage('Flash sales have begun', $options))->getMessageId();
`;

test('the notifier of Symfony sends a message', {timeout: 60_000}, async (t) => {
  const hub = await startMercure(t, {anonymous: false});
  const file = path.join(temporaryDirectory(t), 'notify.php');
  fs.writeFileSync(file, notifier);
  const reader = await hub.subscriber({topic}, {token: subscriberToken([topic])});
  const {code, stdout, stderr} = await run('php', [file, `http://127.0.0.1:${hub.port}${PATH}`, publisherToken(['*'])]);
  assert.equal(code, 0, stderr + stdout);
  assert.equal(stdout, 'urn:uuid:notice');
  const [{id, event, data}] = await reader.got(1);
  assert.deepEqual([id, event], ['urn:uuid:notice', 'notice']);
  assert.deepEqual(JSON.parse(data), {'@context': 'https://www.w3.org/ns/activitystreams', type: 'Announce', summary: 'Flash sales have begun'});
});

test('the publisher of the npm package mercure', {timeout: 60_000}, async (t) => {
  const hub = await startMercure(t, {anonymous: false});
  const publisher = (claims) => new mercure.Publisher({protocol: 'http', host: '127.0.0.1', port: hub.port, path: PATH, jwt: publisherToken(claims)});
  const reader = await hub.subscriber({topic: ['https://example.com/books/{id}', 'alternate']}, {token: subscriberToken(['*'])});
  const id = await publisher(['*']).publish([topic, 'alternate'], '{"title":"é"}', {id: 'urn:npm:1', type: 'changed', retry: 1500});
  assert.equal(id, 'urn:npm:1');
  const generated = await publisher(['alternate']).publish(['alternate'], 'x');
  assert.deepEqual(await reader.got(2), [
    {id: 'urn:npm:1', event: 'changed', data: '{"title":"é"}'},
    {id: generated, event: 'message', data: 'x'},
  ]);
  await assert.rejects(publisher(['alternate']).publish([topic], 'x'), /403 Forbidden/);
});

// It is what turbo_stream_from() of Symfony puts into pages.
for (const kind of ['public', 'private']) {
  test(`@symfony/ux-turbo in Chromium, ${kind} updates`, {timeout: 120_000}, async (t) => {
    const streams = {lifetime_seconds: 0.5, retry_seconds: 0.05, retry_jitter_seconds: 0};
    const hub = await startMercure(t, {anonymous: kind === 'public'}, {streams});
    const browser = await launch();
    defer(t, () => browser.close());
    const page = await browser.newPage();
    const origin = `http://127.0.0.1:${hub.port}`;
    await page.goto(`${origin}/page`);
    if (kind === 'private') {
      const value = subscriberToken(['https://example.com/books/{id}']);
      await page.context().addCookies([{name: 'mercureAuthorization', value, url: `${origin}${PATH}`}]);
    }
    const entry = path.join(temporaryDirectory(t), 'entry.js');
    fs.writeFileSync(entry, "import '@hotwired/turbo';\nimport '@symfony/ux-turbo/dist/mercure_stream_source_element.js';\n");
    await page.addScriptTag({path: await bundle(t, entry), type: 'module'});
    await page.evaluate(([src, isPrivate]) => {
      document.body.innerHTML = '<ol id="books"></ol>';
      const source = document.createElement('turbo-mercure-stream-source');
      source.setAttribute('src', src);
      if (isPrivate) source.setAttribute('private', '');
      document.body.append(source);
    }, [`${origin}${PATH}?topic=${encodeURIComponent('https://example.com/books/{id}')}`, kind === 'private']);
    await page.locator('turbo-mercure-stream-source[connected]').waitFor({state: 'attached', timeout: 30_000});
    const sent = [];
    const publish = async (name) => {
      const data = `<turbo-stream action="append" target="books"><template><li>${name}</li></template></turbo-stream>`;
      const {status, text} = await hub.publishUpdate({topic, data, ...(kind === 'private' && {private: 'on'})});
      assert.equal(status, 200, text);
      sent.push(name);
    };
    const shown = () => page.evaluate(() => [...document.querySelectorAll('#books li')].map(({textContent}) => textContent));
    // What is published while it is away comes when it is back.
    const ended = () => hub.metric('sse_worker_limit_reached_total', {key: 'streams.lifetime_seconds'});
    for (let n = 0; (await ended()) < 4; ++n) await publish(`book ${n}`);
    await until(async () => (await shown()).length >= sent.length, `${sent.length} rows`, 15_000).catch(() => {});
    assert.deepEqual(await shown(), sent);
  });
}

// Each gets the address and a token, calls `seen(id, data)`, and returns how to stop it.
const subscribers = {
  'eventsource 4, token in the header': (url, token, seen) => {
    const source = new EventSource(url, {
      fetch: (input, init) => fetch(input, {...init, headers: {...init.headers, Authorization: `Bearer ${token}`}}),
    });
    source.addEventListener('message', ({lastEventId, data}) => seen(lastEventId, data));
    return () => source.close();
  },
  'eventsource 4, token in the address': (url, token, seen) => {
    const source = new EventSource(`${url}&authorization=${token}`);
    source.addEventListener('message', ({lastEventId, data}) => seen(lastEventId, data));
    return () => source.close();
  },
  'eventsource-client, token in a cookie': (url, token, seen) => {
    const source = createEventSource({
      url,
      headers: {Cookie: `mercureAuthorization=${token}`},
      onMessage: ({id, event, data}) => event === undefined && seen(id, data),
    });
    return () => source.close();
  },
  // The one that the documentation of Mercure recommends. It is written for a page.
  'fetch-event-source 2, token in the header': (url, token, seen) => {
    globalThis.window ??= globalThis;
    globalThis.document ??= {hidden: false, addEventListener() {}, removeEventListener() {}};
    const stop = new AbortController();
    fetchEventSource.fetchEventSource(url, {
      signal: stop.signal,
      openWhenHidden: true,
      headers: {Authorization: `Bearer ${token}`},
      // It reports each frame, also those that no EventSource would.
      onmessage: ({id, data}) => data !== '' && seen(id, data),
      onclose() {
        throw new Error('the response has ended, the stream has not');
      },
    });
    return () => stop.abort();
  },
};

for (const [name, subscribe] of Object.entries(subscribers)) {
  test(`${name}: resumes without loss or repeat`, {timeout: 120_000}, async (t) => {
    const streams = {lifetime_seconds: 0.5, retry_seconds: 0.05, retry_jitter_seconds: 0};
    const hub = await startMercure(t, {anonymous: false}, {streams});
    const first = await hub.publishUpdate({topic, data: '0', private: 'on'});
    const url = `http://127.0.0.1:${hub.port}${PATH}?topic=${encodeURIComponent('https://example.com/books/{id}')}&lastEventID=earliest`;
    const got = [];
    const stop = subscribe(url, subscriberToken(['https://example.com/books/{id}']), (id, data) => got.push([id, data]));
    defer(t, stop);
    await until(() => got.length > 0, 'the history comes');
    const sent = [[first.text, '0']];
    const ended = () => hub.metric('sse_worker_limit_reached_total', {key: 'streams.lifetime_seconds'});
    for (let n = 1; (await ended()) < 4; ++n) {
      const {status, text} = await hub.publishUpdate({topic, data: `${n}`, private: 'on'});
      assert.equal(status, 200, text);
      sent.push([text, `${n}`]);
    }
    await until(() => got.length >= sent.length, `${sent.length} updates`, 15_000);
    assert.deepEqual(got, sent);
  });
}
