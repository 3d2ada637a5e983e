// The command line: what it says of itself, and what it says of a configuration.
import assert from 'node:assert/strict';
import {once} from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import {test} from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {run} from '../lib/process.mjs';
import {binary, root} from '../lib/places.mjs';

const lines = (text) => text.split('\n').slice(0, -1);

test('--help names every way of calling it', async () => {
  const {code, stdout, stderr} = await run(binary, ['--help']);
  assert.deepEqual([code, stderr], [0, '']);
  for (const word of ['--config', 'check', '--version', '--help']) assert.ok(stdout.includes(word), word);
});

test('--version is one line', async () => {
  const {code, stdout, stderr} = await run(binary, ['--version']);
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^sse-worker \d+\.\d+\.\d+\S*\n$/);
});

test('--help fits 80 columns', async () => {
  for (const call of [['--help'], ['check', '--help']]) {
    const {stdout} = await run(binary, call);
    assert.deepEqual(lines(stdout).filter((line) => line.length > 80), []);
  }
});

test('a misspelt option is told as the one that was meant', async () => {
  const {code, stderr} = await run(binary, ['--confg', 'x']);
  assert.deepEqual([code, lines(stderr)[0]], [2, 'sse-worker: --confg is not an option; did you mean --config?']);
});

for (const call of [['--nonsense'], ['nonsense'], ['check', '--nonsense'], ['--config']]) {
  test(`${call.join(' ')}: exit 2 and a word about it`, async () => {
    const {code, stdout, stderr} = await run(binary, call);
    assert.deepEqual([code, stdout], [2, '']);
    assert.ok(stderr.length > 0);
  });
}

test('check: the shipped file is right', async () => {
  const {code, stderr} = await run(binary, ['check', '--config', path.join(root, 'config/sse-worker.yaml')]);
  assert.deepEqual([code, stderr], [0, '']);
});

const good = {
  'an empty file': '',
  'only a comment': '# nothing\n',
  'every key': `listen: 127.0.0.1:9000
listen_mode: "0600"
listen_backlog: 128
log: {level: debug, to: stderr}
fastcgi: {deadline_seconds: 0.5, idle_seconds: 1.125, pending_max: 1, head_bytes_max: 1024, body_bytes_max: 1024}
streams: {max: 1, outbox_bytes_max: 65536, retry_seconds: 1, retry_jitter_seconds: 0}
greeting: {message: "x", interval_seconds: 1, duration_seconds: 1}
drain_seconds: 1
`,
};

// [what, text, line, column, key, a word that the message holds]
const bad = [
  ['an unknown key', 'drain_seconds: 1\nnonsense: 1\n', 2, 1, 'nonsense', /known/],
  [
    'an unknown key further in',
    'fastcgi:\n  deadline_seconds: 1\n  nonsense: 1\n',
    3,
    3,
    'fastcgi.nonsense',
    /known/,
  ],
  ['a number that is a word', 'fastcgi:\n  idle_seconds: soon\n', 2, 17, 'fastcgi.idle_seconds', /soon/],
  ['a number with a fraction', 'fastcgi:\n  pending_max: 1.5\n', 2, 16, 'fastcgi.pending_max', /whole/],
  ['a time finer than the clock', 'drain_seconds: 0.0001\n', 1, 16, 'drain_seconds', /0\.0001/],
  ['a number that is a list', 'drain_seconds: [1]\n', 1, 16, 'drain_seconds', /seconds/],
  ['a section that is a word', 'fastcgi: fast\n', 1, 10, 'fastcgi', /./],
  ['a section that is a list', 'fastcgi:\n  - idle_seconds: 1\n', 2, 3, 'fastcgi', /./],
  ['a number below its range', 'fastcgi:\n  deadline_seconds: 0\n', 2, 21, 'fastcgi.deadline_seconds', /\d/],
  ['a negative number', 'drain_seconds: -1\n', 1, 16, 'drain_seconds', /./],
  ['a number above its range', 'fastcgi:\n  head_bytes_max: 99999999999\n', 2, 19, 'fastcgi.head_bytes_max', /\d/],
  ['a number that fits nothing', 'drain_seconds: 99999999999999999999999\n', 1, 16, 'drain_seconds', /./],
  ['a key without a value', 'drain_seconds:\nlisten_backlog: 1\n', 1, 1, 'drain_seconds', /seconds/],
  ['a port that is none', 'listen: 127.0.0.1:99999\n', 1, 9, 'listen', /99999/],
  ['an address without a port', 'listen: "127.0.0.1:"\n', 1, 9, 'listen', /ADDRESS:PORT/],
  ['an address that is a name', 'listen: localhost:9000\n', 1, 9, 'listen', /localhost/],
  ['a level that is none', 'log:\n  level: loud\n', 2, 10, 'log.level', /info/],
  ['a mode that is none', 'listen_mode: "0999"\n', 1, 14, 'listen_mode', /./],
  ['a key given twice', 'drain_seconds: 1\ndrain_seconds: 2\n', 2, 1, 'drain_seconds', /twice/],
  ['a section given twice', 'fastcgi:\n  idle_seconds: 1\nfastcgi:\n  idle_seconds: 2\n', 3, 1, 'fastcgi', /twice/],
];

test('check', async (t) => {
  const directory = temporaryDirectory(t);
  const file = path.join(directory, 'a.yaml');
  const check = (text) => {
    fs.writeFileSync(file, text);
    return run(binary, ['check', '--config', file]);
  };

  for (const [what, text] of Object.entries(good)) {
    await t.test(`${what} is right`, async () => {
      const {code, stderr} = await check(text);
      assert.deepEqual([code, stderr], [0, '']);
    });
  }

  for (const [what, text, line, column, key, message] of bad) {
    await t.test(`${what}: file, line, column and key`, async () => {
      const {code, stdout, stderr} = await check(text);
      assert.deepEqual([code, stdout], [2, '']);
      assert.equal(lines(stderr).length, 1, stderr);
      const start = `${file}:${line}:${column}: ${key}: `;
      assert.ok(stderr.startsWith(start), `${JSON.stringify(stderr)} does not start with ${start}`);
      assert.match(stderr.slice(start.length), message);
    });
  }

  for (const [what, text] of [
    ['no YAML', 'fastcgi: [1, 2\n'],
    ['a tab', 'fastcgi:\n\tidle_seconds: 1\n'],
    ['bytes', '\0\x01\x02: {'],
  ]) {
    await t.test(`${what}: file, line and column`, async () => {
      const {code, stderr} = await check(text);
      assert.equal(code, 2);
      assert.equal(lines(stderr).length, 1, stderr);
      assert.match(stderr.slice(file.length), /^:\d+:\d+: ./);
    });
  }

  for (const [what, text] of [
    ['a list', '- a\n'],
    ['a word', 'hello\n'],
  ]) {
    await t.test(`${what} is no configuration`, async () => {
      const {code, stderr} = await check(text);
      assert.equal(code, 2);
      assert.match(stderr.slice(file.length), /^:1:1: ./);
    });
  }

  for (const [what, place] of [
    ['a missing file', path.join(directory, 'none.yaml')],
    ['a directory', directory],
  ]) {
    await t.test(`${what}: one line that names it`, async () => {
      const {code, stderr} = await run(binary, ['check', '--config', place]);
      assert.equal(code, 2);
      assert.equal(lines(stderr).length, 1, stderr);
      assert.ok(stderr.startsWith(`${place}: `), stderr);
    });
  }

  await t.test('a file that may not be read', async (t) => {
    const other = process.getuid() === 0 ? {uid: 65534, gid: 65534} : {};
    if ((await run('test', ['-x', binary], other)).code !== 0) return t.skip('others cannot reach the worker');
    const secret = path.join(directory, 'secret.yaml');
    fs.writeFileSync(secret, '', {mode: 0o000});
    const {code, stderr} = await run(binary, ['check', '--config', secret], other);
    assert.deepEqual([code, lines(stderr).length], [2, 1]);
    assert.ok(stderr.startsWith(`${secret}: `), stderr);
    assert.match(stderr, /may not (be )?read/);
  });

  await t.test('an address that cannot be listened on', async () => {
    const missing = path.join(directory, 'missing');
    const {code, stderr} = await check(`listen: ${missing}/w.sock\n`);
    assert.equal(code, 2);
    assert.equal(
      stderr,
      `${file}: listen: there is no folder ${missing} for the socket; make it, or choose another path\n`,
    );
  });

  await t.test('an address that is taken, perhaps by this worker, is a warning', async (t) => {
    const server = net.createServer().listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const address = `127.0.0.1:${server.address().port}`;
    const {code, stdout, stderr} = await check(`listen: ${address}\n`);
    assert.deepEqual([code, stdout], [0, `${file}: ok\n`]);
    assert.equal(
      stderr,
      `${file}: warning: listen: another process is listening on ${address}; stop it, unless it is this worker\n`,
    );
  });

  await t.test('a former name of a key is a warning', async () => {
    const {code, stdout, stderr} = await check('gate:\n  pending_max: 7\nstats: {readers: nobody}\n');
    assert.deepEqual([code, stdout], [0, `${file}: ok\n`]);
    assert.deepEqual(lines(stderr), [
      `${file}:1:1: warning: gate is a former name; write fastcgi`,
      `${file}:3:9: warning: stats.readers is a former name; write stats.allowed`,
    ]);
  });

  await t.test('a Redis that does not answer is a warning', async () => {
    const {code, stderr} = await check(`store: {kind: redis, url: "unix://${directory}/redis.sock"}\n`);
    assert.equal(code, 0);
    assert.match(stderr, /^[^\n]*: warning: store\.url: [^\n]*redis\.sock[^\n]*No such file or directory[^\n]*503\n$/);
  });

  await t.test('what check refuses is refused at the start in the same words', async () => {
    const {stderr} = await check('nonsense: 1\n');
    const served = await run(binary, ['--config', file]);
    assert.deepEqual([served.code, served.stderr], [2, stderr]);
  });
});
