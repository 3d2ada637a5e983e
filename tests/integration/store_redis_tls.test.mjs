// A Redis over TLS, with certificates of an authority of its own, and a user with as few rights as the configuration file names.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {Authority} from '../lib/authority.mjs';
import {configText, startHub} from '../lib/hub.mjs';
import {binary, root} from '../lib/places.mjs';
import {run} from '../lib/process.mjs';
import {insist} from '../lib/redis.mjs';
import {startTls} from '../lib/redis_tls.mjs';
import {until} from '../lib/wait.mjs';

const startUnwell = (t, store) => startHub(t, {store}, {anyHealth: true});
const unwell = (hub, pattern) => until(() => pattern.test(hub.worker.process.stderr), `the log says ${pattern}`);

function reconfigure(hub, store) {
  fs.writeFileSync(path.join(hub.worker.directory, 'sse-worker.yaml'), configText({store}));
  hub.worker.process.kill('SIGHUP');
}

test('events go to Redis and back over TLS, also large ones, and over a restart of Redis', async (t) => {
  const {redis, store} = await startTls(t);
  const hub = await startHub(t, {store});
  const reader = await hub.read({topic: 'a'});
  const large = 'x'.repeat(900_000);
  for (const data of ['1', large, '2']) await hub.publish({topic: 'a', data});
  assert.deepEqual((await reader.got(3)).map((event) => event.data), ['1', large, '2']);
  await redis.kill();
  await redis.start();
  await insist(hub, {topic: 'a', data: '3', id: 'third'});
  assert.equal((await reader.got(4)).at(-1).data, '3');
  assert.deepEqual(reader.gaps, []);
  const late = await hub.read({topic: 'a', lastEventId: 'earliest'});
  assert.deepEqual((await late.got(4)).map((event) => event.data), ['1', large, '2', '3']);
});

// After a handshake with TLS 1.3 the server sends tickets, which are not answers.
test('a connection that is idle for a while is still of use', async (t) => {
  const {redis, store} = await startTls(t);
  const hub = await startHub(t, {store});
  const connections = async () => Number((await redis.ask('INFO', 'stats')).match(/total_connections_received:(\d+)/)[1]);
  await hub.publish({topic: 'a', data: '0'});
  const before = await connections();
  for (let n = 1; n <= 5; ++n) await hub.publish({topic: 'a', data: String(n)});
  assert.equal(await connections(), before + 1); // that of the question itself
});

test('who cannot be trusted is not spoken to', async (t) => {
  const {folder, store} = await startTls(t, {names: 'DNS:redis.example'});
  const other = new Authority(folder, 'other');
  const hub = await startUnwell(t, {...store, tls: {ca_file: other.certificate, server_name: 'redis.example'}});
  await unwell(hub, /the certificate of Redis is refused: .*check store\.tls\.ca_file and store\.tls\.server_name/);
  const refused = await hub.json({topic: 'a', data: 'x'});
  assert.equal(refused.status, 503);
  reconfigure(hub, store); // the right authority; but the certificate has another name than 127.0.0.1
  await unwell(hub, /the certificate of Redis is refused: IP address mismatch/);
  reconfigure(hub, {...store, tls: {...store.tls, server_name: 'redis.example'}});
  await insist(hub, {topic: 'a', data: 'y', id: 'y'});
});

test('a Redis that asks for certificates gets one, and SIGHUP reads new files', async (t) => {
  const {authority, folder, store} = await startTls(t, {clients: 'yes'});
  const hub = await startUnwell(t, store);
  await unwell(hub, /Redis at 127\.0\.0\.1/);
  const mine = authority.issue('worker');
  const tls = {...store.tls, certificate_file: path.join(folder, 'mine.crt'), key_file: path.join(folder, 'mine.key')};
  fs.copyFileSync(mine.certificate, tls.certificate_file);
  fs.copyFileSync(mine.key, tls.key_file);
  reconfigure(hub, {...store, tls});
  await insist(hub, {topic: 'a', data: 'x', id: 'x'});
  const stranger = new Authority(folder, 'stranger').issue('intruder');
  fs.copyFileSync(stranger.certificate, tls.certificate_file);
  fs.copyFileSync(stranger.key, tls.key_file);
  hub.worker.process.kill('SIGHUP'); // the same configuration, other files
  await until(async () => (await hub.json({topic: 'a', data: 'z'})).status === 503, 'the stranger is refused');
  fs.copyFileSync(mine.certificate, tls.certificate_file);
  hub.worker.process.kill('SIGHUP'); // a key that does not belong to the certificate: the old ones stay
  await until(() => /does not belong to the certificate/.test(hub.worker.process.stderr), 'the log says which');
  fs.copyFileSync(mine.key, tls.key_file);
  hub.worker.process.kill('SIGHUP');
  await insist(hub, {topic: 'a', data: 'y', id: 'y'});
});

test('a user with the rights that the configuration file names suffices, with the password in a file', async (t) => {
  const {redis, store, folder} = await startTls(t);
  const shipped = fs.readFileSync(path.join(root, 'config/sse-worker.yaml'), 'utf8');
  const rule = shipped.match(/`ACL (SETUSER sse-worker [^`]*)`/)[1].replace('PASSWORD', 'p4ss word');
  await redis.ask('ACL', ...rule.match(/>p4ss word|\S+/g));
  await redis.ask('ACL', 'SETUSER', 'default', 'off');
  redis.ask = (...words) => run('redis-cli', ['-s', redis.socket, '--user', 'sse-worker', '-a', 'p4ss word', ...words]);
  const file = path.join(folder, 'password');
  fs.writeFileSync(file, 'wrong\n', {mode: 0o600});
  const settings = {...store, user: 'sse-worker', password_file: file};
  const hub = await startUnwell(t, settings);
  await unwell(hub, /check store\.user and store\.password/);
  fs.writeFileSync(file, 'p4ss word\n');
  hub.worker.process.kill('SIGHUP');
  await insist(hub, {topic: 'a', data: 'x', id: 'x'});
  const reader = await hub.read({topic: 'a', lastEventId: 'earliest'});
  await hub.publish({topic: 'a', data: 'last', close: true});
  await reader.over();
  assert.deepEqual(reader.data, ['x', 'last']);
  assert.equal((await hub.json({topic: 'a', data: 'more'})).status, 409);
  assert.ok(!hub.worker.process.stderr.includes('p4ss'));
  assert.ok(!fs.readFileSync(`/proc/${hub.worker.process.pid}/cmdline`, 'utf8').includes('p4ss'));
});

test('`check` says which file is of no use', async (t) => {
  const {store, folder, authority} = await startTls(t);
  const file = path.join(folder, 'c.yaml');
  const check = async (settings) => {
    fs.writeFileSync(file, JSON.stringify({store: {...store, ...settings}}));
    const {code, stdout, stderr} = await run(binary, ['check', '--config', file]);
    return {code, said: `${stdout}${stderr}`};
  };
  const {code, said} = await check({});
  assert.equal(code, 0, said);
  const empty = path.join(folder, 'empty.pem');
  fs.writeFileSync(empty, '');
  const mine = authority.issue('mine');
  const other = authority.issue('other');
  for (const [settings, sentence] of [
    [{tls: {ca_file: '/none'}}, /store\.tls\.ca_file: there is no file \/none/],
    [{tls: {ca_file: empty}}, /store\.tls\.ca_file: .*empty\.pem: has no certificate/],
    [{tls: {certificate_file: mine.certificate}}, /store\.tls: must have certificate_file and key_file, or neither/],
    [{tls: {certificate_file: mine.certificate, key_file: other.key}}, /store\.tls\.key_file: .*other\.key: does not belong to the certificate/],
    [{tls: {certificate_file: mine.key, key_file: mine.key}}, /store\.tls\.certificate_file: .*has no certificate that can be used/],
    [{url: 'redis://127.0.0.1'}, /store\.tls: needs a store\.url that begins with rediss:\/\//],
    [{password: 'a', password_file: empty}, /store\.password_file: cannot stand beside store\.password/],
    [{password_file: empty}, /store\.password_file: .*empty\.pem is empty/],
  ]) {
    const wrong = await check(settings);
    assert.notEqual(wrong.code, 0, JSON.stringify(settings));
    assert.match(wrong.said, sentence);
  }
});
