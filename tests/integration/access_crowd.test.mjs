// Many readers with private topics of their own, while the keys change and while the worker restarts. READERS=5000 for more than
// the usual number.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import {renameSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {handover, startApplication} from '../lib/application.mjs';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {startHub} from '../lib/hub.mjs';
import {until} from '../lib/wait.mjs';

const count = Number(process.env.READERS ?? 1000);
const users = Array.from({length: count}, (_, n) => `u${n}`);
const nginx = {connections: 3 * count + 1000, main: `worker_rlimit_nofile ${3 * count + 1000};`};
const streams = {per_address_max: 0, max: 3 * count};
const ms = 120_000;

// In parts, so that no queue of connections overflows.
async function forAll(items, run) {
  const results = [];
  for (let at = 0; at < items.length; at += 100) results.push(...(await Promise.all(items.slice(at, at + 100).map(run))));
  return results;
}

const data = (answer) => answer.frames.filter((frame) => frame.data !== undefined && frame.event !== 'resume').map((frame) => frame.data);
const cursor = (answer) => answer.frames.findLast((frame) => frame.id !== undefined).id;

// One private event for each user, numbered.
async function publishToAll(hub, number) {
  for (let at = 0; at < count; at += 500) {
    const lines = users.slice(at, at + 500).map((user) => JSON.stringify({topic: `user/${user}`, data: `${user} ${number}`, private: true}));
    const answer = await hub.nginx.fetch('/publish', {method: 'POST', headers: {'Content-Type': 'application/x-ndjson'}, body: `${lines.join('\n')}\n`});
    assert.equal(answer.status, 200);
    assert.ok(!answer.text.includes('error'));
  }
}

// Each has its own events, in order, and nobody else's.
const received = (answers, numbers) =>
  until(() => answers.every((answer) => data(answer).length >= numbers.length), `events ${numbers} at all of ${answers.length} readers`, ms).then(() => {
    answers.forEach((answer, n) => assert.deepEqual(data(answer), numbers.map((number) => `u${n} ${number}`)));
  });

test('keys are replaced while readers are connected', async (t) => {
  const file = path.join(temporaryDirectory(t), 'keys.json');
  const pair = (kid) => ({kid, ...crypto.generateKeyPairSync('ec', {namedCurve: 'P-256'})});
  const write = (...pairs) => {
    // As a whole, as one replaces a file that others read.
    writeFileSync(`${file}.new`, JSON.stringify({keys: pairs.map(({kid, publicKey}) => ({...publicKey.export({format: 'jwk'}), kid, alg: 'ES256', use: 'sig'}))}));
    renameSync(`${file}.new`, file);
  };
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const token = ({kid, privateKey}, user) => {
    const input = `${encode({alg: 'ES256', kid, typ: 'JWT'})}.${encode({sub: user, exp, sse: {subscribe: [`user/${user}`]}})}`;
    return `${input}.${crypto.sign('sha256', Buffer.from(input), {key: privateKey, dsaEncoding: 'ieee-p1363'}).toString('base64url')}`;
  };
  const [first, second] = [pair('first'), pair('second')];
  write(first);
  const hub = await startHub(t, {streams, access: {public: [], tokens: {readers: {keys: [{jwks_file: file}]}}}}, {nginx});
  const open = (pair) => (user, more) => hub.nginx.http(`/events?topic=user/${user}`, {headers: {Authorization: `Bearer ${token(pair, user)}`, ...more}}).head(ms);
  const status = async (pair) => (await hub.nginx.fetch('/events?topic=user/u0&poll=0', {headers: {Authorization: `Bearer ${token(pair, 'u0')}`}})).status;

  const readers = await forAll(users, (user) => open(first)(user));
  assert.deepEqual(new Set(readers.map((answer) => answer.status)), new Set([200]));
  await publishToAll(hub, 1);
  assert.equal(await status(second), 401);
  write(first, second);
  await until(async () => (await status(second)) === 200, 'the second key');
  await publishToAll(hub, 2);
  write(second);
  await until(async () => (await status(first)) === 401, 'the end of the first key');
  await publishToAll(hub, 3);
  await received(readers, [1, 2, 3]);
  assert.equal(readers.filter((answer) => answer.ended !== null).length, 0);

  // They return with tokens of the new key, and go on.
  const cursors = readers.map(cursor);
  for (const answer of readers) answer.leave();
  await publishToAll(hub, 4);
  const again = await forAll(users, (user) => open(second)(user, {'Last-Event-ID': cursors[Number(user.slice(1))]}));
  await publishToAll(hub, 5);
  await received(again, [4, 5]);
  for (const answer of again) answer.leave();
});

test('readers that were handed over return after a restart, and the application is not asked', async (t) => {
  const directory = temporaryDirectory(t);
  const key = path.join(directory, 'resume.key');
  writeFileSync(key, 'r'.repeat(32), {mode: 0o600});
  const app = await startApplication(t, ({headers}, response) => {
    const user = headers['x-user'];
    response.writeHead(200, {'X-Accel-Redirect': `/_events?topic=user/${user}`, 'X-Sse-Grant': `subject=${user}&resume=3600`, 'Content-Length': 0}).end();
  });
  const settings = {streams, access: {public: [], resume_key_file: key}, store: {kind: 'sqlite', path: path.join(directory, 'log.db')}};
  const hub = await startHub(t, settings, {nginx: {...nginx, server: handover(app.port)}});
  const readers = await forAll(users, (user) => hub.nginx.http('/chat', {headers: {'X-User': user}}).head(ms));
  assert.equal(app.asked.length, count);
  await publishToAll(hub, 1);
  await until(() => readers.every((answer) => data(answer).length === 1), 'the first event of all', ms);
  const addresses = readers.map((answer) => JSON.parse(answer.frames.find(({event}) => event === 'resume').data).address);
  const cursors = readers.map(cursor);
  await hub.restart(settings);
  await until(() => readers.every((answer) => answer.ended !== null), 'the end of all streams', ms);
  await publishToAll(hub, 2);
  const again = await forAll(users, (user) => {
    const n = Number(user.slice(1));
    return hub.nginx.http(addresses[n], {headers: {'Last-Event-ID': cursors[n]}}).head(ms);
  });
  await publishToAll(hub, 3);
  await received(again, [2, 3]);
  assert.equal(app.asked.length, count);
  assert.equal(again.filter((answer) => answer.frames.some(({event}) => event === 'gap')).length, 0);
  for (const answer of again) answer.leave();
});
