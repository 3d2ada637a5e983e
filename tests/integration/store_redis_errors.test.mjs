// Errors of Redis as operators meet them: each is a sentence in /healthz that says what to do, and is over when the cause is.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {insist, startRedis, startWorkers} from '../lib/redis.mjs';
import {Process} from '../lib/process.mjs';
import {until} from '../lib/wait.mjs';

const disconnect = (redis) => redis.ask('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');

// `begin` and `end` get the Redis; `says` is what /healthz has to say meanwhile.
const faults = [
  {
    name: 'READONLY: it became a replica',
    begin: (redis) => redis.ask('REPLICAOF', '127.0.0.1', '1'),
    says: /READONLY .*; it is a replica: store\.url must name the primary, or the Sentinels/,
    end: (redis) => redis.ask('REPLICAOF', 'NO', 'ONE'),
  },
  {
    name: 'OOM: it is full',
    begin: (redis) => redis.ask('CONFIG', 'SET', 'maxmemory', '1'),
    says: /OOM .*; raise its maxmemory, or lower history\.bytes_max/,
    end: (redis) => redis.ask('CONFIG', 'SET', 'maxmemory', '0'),
  },
  {
    name: 'NOAUTH: it requires a password',
    begin: async (redis) => {
      await redis.ask('CONFIG', 'SET', 'requirepass', 'secret');
      await redis.ask('-a', 'secret', 'CLIENT', 'KILL', 'TYPE', 'normal');
    },
    says: /NOAUTH .* Set store\.password/,
    end: (redis) => redis.ask('-a', 'secret', 'CONFIG', 'SET', 'requirepass', ''),
  },
  {
    name: 'NOPERM: its user may not use one of the keys',
    begin: (redis) => redis.ask('ACL', 'SETUSER', 'default', 'resetkeys', '~{sse-worker}:[cei]*'),
    says: /NOPERM .*; its user needs the commands that docs\/clustering\.md lists, and the keys of store\.namespace/,
    end: (redis) => redis.ask('ACL', 'SETUSER', 'default', 'allkeys'),
  },
  {
    name: 'BUSY: a script of another client does not end',
    begin: async (redis, t) => {
      await redis.ask('CONFIG', 'SET', 'busy-reply-threshold', '50');
      const script = new Process('redis-cli', ['-s', redis.socket, 'EVAL', 'while true do end', '0']);
      t.after(() => script.stop('SIGKILL'));
      await until(async () => /^BUSY/.test(await redis.ask('PING')), 'Redis is busy');
    },
    says: /BUSY .*; a script of another client holds it up: SCRIPT KILL ends that script/,
    end: (redis) => redis.ask('SCRIPT', 'KILL'),
  },
  {
    name: 'MISCONF: it cannot write its snapshot',
    options: ['--enable-protected-configs', 'yes'],
    begin: async (redis, t) => {
      const folder = temporaryDirectory(t);
      await redis.ask('CONFIG', 'SET', 'dir', folder);
      fs.rmdirSync(folder);
      await redis.ask('CONFIG', 'SET', 'save', '3600 1');
      await redis.ask('BGSAVE');
      await until(async () => /rdb_last_bgsave_status:err/.test(await redis.ask('INFO', 'persistence')), 'a snapshot fails');
    },
    says: /MISCONF .*; look at its log, and make room on its disk/,
    // Without a snapshot it would not end, either.
    end: (redis) => redis.ask('CONFIG', 'SET', 'save', ''),
  },
];

for (const {name, options = [], begin, says, end} of faults) {
  test(name, async (t) => {
    const redis = await startRedis(t, options);
    const {at} = await startWorkers(t, redis, 1);
    const reader = await at(0).read({topic: 'a'});
    await at(0).publish({topic: 'a', data: '0'});
    await begin(redis, t);
    await until(async () => {
      // Who publishes meets the fault at once; after that, nobody has to publish for the worker to notice its end.
      const answer = await at(0).json({topic: 'a', data: '1', id: 'one'});
      assert.equal(answer.status, 503, answer.text);
      const health = await at(0).nginx.fetch('/healthz');
      return says.test(health.text);
    }, `/healthz says ${says}`);
    await end(redis);
    await insist(at(0), {topic: 'a', data: '1', id: 'one'});
    assert.deepEqual((await reader.got(2)).map((event) => event.data), ['0', '1']);
    assert.equal(reader.connects, 1);
  });
}

test('LOADING: it has just started and reads its data', async (t) => {
  const redis = await startRedis(t, ['--enable-debug-command', 'yes', '--save', '']);
  const {at} = await startWorkers(t, redis, 1);
  await at(0).publish({topic: 'a', data: '0'});
  await redis.ask('DEBUG', 'POPULATE', '20000');
  await redis.ask('SAVE');
  assert(fs.existsSync(path.join(redis.directory, 'dump.rdb')));
  await redis.kill();
  redis.options.push('--key-load-delay', '200', '--loading-process-events-interval-bytes', '1024');
  await until(async () => (await at(0).nginx.fetch('/healthz')).status === 503, 'the worker has noticed');
  const seen = (async () => {
    const says = /LOADING .*; it has just started: the worker waits for it/;
    await until(async () => says.test((await at(0).nginx.fetch('/healthz')).text), '/healthz says that it loads', 20000);
  })();
  await Promise.all([redis.start(), seen]);
  await insist(at(0), {topic: 'a', data: '1', id: 'one'}, 30000);
});

test('connections that are cut are made again', async (t) => {
  const redis = await startRedis(t, []);
  const {at} = await startWorkers(t, redis, 1);
  const reader = await at(0).read({topic: 'a'});
  for (let n = 0; n < 10; ++n) {
    await disconnect(redis);
    await insist(at(0), {topic: 'a', data: String(n), id: `n${n}`});
  }
  assert.deepEqual((await reader.got(10)).map((event) => event.data), Array.from({length: 10}, (_, n) => String(n)));
});
