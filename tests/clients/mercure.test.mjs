// Clients of the Mercure protocol as their packages are, against the worker behind nginx: Symfony's publisher from Debian, and
// EventSources from npm that subscribe with a token, are cut again and again, and resume.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {createEventSource} from 'eventsource-client';
import {EventSource} from 'eventsource-4';
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
