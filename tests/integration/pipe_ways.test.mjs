// `sse-worker pipe` and the way to the worker: what is missing, wrong or not trusted ends it with a sentence; what may pass does not.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import {once} from 'node:events';
import {test} from 'node:test';
import {defer, temporaryDirectory} from '../lib/cleanup.mjs';
import {Pipe, startPipeHub, summary, ways} from '../lib/pipe.mjs';
import {freePort} from '../lib/port.mjs';
import {run} from '../lib/process.mjs';
import {now, until} from '../lib/wait.mjs';

const says = (where, sentence) => `sse-worker pipe: ${where}: ${sentence}\n${summary(0)}`;

test('the local socket', async (t) => {
  const hub = await startPipeHub(t);

  await t.test('is missing: exit 2, at once', async (of) => {
    const none = path.join(temporaryDirectory(of), 'none.sock');
    const advice = 'Set publish.listen in the configuration of the worker and restart it, or name another way with --socket or --url';
    assert.deepEqual(await new Pipe(of, ['--topic', 'a', '--socket', none]).finished(), {code: 2, stderr: says(none, `No such file or directory. ${advice}`)});
  });

  await t.test('is not for this user: exit 2, at once', {skip: process.getuid() !== 0 && 'only root can become another user'}, async (of) => {
    fs.chmodSync(path.dirname(hub.publishSocket), 0o755);
    fs.chmodSync(hub.publishSocket, 0o600);
    const {code, stderr} = await new Pipe(of, ['--topic', 'a', '--socket', hub.publishSocket], {uid: 65534, gid: 65534}).finished();
    assert.equal(code, 2);
    assert.match(stderr, /: Permission denied\. Set publish\.listen/);
  });

  await t.test('refuses the parameters: exit 1', async (of) => {
    const refused = await new Pipe(of, ['--topic', '$a', '--socket', hub.publishSocket]).finished();
    assert.deepEqual(refused, {code: 1, stderr: says(hub.publishSocket, 'defaults: topic: $a is reserved: names that begin with $ belong to the worker')});
  });

  await t.test('belongs to a worker that was killed: waits for the next one', async (of) => {
    const reader = await hub.read({topic: 'later'}, {t: of, again: 50});
    hub.worker.process.kill('SIGKILL');
    await hub.worker.process.exited();
    const early = new Pipe(of, ['--topic', 'later', '--socket', hub.publishSocket]);
    await early.write('one\n');
    await early.says('stderr', /: Connection refused\. Connecting again until it succeeds; nothing is lost\.\n/);
    await hub.again();
    await reader.got(1, 20_000);
    assert.equal((await early.finish()).code, 0);
  });

  await t.test('is that of another program: exit 1', async (of) => {
    const other = path.join(temporaryDirectory(of), 'other.sock');
    const server = net.createServer((socket) => socket.on('error', () => {}).resume().end('hello\n')).listen(other);
    defer(of, () => new Promise((done) => server.close(done)));
    await once(server, 'listening');
    assert.deepEqual(await new Pipe(of, ['--topic', 'a', '--socket', other]).finished(), {code: 1, stderr: says(other, 'the answer is not that of a publish stream: hello')});
  });
});

// A certificate of its own for localhost, which this machine does not trust.
async function certificate(t) {
  const directory = temporaryDirectory(t);
  const [key, file] = ['k.pem', 'c.pem'].map((name) => path.join(directory, name));
  const made = await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', file]);
  assert.equal(made.code, 0, made.stderr);
  return {key, file};
}

test('a URL', async (t) => {
  const key = 'correct horse battery staple';
  const keys = temporaryDirectory(t);
  const keyFile = (name, text) => {
    fs.writeFileSync(path.join(keys, name), text);
    return path.join(keys, name);
  };
  const right = keyFile('right', `${key}\n`);
  const own = await certificate(t);
  const tls = await freePort();
  const site = `server { listen 127.0.0.1:${tls} ssl http2; ssl_certificate ${own.file}; ssl_certificate_key ${own.key}; include snippets/sse-worker.locations.conf; }`;
  const hub = await startPipeHub(t, {publish: {key}}, {nginx: {site}});
  const origin = `http://127.0.0.1:${hub.port}`;
  const where = `${origin}/publish/stream`;
  const ended = (of, ...args) => new Pipe(of, ['--topic', 'a', ...args]).finished();

  await t.test('with the right key', async (of) => {
    assert.deepEqual(await new Pipe(of, ['--topic', 'a', '--url', origin, '--key-file', right]).finish('x\n'), {code: 0, stderr: summary(1)});
  });

  await t.test('without a key, with a wrong one: exit 1 and what the worker says, before any line is read', async (of) => {
    const sentence = 'status 401: Publishing needs `Authorization: Bearer` with the configured key. (--key-file names the file with the key)';
    assert.deepEqual(await ended(of, '--url', origin), {code: 1, stderr: says(where, sentence)});
    assert.deepEqual(await ended(of, '--url', origin, '--key-file', keyFile('wrong', 'guess\n')), {code: 1, stderr: says(where, sentence)});
  });

  await t.test('with a refusal while lines are sent: exit 1', async (of) => {
    const refused = new Pipe(of, ['--topic', 'a', '--url', origin]);
    refused.stdin.end('x\n'.repeat(100_000));
    const {code, stderr} = await refused.finished();
    assert.equal(code, 1);
    assert.match(stderr, /: status 401: .*\nsse-worker pipe: not answered, and so perhaps not published: \d+ lines\n/);
  });

  await t.test('with a key file that is none: exit 2', async (of) => {
    const file = keyFile('two lines', 'a\nb\n');
    assert.deepEqual(await ended(of, '--url', origin, '--key-file', file), {code: 2, stderr: `sse-worker pipe: the key file ${file} must hold one line of 1 to 8192 printable ASCII characters\n`});
  });

  await t.test('with parameters that the worker refuses: exit 1', async (of) => {
    const {code, stderr} = await new Pipe(of, ['--topic', '$a', '--url', origin, '--key-file', right]).finished();
    assert.deepEqual([code, stderr], [1, says(where, 'status 400: topic: $a is reserved: names that begin with $ belong to the worker')]);
  });

  await t.test('with a wrong path: exit 1', async (of) => {
    assert.deepEqual(await ended(of, '--url', `${origin}/nothing`), {code: 1, stderr: says(`${origin}/nothing`, 'status 404')});
  });

  await t.test('of something else: exit 1', async (of) => {
    const server = http.createServer((request, response) => response.setHeader('Content-Type', 'text/html').end('<html>')).listen(0, '127.0.0.1');
    defer(of, () => server.closeAllConnections());
    defer(of, () => server.close());
    await once(server, 'listening');
    const url = `http://127.0.0.1:${server.address().port}/x`;
    assert.deepEqual(await ended(of, '--url', url), {code: 1, stderr: says(url, 'the answer (text/html) is not that of a publish stream; is the address right?')});
  });

  await t.test('with a certificate that this machine does not trust: exit 1, and no line has left', async (of) => {
    const refused = new Pipe(of, ['--topic', 'tls', '--url', `https://localhost:${tls}`, '--key-file', right]);
    refused.stdin.end('secret\n');
    const {code, stderr} = await refused.finished();
    assert.equal(code, 1);
    assert.match(stderr, /^sse-worker pipe: https:\/\/localhost:\d+\/publish\/stream: SSL certificate problem: self-signed certificate\n/);
    assert.deepEqual((await hub.poll({topic: 'tls', lastEventId: 'earliest'})).body.events, []);
  });

  await t.test('with a certificate for another name: exit 1', async (of) => {
    const {code, stderr} = await new Pipe(of, ['--topic', 'tls', '--url', `https://127.0.0.1:${tls}`, '--key-file', right], {env: {...process.env, SSL_CERT_FILE: own.file}}).finished();
    assert.equal(code, 1);
    assert.match(stderr, /: SSL: no alternative certificate subject name matches target host name '127\.0\.0\.1'\n/);
  });

  await t.test('with a certificate that SSL_CERT_FILE names', async (of) => {
    const trusted = new Pipe(of, ['--topic', 'tls', '--url', `https://localhost:${tls}`, '--key-file', right], {env: {...process.env, SSL_CERT_FILE: own.file}});
    const reader = await hub.read({topic: 'tls'}, {t: of, again: 50});
    await trusted.write('one\n');
    await reader.got(1);
    hub.worker.process.kill('SIGKILL');
    await trusted.says('stderr', /: the answer has ended\. Connecting again/);
    await hub.again();
    await trusted.write('two\n');
    await reader.got(2, 20_000);
    assert.equal((await trusted.finish()).code, 0);
  });

  await t.test('of nginx whose worker is away: waits for it', async (of) => {
    await hub.worker.stop();
    const early = new Pipe(of, ['--topic', 'later', '--url', origin, '--key-file', right]);
    await early.says('stderr', /: status 503: The worker does not answer\. It is starting or down\. Try again in 3 seconds\. Connecting again/);
    await hub.again();
    const {code, stderr} = await early.finish('one\n');
    assert.equal(code, 0);
    assert.ok(stderr.endsWith(`sse-worker pipe: publishing again\n${summary(1)}`), stderr);
  });

  await t.test('where nobody listens: waits', async (of) => {
    const waits = new Pipe(of, ['--topic', 'a', '--url', `http://127.0.0.1:${await freePort()}`]);
    await waits.says('stderr', /Couldn't connect to server\. Connecting again until it succeeds/);
    assert.equal(waits.exit, null);
  });
});

// libcurl's last timer is that of the connect, 10 seconds.
test('a pipe that waits takes no time of a CPU', {timeout: 100_000}, async (t) => {
  const hub = await startPipeHub(t);
  const pipes = Object.values(ways).map((way) => new Pipe(t, ['--topic', 'a', ...way(hub)]));
  await hub.worker.measured((metrics) => metrics.value('sse_worker_publish_streams') === pipes.length, 'they are connected');
  const begun = now();
  await until(() => now() - begun > 11_000, 'the timers have rung', 12_000);
  // In hundredths of a second.
  const used = () => pipes.map(({pid}) => fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ').slice(13, 15).reduce((sum, each) => sum + Number(each), 0));
  const before = used();
  const measuring = now();
  await until(() => now() - measuring > 1000, 'a second is over');
  used().forEach((each, n) => assert.ok(each - before[n] < 5, `${Object.keys(ways)[n]}: ${each - before[n]} %`));
});
