// The local publish socket: lines in, answers out, without HTTP.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import {test} from 'node:test';
import {defer, temporaryDirectory} from '../lib/cleanup.mjs';
import {startHub} from '../lib/hub.mjs';
import {binary} from '../lib/places.mjs';
import {run} from '../lib/process.mjs';
import {until, within} from '../lib/wait.mjs';

// A connection that keeps what it is answered.
class Publisher {
  constructor(t, address) {
    this.text = '';
    this.socket = net.connect({path: address, allowHalfOpen: true});
    this.socket.on('data', (bytes) => (this.text += bytes));
    this.socket.on('error', (error) => (this.error = error));
    this.ended = new Promise((done) => this.socket.on('close', done).on('end', done));
    defer(t, () => this.socket.destroy());
  }

  get lines() {
    return this.text.split('\n').slice(0, -1).map((line) => JSON.parse(line));
  }

  write(...lines) {
    this.socket.write(lines.map((line) => (typeof line === 'string' ? line : `${JSON.stringify(line)}\n`)).join(''));
    return this;
  }

  async answered(count) {
    await until(() => this.lines.length >= count, `${count} answers`, 20_000);
    return this.lines;
  }

  // Sends the end, and reads to the end.
  async finish() {
    this.socket.end();
    await within(this.ended, 'the end of the answers', 20_000);
    return this.lines;
  }
}

async function start(t, {publish, ...config} = {}) {
  const socket = path.join(temporaryDirectory(t), 'publish.sock');
  const hub = await startHub(t, {publish: {listen: socket, ...publish}, ...config});
  return {hub, socket, connect: () => new Publisher(t, socket)};
}

const kinds = (lines) => lines.map((line) => Object.keys(line)[0]);

test('each line is an event, and is answered in order', async (t) => {
  const {hub, connect} = await start(t);
  const reader = await hub.read({topic: 'a'});
  const publisher = connect().write({topic: 'a', data: 'one'});
  await publisher.answered(1);
  publisher.write('bad\n', {topic: 'a', data: 'two', id: 'own'}, {data: 'three'});
  const lines = await publisher.answered(4);
  assert.deepEqual(kinds(lines), ['id', 'error', 'id', 'error']);
  assert.match(lines[1].error, /^line 2: JSON/);
  assert.equal(lines[2].id, 'own');
  assert.match(lines[3].error, /^line 4: topic: is missing/);
  await reader.got(2);
  assert.deepEqual(reader.events.map(({id}) => id), [lines[0].id, 'own']);
  publisher.write('{"topic":"a","data":"without a line end"}');
  assert.deepEqual(kinds(await publisher.finish()), ['id', 'error', 'id', 'error', 'id']);
  await reader.got(3);
});

test('the first line may hold what all events have in common', async (t) => {
  const {hub, connect} = await start(t);
  const reader = await hub.read({topic: ['a', 'b']});
  const publisher = connect().write({defaults: {topic: ['a', 'b'], event: 'note', close: true}}, {data: 'x'}, {data: 'y', event: 'other'});
  await publisher.finish();
  await reader.got(2);
  await until(() => reader.closed, 'the topics are closed');
  assert.deepEqual(reader.events.map(({event, data}) => [event, data]), [['note', 'x'], ['other', 'y']]);

  const wrong = connect().write({defaults: {topik: 'a'}}, {data: 'x'});
  await within(wrong.ended, 'the end', 10_000);
  assert.match(wrong.lines[0].error, /^defaults: topik: is not a parameter; did you mean topic/);

  // What only resembles it is an event.
  const [answer] = await connect().write({defaults: 1, topic: 'a'}).answered(1);
  assert.match(answer.error, /^line 1: defaults: is not a field/);
});

test('a publisher that dies is told of; one that ends is not', async (t) => {
  const {hub, connect} = await start(t);
  const reader = await hub.read({topic: 'a'});
  await connect().write({defaults: {topic: 'a', abort: 'died'}}, {data: 'x'}).finish();
  const dies = connect().write({defaults: {topic: 'a', abort: 'died'}}, {data: 'y'});
  await dies.answered(1);
  dies.socket.destroy();
  await reader.got(3);
  assert.deepEqual(reader.events.map(({event, data}) => [event, data]), [['message', 'x'], ['message', 'y'], ['died', '{"reason":"disconnected"}']]);
});

test('a later writer takes over, and the earlier one is told', async (t) => {
  const {connect} = await start(t);
  const first = connect().write({defaults: {topic: 'a', writer: 'A'}}, {data: 1});
  await first.answered(1);
  const second = connect().write({defaults: {topic: 'a', writer: 'B'}}, {data: 2});
  await second.answered(1);
  await within(first.ended, 'the end of the first', 10_000);
  assert.deepEqual(first.lines[1], {end: {reason: 'fenced', writer: 'B'}});
});

test('stop reaches it', async (t) => {
  const {hub, connect} = await start(t);
  const publisher = connect().write({defaults: {topic: 'a'}}, {data: 1});
  await publisher.answered(1);
  const answer = await hub.nginx.fetch('/control', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{"action":"stop","topic":"a"}'});
  assert.equal(answer.status, 200, answer.body);
  assert.deepEqual((await publisher.answered(2))[1], {stop: {topic: 'a'}});
});

test('a worker that stops answers what it has stored, and says when to come back', async (t) => {
  const {hub, connect} = await start(t, {drain_seconds: 1});
  const publisher = connect().write({topic: 'a', data: 'x'});
  await publisher.answered(1);
  const stopped = hub.worker.stop();
  await within(publisher.ended, 'the end', 20_000);
  assert.deepEqual(kinds(publisher.lines), ['id', 'end']);
  assert.equal(publisher.lines[1].end.reason, 'drain');
  assert.ok(publisher.lines[1].end.retryMs >= 0);
  await stopped;
});

test('a flood is slowed by the store, and nothing is lost', {timeout: 180_000}, async (t) => {
  const directory = temporaryDirectory(t);
  const {hub, connect} = await start(t, {store: {kind: 'sqlite', path: path.join(directory, 'j.db'), pending_bytes_max: 1_048_576},
    history: {topic_events_max: 1_000_000}});
  const count = 50_000;
  const publisher = connect().write({defaults: {topic: 'a'}});
  for (let i = 0; i < count; i += 1000) {
    const more = publisher.socket.write(Array.from({length: 1000}, (_, n) => `{"data":"${i + n} ${'x'.repeat(200)}"}\n`).join(''));
    if (!more) await new Promise((done) => publisher.socket.once('drain', done));
  }
  publisher.socket.end();
  await within(publisher.ended, 'all answers', 150_000);
  const lines = publisher.lines;
  assert.equal(lines.length, count);
  assert.ok(lines.every((line) => line.id), JSON.stringify(lines.find((line) => !line.id)));
  assert.equal(await hub.metric('sse_worker_published_events_total'), count);
});

test('a publisher that reads no answers is held, and then closed', {timeout: 120_000}, async (t) => {
  const {hub, connect} = await start(t, {streams: {stall_seconds: 1}});
  const publisher = connect();
  publisher.socket.pause();
  const line = '{"topic":"a","data":"x"}\n'.repeat(1000);
  let sent = 0;
  await until(async () => {
    while (publisher.socket.writableLength < 1_000_000 && !publisher.error && publisher.socket.writable) {
      publisher.socket.write(line);
      sent += 1000;
    }
    return (await hub.metric('sse_worker_publish_streams')) === 0;
  }, 'the connection is closed', 100_000);
  const stored = await hub.metric('sse_worker_published_events_total');
  assert.ok(stored > 0 && stored < sent, `${stored} of ${sent} were taken`);
  assert.ok((await hub.metric('sse_worker_limit_reached_total', {key: 'streams.stall_seconds'})) > 0);
});

test('streams are limited, and those that end make room', async (t) => {
  const {hub, connect} = await start(t, {publish: {streams_max: 1}});
  const first = connect().write({topic: 'a'});
  await first.answered(1);
  const second = connect();
  await within(second.ended, 'the second is refused', 10_000);
  assert.match(second.lines[0].error, /publish\.streams_max/);
  await first.finish();
  await until(async () => (await hub.metric('sse_worker_publish_streams')) === 0, 'the place is free', 10_000);
  await connect().write({topic: 'a'}).answered(1);
});

test('the file: its mode, its end, and mistakes', async (t) => {
  const {hub, socket} = await start(t, {publish: {listen_mode: '0600'}});
  assert.equal(fs.statSync(socket).mode & 0o777, 0o600);
  await hub.worker.stop();
  assert.ok(!fs.existsSync(socket), 'it is removed');

  const directory = temporaryDirectory(t);
  const started = async (publish) => {
    const file = path.join(directory, 'c.yaml');
    fs.writeFileSync(file, JSON.stringify({listen: path.join(directory, 'w.sock'), publish}));
    return run(binary, ['--config', file]);
  };
  for (const [publish, said] of [
    [{listen: path.join(directory, 'no/such/p.sock')}, /publish\.listen: /],
    [{listen: 'p.sock'}, /publish\.listen: /],
    [{listen: path.join(directory, 'p.sock'), listen_group: 'nobody-has-this'}, /publish\.listen: there is no group nobody-has-this/],
    [{listen: path.join(directory, 'p.sock'), listen_owner: 'nobody-has-this'}, /publish\.listen: there is no user nobody-has-this/],
  ]) {
    const {code, stderr} = await started(publish);
    assert.equal(code, 2, JSON.stringify(publish));
    assert.match(stderr, said);
  }
});
