// Hooks as a receiver gets them: who reads what, through outages, slow and wrong answers, reloads and restarts.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {Authority} from '../lib/authority.mjs';
import {defer, temporaryDirectory} from '../lib/cleanup.mjs';
import {HookReceiver, key} from '../lib/hook_receiver.mjs';
import {configText, startHub} from '../lib/hub.mjs';
import {binary, root} from '../lib/places.mjs';
import {freePort} from '../lib/port.mjs';
import {Process, run} from '../lib/process.mjs';
import {readerToken, readersOf} from '../lib/tokens.mjs';
import {until} from '../lib/wait.mjs';

// A receiver, and a worker that tells it.
async function start(t, {receiver: how, hooks, ...settings} = {}) {
  const receiver = await HookReceiver.start(t, how);
  const hub = await startHub(t, {hooks: receiver.settings(hooks), ...settings});
  return {receiver, hub};
}
const answers = (receiver, status, headers) => (receiver.answer = () => ({status, headers}));

for (const loops of [1, 3]) {
  test(`who comes and goes, ${loops} loops`, async (t) => {
    const {receiver, hub} = await start(t, {loops, hooks: {topics: ['orders/*', 'news']}});
    const first = await hub.read({topic: 'orders/1'});
    await receiver.knows('orders/1');
    const second = await hub.read('topic=orders/1&topic=other&topic=news');
    const pattern = await hub.read({topic: 'orders/*'});
    await receiver.knows('news', 'orders/*', 'orders/1');
    assert.equal(await hub.metric('sse_worker_hook_topics'), 3);
    first.leave();
    pattern.leave();
    await receiver.knows('news', 'orders/1');
    second.leave();
    await receiver.knows();
    assert.deepEqual(receiver.told.slice(0, 2), ['reset started', 'occupied orders/1']);
    assert.ok(!receiver.told.some((each) => each.includes('other')));
    assert.ok(receiver.deliveries.every(({worker, lost}) => worker.endsWith(hub.worker.address) && lost === 0));
    await until(async () => (await hub.metric('sse_worker_hook_events_total')) === receiver.events.length, 'all are counted');
    assert.equal(await hub.metric('sse_worker_hook_topics'), 0);
    assert.equal(await hub.metric('sse_worker_hook_failures_total'), 0);
  });
}

test('a reload of a page says nothing, and a long poll is a reader', async (t) => {
  const {receiver, hub} = await start(t, {hooks: {grace_seconds: 3600}});
  for (let i = 0; i < 3; ++i) {
    const reader = await hub.read({topic: 'a'});
    await receiver.knows('a');
    reader.leave();
  }
  const poll = hub.ask({topic: 'b', poll: 60});
  await receiver.knows('a', 'b');
  poll.leave();
  assert.deepEqual(receiver.told, ['reset started', 'occupied a', 'occupied b']);
});

test('who reads by a template occupies the template', async (t) => {
  const books = 'https://example.com/books/{id}';
  const topics = ['https://example.com/books/*', 'news'];
  const {receiver, hub} = await start(t, {hooks: {topics, events: ['occupied', 'vacated', 'opened']}});
  const first = await hub.read({template: [books, 'prices/{id}'], topic: 'news'});
  await receiver.knows('news', books);
  await receiver.when(() => receiver.events.some(({type}) => type === 'opened'), 'it is opened');
  assert.deepEqual(receiver.events.find(({type}) => type === 'opened').topics, ['news', books]);
  const wider = await hub.read({template: 'https://example.com/{kind}/1'});
  const second = await hub.read({template: books});
  await receiver.knows('https://example.com/{kind}/1', 'news', books);
  first.leave();
  await receiver.knows('https://example.com/{kind}/1', books);
  wider.leave();
  second.leave();
  await receiver.knows();
  assert.deepEqual(receiver.told.filter((each) => each.endsWith(books)), [`occupied ${books}`, `vacated ${books}`]);
  assert.ok(!receiver.told.some((each) => each.includes('prices')));
});

test('streams open and close, where that is wanted', async (t) => {
  const {receiver, hub} = await start(t, {hooks: {events: ['opened', 'closed']}, ...JSON.parse(readersOf({public: ['*']}))});
  const reader = await hub.read({topic: 'a', authorization: readerToken('alice', ['a'])});
  await receiver.when(() => receiver.events.length === 2, 'it is opened');
  await hub.poll({topic: 'a', poll: 0});
  reader.leave();
  await receiver.when(() => receiver.events.length === 3, 'it is closed');
  const [, opened, closed] = receiver.events;
  assert.match(opened.stream, /^[0-9a-f]{16}\.1$/);
  assert.deepEqual({...opened, at: ''}, {type: 'opened', stream: opened.stream, topics: ['a'], subject: 'alice', at: ''});
  assert.deepEqual({...closed, at: ''}, {...opened, type: 'closed', at: ''});
  assert.ok(Date.parse(opened.at) <= Date.parse(closed.at));
});

test('while the receiver is down the newest state is kept, and then told', async (t) => {
  const {receiver, hub} = await start(t, {hooks: {events: ['occupied', 'vacated', 'opened'], queue_bytes_max: 65_536}});
  const [stays, leaves] = [await hub.read({topic: 'stays'}), await hub.read({topic: 'leaves'})];
  await receiver.knows('leaves', 'stays');
  await receiver.down();
  leaves.leave();
  for (let i = 0; i < 50; ++i) (await hub.read({topic: `short/${i}`})).leave();
  await hub.read({topic: 'new'});
  // Each has names of 8 KB, so the queue takes a few of them.
  const long = Array.from({length: 8}, (_, i) => `topic=${'x'.repeat(1000)}${i}`).join('&');
  for (let i = 0; i < 20; ++i) (await hub.read(long)).leave();
  await until(async () => (await hub.metric('sse_worker_hook_failures_total')) >= 2, 'it was tried');
  const lost = await hub.metric('sse_worker_hook_lost_events_total');
  assert.ok(lost > 5 && lost < 20, `${lost} lost`);
  await receiver.up();
  await receiver.when(() => receiver.occupied.includes('new') && !receiver.occupied.includes('leaves'), 'it is told', 40_000);
  await receiver.when(() => receiver.deliveries.some((each) => each.lost === lost), 'the loss is told', 40_000);
  assert.ok(stays.open);
  assert.match(hub.worker.process.stderr, /hooks failed: the delivery is repeated: error="Failed to connect to 127\.0\.0\.1/);
  await hub.worker.process.says('stderr', /hooks recovered/);
});

for (const [status, headers, says] of [
  [500, {}, /error="the receiver answers 500"/],
  [302, {Location: '/elsewhere'}, /answers 302 with a redirect to http:\/\/127\.0\.0\.1:\d+\/elsewhere, which is not followed/],
]) {
  test(`an answer ${status} is a failure, and the same delivery comes again`, async (t) => {
    const {receiver, hub} = await start(t, {hooks: {heartbeat_seconds: 1}});
    const bodies = [];
    receiver.answer = (delivery) => ({status: bodies.push(JSON.stringify(delivery)) <= 3 ? status : 200, headers});
    await hub.read({topic: 'a'});
    await receiver.when(() => bodies.length > 4, 'it comes again', 20_000);
    assert.equal(new Set(bodies.slice(0, 4)).size, 1);
    await receiver.knows('a');
    assert.match(hub.worker.process.stderr, says);
    assert.equal(await hub.metric('sse_worker_hook_failures_total'), 3);
  });
}

test('Retry-After is obeyed', async (t) => {
  const {receiver} = await start(t, {hooks: {heartbeat_seconds: 1}});
  const times = [];
  receiver.answer = () => (times.push(Date.now()) === 1 ? {status: 429, headers: {'Retry-After': '3'}} : {status: 204});
  await receiver.when(() => times.length === 2, 'it comes again', 10_000);
  assert.ok(times[1] - times[0] >= 2_900, `after ${times[1] - times[0]} ms`);
});

test('a slow receiver delays hooks, and nothing else', async (t) => {
  const {receiver, hub} = await start(t, {hooks: {timeout_seconds: 0.5}});
  let releases;
  receiver.answer = () => new Promise((resolve) => (releases = () => resolve({status: 204})));
  const reader = await hub.read({topic: 'a'});
  await until(async () => (await hub.metric('sse_worker_hook_failures_total')) >= 1, 'it takes too long');
  await hub.publish({topic: 'a', data: 'there'});
  await reader.got(1);
  assert.match(hub.worker.process.stderr, /hooks failed: .*timed out/i);
  receiver.answer = () => ({status: 204});
  releases();
  await receiver.knows('a');
});

test('a delivery that is given up is followed by everything that is so', async (t) => {
  const {receiver, hub} = await start(t, {hooks: {retry_seconds_max: 1}});
  await hub.read({topic: 'a'});
  await receiver.knows('a');
  answers(receiver, 503);
  const b = await hub.read({topic: 'b'});
  await until(() => /a delivery is given up/.test(hub.worker.process.stderr), 'it is given up', 20_000);
  b.leave();
  answers(receiver, 204);
  await receiver.when(() => receiver.told.includes('reset given_up'), 'a reset', 20_000);
  await receiver.knows('a');
});

test('a receiver that has lost its memory asks for everything with 205', async (t) => {
  const {receiver, hub} = await start(t, {hooks: {heartbeat_seconds: 0.3}});
  await hub.read({topic: 'a'});
  await receiver.knows('a');
  receiver.workers.clear();
  answers(receiver, 205);
  await receiver.when(() => receiver.told.includes('reset asked'), 'a reset');
  answers(receiver, 204);
  await receiver.knows('a');
  const {length} = receiver.deliveries;
  await receiver.when(() => receiver.deliveries.length > length + 1, 'heartbeats');
  assert.deepEqual(receiver.deliveries.at(-1).events, []);
});

test('a worker that stops says so, and the next one begins anew', async (t) => {
  const {receiver, hub} = await start(t);
  await hub.read({topic: 'a'});
  await receiver.knows('a');
  await hub.worker.stop();
  await receiver.knows();
  assert.equal(receiver.told.at(-1), 'stopped');
  await hub.restart({hooks: receiver.settings()});
  await hub.read({topic: 'b'});
  await receiver.knows('b');
  assert.equal(receiver.workers.size, 1, 'under the same name');
  // A kill says nothing. The next one does.
  hub.worker.process.kill('SIGKILL');
  await hub.worker.process.exited();
  await hub.restart({hooks: receiver.settings()});
  await receiver.knows();
});

test('a worker whose receiver does not answer stops all the same', async (t) => {
  const {receiver, hub} = await start(t);
  receiver.answer = () => new Promise(() => {});
  await hub.read({topic: 'a'});
  const begin = Date.now();
  assert.equal((await hub.worker.stop()).code, 0);
  assert.ok(Date.now() - begin < 20_000);
  assert.match(hub.worker.process.stderr, /the receiver does not know that this worker has stopped/);
});

test('over TLS, and not to somebody else', async (t) => {
  const folder = temporaryDirectory(t);
  const [authority, other] = [new Authority(folder), new Authority(folder, 'other')];
  const {certificate, key: file} = authority.issue('receiver');
  const tls = {cert: fs.readFileSync(certificate), key: fs.readFileSync(file)};
  const {receiver, hub} = await start(t, {receiver: {tls}, hooks: {ca_file: other.certificate}});
  await hub.read({topic: 'a'});
  await until(async () => (await hub.metric('sse_worker_hook_failures_total')) >= 1, 'it is refused');
  assert.equal(receiver.requests, 0);
  assert.match(hub.worker.process.stderr, /hooks failed: .*error="SSL certificate problem/);
  fs.writeFileSync(path.join(hub.worker.directory, 'sse-worker.yaml'), configText({hooks: receiver.settings({ca_file: authority.certificate})}));
  hub.worker.process.kill('SIGHUP');
  await receiver.knows('a');
});

test('a reload changes the key, and says what needs a restart', async (t) => {
  const {receiver, hub} = await start(t, {hooks: {heartbeat_seconds: 0.1}});
  await receiver.when(() => receiver.deliveries.length > 0, 'a delivery');
  receiver.answer = () => ({status: 401});
  fs.writeFileSync(receiver.keyFile, 'another key, which has enough bytes');
  fs.writeFileSync(path.join(hub.worker.directory, 'sse-worker.yaml'), configText({hooks: receiver.settings({heartbeat_seconds: 0.1, topics: ['a']})}));
  hub.worker.process.kill('SIGHUP');
  await until(() => /a changed key needs a restart.*key=hooks\.topics/.test(hub.worker.process.stderr), 'the log');
  const failed = (error) => /signature/.test(error.message) || error.code === 'ERR_ASSERTION';
  await until(() => receiver.faults.some(failed), 'the new key signs', 10_000);
});

test('10,000 topics that come and go', async (t) => {
  const {receiver, hub} = await start(t, {streams: {topics_max: 1000}, hooks: {grace_seconds: 0.1}});
  const kept = [];
  for (let i = 0; i < 100; ++i) {
    const body = Array.from({length: 100}, (_, j) => `topic=churn/${i}/${j}`).join('&');
    const reader = await hub.read(body);
    if (i % 10 === 0) kept.push(reader);
    else reader.leave();
  }
  const topics = kept.flatMap((_, i) => Array.from({length: 100}, (__, j) => `churn/${i * 10}/${j}`));
  await receiver.when(() => receiver.occupied.length === topics.length, 'those that are read', 20_000);
  assert.deepEqual(receiver.occupied, topics.sort());
  for (const reader of kept) reader.leave();
  await receiver.knows();
  await until(async () => (await hub.metric('sse_worker_hook_waiting_events')) === 0, 'nothing waits');
  assert.equal(await hub.metric('sse_worker_hook_topics'), 0);
});

for (const [command, file, begins, ends] of [
  [process.execPath, 'hooks.mjs', /begins: clock\/Europe\/Berlin/, /ends: clock\/Europe\/Berlin/],
  ['python3', 'hooks.py', /read: clock\/Europe\/Berlin\n/, /read: \n(?![^]*clock)/],
]) {
  test(`the example ${file}`, async (t) => {
    const [port, folder] = [await freePort(), temporaryDirectory(t)];
    const keyFile = path.join(folder, 'hooks.key');
    // A key as each of them may find it.
    const text = file === 'hooks.mjs' ? key : `whsec_${Buffer.from(key).toString('base64')}`;
    fs.writeFileSync(keyFile, `${text}\n`, {mode: 0o600});
    const hub = await startHub(t, {hooks: {url: `http://127.0.0.1:${port}/`, key_file: keyFile, grace_seconds: 0.2, heartbeat_seconds: 0.3}});
    const start = () => {
      const env = {...process.env, EVENTS: `http://127.0.0.1:${hub.port}`, KEY_FILE: keyFile};
      const program = new Process(command, [path.join(root, 'deploy/examples', file), String(port)], {env});
      defer(t, () => program.stop('SIGKILL'));
      return program;
    };
    const first = start();
    const reader = await hub.read({topic: 'clock/Europe/Berlin'});
    await first.says('stdout', begins, 15_000);
    await first.stop('SIGKILL');
    // The next one knows nothing, and asks.
    const second = start();
    await second.says('stdout', begins, 30_000);
    if (file === 'hooks.mjs') await reader.got(1);
    reader.leave();
    await second.says('stdout', ends, 15_000);
    const forged = await fetch(`http://127.0.0.1:${port}/`, {method: 'POST', body: '{}', headers: {'webhook-id': 'a-1', 'webhook-timestamp': '1', 'webhook-signature': 'v1,x'}});
    assert.equal(forged.status, 401);
  });
}

test('check judges the section', async (t) => {
  const folder = temporaryDirectory(t);
  const file = path.join(folder, 'sse-worker.yaml');
  const keyFile = path.join(folder, 'hooks.key');
  const check = async (hooks, keyText = key) => {
    fs.writeFileSync(keyFile, keyText, {mode: 0o600});
    fs.writeFileSync(file, JSON.stringify({listen: path.join(folder, 'socket'), hooks}));
    const {code, stderr} = await run(binary, ['check', '--config', file]);
    return code === 0 ? 'ok' : stderr;
  };
  const good = {url: 'https://app.example/hooks', key_file: keyFile};
  assert.equal(await check(good), 'ok');
  assert.equal(await check({...good, events: ['opened']}), 'ok');
  assert.match(await check({url: good.url}), /hooks\.key_file: must name the file with the key that signs deliveries; make one with: openssl rand -hex 32/);
  assert.match(await check(good, 'short'), /hooks\.key_file: the key in \S+ has 5 bytes; it must have at least 32/);
  assert.equal(await check(good, `whsec_${'Y'.repeat(32)}`), 'ok');
  assert.match(await check(good, `whsec_${'Y'.repeat(33)}`), /hooks\.key_file: in \S+, `whsec_` must be followed by 24 to 64 bytes in base64/);
  assert.match(await check({...good, url: 'ftp://app'}), /hooks\.url: must begin with https:\/\/ or http:\/\//);
  assert.match(await check({...good, url: 'https://me:secret@app/'}), /hooks\.url: must not have a user or password/);
  assert.match(await check({...good, events: []}), /hooks\.events: must be a list of occupied, vacated, opened and closed, and not empty/);
  assert.match(await check({...good, events: ['open']}), /hooks\.events: must be a list of .*, not `open`/);
  assert.match(await check({...good, topics: []}), /hooks\.topics: must not be empty/);
  assert.match(await check({...good, ca_file: '/nowhere'}), /hooks\.ca_file: there is no file \/nowhere/);
});
