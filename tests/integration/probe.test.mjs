// `sse-worker probe` through nginx: as it is shipped, and set wrong on purpose.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {Authority} from '../lib/authority.mjs';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {startHub} from '../lib/hub.mjs';
import {binary} from '../lib/places.mjs';
import {freePort} from '../lib/port.mjs';
import {assertSameTable, assertWrong, probe} from '../lib/probe.mjs';
import {run} from '../lib/process.mjs';

const key = 'a key of 16 letters';
const events = (hub) => `http://127.0.0.1:${hub.port}/events`;

function keyFile(t) {
  const file = path.join(temporaryDirectory(t), 'publish.key');
  fs.writeFileSync(file, `${key}\n`);
  return file;
}

// A location of the operator's own, which has the worker's lines and these.
const ownLocation = (lines) => `
  location = /mine/events {
    rewrite ^ /events break;
    include snippets/sse-worker.params;
    fastcgi_pass sse_worker_streams;
    fastcgi_read_timeout 75s;
    ${lines}
  }
  location = /mine/publish { rewrite ^ /publish last; }
  location = /mine/healthz { rewrite ^ /healthz last; }`;

test('the command line', async (t) => {
  await t.test('sse-worker probe --help is that of the program beside it', async () => {
    const {code, stdout, stderr} = await run(binary, ['probe', '--help']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^Finds out why streams do not work/);
    assert.deepEqual(stdout.split('\n').filter((line) => line.length > 80), []);
  });
  const mistakes = [
    [[], 'a URL is missing: sse-worker probe https://push.example.org/events'],
    [['push.example.org'], "the URL must begin with https:// or http://, not 'push.example.org'"],
    [['ftp://x/'], "the URL must begin with https:// or http://, not 'ftp://x/'"],
    [['http://x', 'http://y'], 'http://y is one argument too many'],
    [['http://x', '--timout', '3'], '--timout is not an option; did you mean --timeout?'],
    [['http://x', '--idle', 'long'], "--idle must be a number of seconds from 1 to 86400, not 'long'"],
    [['http://x', '--timeout', '0'], "--timeout must be a number of seconds from 1 to 3600, not '0'"],
    [['http://x', '--timeout'], '--timeout needs a value: --timeout SECONDS'],
    [['http://x', '--topic', ''], '--topic needs a value: --topic TOPIC'],
    [['http://x', '--origin', 'app.example.com'], "--origin must be an origin such as https://app.example.com, not 'app.example.com'"],
    [['http://x', '--publish', 'file:///etc'], "--publish must begin with https:// or http://, not 'file:///etc'"],
  ];
  for (const [args, sentence] of mistakes) {
    await t.test(args.join(' ') || 'nothing', async () => {
      const {code, stdout, stderr} = await run(binary, ['probe', ...args]);
      assert.deepEqual([code, stdout], [2, '']);
      assert.equal(stderr, `sse-worker probe: ${sentence}\nRun sse-worker probe --help for help.\n`);
    });
  }
  await t.test('a file that cannot be used', async (of) => {
    const folder = temporaryDirectory(of);
    const bad = path.join(folder, 'headers');
    fs.writeFileSync(bad, 'Cookie: a=b\nno header\n');
    for (const [option, file, sentence] of [
      ['--key-file', path.join(folder, 'none'), `cannot read the key file ${folder}/none: No such file or directory`],
      ['--header-file', bad, `line 2 of the header file ${bad} must be a header such as Cookie: NAME=VALUE`],
    ]) {
      const {code, stderr} = await run(binary, ['probe', 'http://127.0.0.1:1/', option, file]);
      assert.deepEqual({code, stderr}, {code: 2, stderr: `sse-worker probe: ${sentence}\n`});
    }
  });
});

test('the shipped files', async (t) => {
  const origin = 'https://app.example.com';
  const config = {publish: {key}, access: {origins: [origin]}, streams: {heartbeat_seconds: 1}};
  const hub = await startHub(t, config, {nginx: {origins: [origin]}});

  await t.test('all is well, with a key', async (of) => {
    const args = [events(hub), '--key-file', keyFile(of), '--origin', origin, '--idle', '4'];
    const seen = await probe(args, {ms: 30_000});
    assertWrong(seen, {});
    const unchecked = Object.entries(seen.rows).filter(([, {result}]) => result === 'unchecked').map(([check]) => check);
    assert.deepEqual(unchecked, ['tls', 'http_2']);
    assert.match(seen.rows.events.found, /^4 events, each passed on within \d+ ms$/);
    assert.match(seen.rows.version.found, /^HTTP\/1\.1, from nginx$/);
    assert.match(seen.rows.worker.found, /^answers, and its store accepts events$/);
    assert.match(seen.rows.idle.found, /^a stream without events was open for [34]\.\d s$/);
    assert.match(seen.rows.heartbeats.found, /^[234], as they are due every 1 s$/);
    assert.ok(seen.rows.events.milliseconds < 150);
    await assertSameTable(args, seen, {ms: 30_000});
  });
  await t.test('and by the greeting stream, without one', async () => {
    const seen = await probe([events(hub)]);
    assertWrong(seen, {});
    assert.match(seen.rows.events.found, /^3 events, each passed on within .*; the greeting stream/);
    assert.equal(seen.rows.resume.result, 'unchecked');
  });
  await t.test('the JSON has the members that docs/probe.md names', async () => {
    const {json} = await probe([`http://127.0.0.1:${hub.port}`]);
    assert.deepEqual(Object.keys(json), ['version', 'url', 'final_url', 'ok', 'milliseconds', 'checks']);
    assert.equal(json.final_url, events(hub));
    for (const row of json.checks) {
      assert.ok(['ok', 'wrong', 'unchecked'].includes(row.result));
      assert.deepEqual(Object.keys(row).filter((name) => !['check', 'result', 'found', 'milliseconds', 'changes'].includes(name)), []);
    }
  });
  await t.test('a key that is wrong', async (of) => {
    const file = path.join(temporaryDirectory(of), 'key');
    fs.writeFileSync(file, 'another key, also long');
    const seen = await probe([events(hub), '--key-file', file]);
    assertWrong(seen, {publish: [/status 401/, /--key-file FILE/]});
    assert.equal(seen.rows.events.result, 'unchecked');
  });
  await t.test('another origin', async () => {
    const seen = await probe([events(hub), '--origin', 'https://other.example']);
    assertWrong(seen, {
      preflight: [/Access-Control-Allow-Origin is missing/, /sse-worker\.yaml: access: \{origins: \["https:\/\/other\.example"\]\}/],
      origin: [/Access-Control-Allow-Origin is missing/, /upstream\.conf: "https:\/\/other\.example" \$http_origin;/],
    });
  });
  await t.test('a topic that has ended, and another path', async () => {
    hub.headers = {Authorization: `Bearer ${key}`};
    const id = await hub.publish({topic: 'over', data: 'x', close: 1});
    const over = await probe([`${events(hub)}?topic=over&lastEventId=${id}`]);
    assertWrong(over, {status: [/^204/, /a topic that has not ended/]});
    const lost = await probe([`http://127.0.0.1:${hub.port}/evnts`]);
    assertWrong(lost, {status: [/^404/, /include snippets\/sse-worker\.locations\.conf;/]});
  });
});

test('nginx set wrong', {concurrency: 2}, async (t) => {
  const wrong = (name, {server = '', url = events, args = [], config = {}, nginx = {}, ...more}, expected) =>
    t.test(name, async (of) => {
      const hub = await startHub(of, {publish: {key}, ...config}, {nginx: {server, ...nginx}});
      await more.before?.(hub);
      const withKey = more.keyless ? [] : ['--key-file', keyFile(of)];
      const seen = await probe([url(hub), ...withKey, ...args], {ms: 40_000});
      assertWrong(seen, expected);
      await more.after?.(seen, hub);
    });
  const mine = (hub) => `http://127.0.0.1:${hub.port}/mine/events`;
  const held = /fastcgi_buffering off;/;

  await wrong('fastcgi_buffering on', {url: mine, server: ownLocation('fastcgi_ignore_headers X-Accel-Buffering; fastcgi_buffering on; fastcgi_buffers 8 32k; fastcgi_buffer_size 32k;')}, {
    first_byte: [/^after 1\d\.\d s: somebody holds the answer back/, held],
    events: [/^all came together, when the stream ended: nginx holds them back/, held],
  });
  await wrong('fastcgi_buffering on, by the greeting stream', {keyless: true, url: mine, server: ownLocation('fastcgi_ignore_headers X-Accel-Buffering; fastcgi_buffering on;')}, {
    first_byte: [/^after 1\d\.\d s/, held],
    events: [/^all came together, when the stream ended: nginx holds them back/, held],
  });
  await wrong('gzip on', {url: mine, server: ownLocation('gzip on; gzip_types text/event-stream; gzip_min_length 1; gzip_proxied any; fastcgi_buffering off;')}, {
    compression: [/^gzip: /, /gzip off;/],
  });
  await wrong('another type', {url: mine, server: ownLocation('fastcgi_hide_header Content-Type; default_type text/html; add_header Content-Type text/plain;')}, {
    type: [/not text\/event-stream/, /fastcgi_hide_header Content-Type/],
  });
  await wrong('a page of the site answers', {server: 'location = /live { return 200 "<html></html>"; }', url: (hub) => `http://127.0.0.1:${hub.port}/live`}, {
    type: [/not text\/event-stream; an EventSource closes for good/, /include snippets\/sse-worker\.locations\.conf;/],
  });
  await wrong('Cache-Control of the site', {url: mine, server: ownLocation('expires 1h; fastcgi_hide_header Cache-Control;')}, {
    caching: [/Cache-Control: max-age=3600, not the worker's/, /expires off;/],
  });
  await wrong('headers do not reach the worker', {url: mine, server: ownLocation('fastcgi_pass_request_headers off;')}, {
    cursor_header: [/does not reach the worker/, /fastcgi_pass_request_headers on;/],
    resume: [/something is missing: events 3, 4, 5 were due behind the cursor, and 5 came/, /fastcgi_pass_request_headers on;/],
  });
  await wrong('auth_basic', {url: mine, server: ownLocation('auth_basic site; auth_basic_user_file /dev/null;')}, {
    status: [/^401; an EventSource closes for good/, /--header-file FILE/],
  });
  await wrong('a silent stream is cut', {url: mine, args: ['--idle', '6'], config: {streams: {heartbeat_seconds: 3}}, server: ownLocation('fastcgi_read_timeout 1s;').replace('fastcgi_read_timeout 75s;', '')}, {
    idle: [/(cut|ended) after (1\.\d s|9\d\d ms), not by the probe and not by the worker: nginx has a limit for silence/, /fastcgi_read_timeout 75s;/],
  });
  await wrong('no worker, and the shipped files', {before: (hub) => hub.worker.stop()}, {
    worker: [/nginx answers in its place with an empty stream/, /systemctl status sse-worker/],
  });
  await wrong('no worker, and a location without error_page', {url: mine, server: ownLocation(''), before: (hub) => hub.worker.stop()}, {
    worker: [/^502 from nginx: nothing answers at the worker's socket/, /error_page 500 502 503 504 = \$sse_worker_away;/],
    status: [/^502/, /error_page/],
  });
  await wrong('redirects that go round', {server: 'location = /a { return 301 /b; } location = /b { return 302 /a; }', url: (hub) => `http://127.0.0.1:${hub.port}/a`}, {
    redirects: [/in a circle: http:\/\/127.*\/a 301 → .*\/b 302 → .*\/a$/, /no return 301/],
  });
  await wrong('redirects without end', {server: 'location ~ ^/r(?<rest>.*)$ { return 302 /r${rest}x; }', url: (hub) => `http://127.0.0.1:${hub.port}/r`}, {
    redirects: [/^more than 10: /, /one redirect/],
  });
  await wrong('a redirect to the stream', {server: 'location = /old { return 301 /events; }', url: (hub) => `http://127.0.0.1:${hub.port}/old`}, {});
});

test('TLS', async (t) => {
  const folder = temporaryDirectory(t);
  const authority = new Authority(folder);
  const {certificate, key: privateKey} = authority.issue('server');
  const self = new Authority(folder, 'self');
  const ports = [await freePort(), await freePort(), await freePort()];
  const server = (port, more, crt, pem) => `server { listen 127.0.0.1:${port} ssl ${more}; ssl_certificate ${crt}; ssl_certificate_key ${pem}; include snippets/sse-worker.locations.conf; }`;
  const site = server(ports[0], 'http2', certificate, privateKey) + server(ports[1], '', self.certificate, path.join(folder, 'self.key')) +
    server(ports[2], '', certificate, privateKey);
  const hub = await startHub(t, {publish: {key}}, {nginx: {site}});
  const url = (n, host = '127.0.0.1') => `https://${host}:${ports[n]}/events`;
  const trusted = {env: {SSL_CERT_FILE: authority.certificate}};

  await t.test('a certificate that is trusted, and HTTP/2', async (of) => {
    const seen = await probe([url(0), '--key-file', keyFile(of)], trusted);
    assertWrong(seen, {});
    assert.match(seen.rows.tls.found, /^the certificate is trusted by SSL_CERT_FILE, for 4\d hours more$/);
    assert.equal(seen.rows.version.found, 'HTTP/2, from nginx');
    for (const check of ['http_1_0', 'http_1_1', 'http_2']) assert.equal(seen.rows[check].result, 'ok', check);
  });
  await t.test('HTTP/2 that is not offered is no mistake', async () => {
    const seen = await probe([url(2)], trusted);
    assertWrong(seen, {});
    assert.match(seen.rows.http_2.found, /^not offered \(HTTP\/1\.1\)/);
  });
  await t.test('an authority that is not known', async () => {
    const seen = await probe([url(0)]);
    assertWrong(seen, {tls: [/not signed by an authority that is trusted here/, /fullchain\.pem/]});
    assert.equal(seen.rows.status.result, 'unchecked');
  });
  await t.test('a self-signed certificate', async (of) => {
    const seen = await probe([url(1), '--key-file', keyFile(of)]);
    assertWrong(seen, {tls: [/^the certificate is self-signed/, /SSL_CERT_FILE=FILE/]});
  });
  await t.test('another name', async () => {
    assertWrong(await probe([url(0, 'localhost')], trusted), {tls: [/is not accepted: /, /one for the name in the address/]});
  });
  await t.test('http:// where TLS is, and the other way round', async () => {
    assertWrong(await probe([`http://127.0.0.1:${ports[0]}/events`]), {status: [/^400/, /./]});
    assertWrong(await probe([events(hub).replace('http:', 'https:')], {ms: 15_000}), {tls: [/^no TLS: /, /listen 443 ssl/]});
  });
});
