// Publish streams in requests of other kinds, and streams that are ended by nginx or by the worker.
import assert from 'node:assert/strict';
import net from 'node:net';
import path from 'node:path';
import zlib from 'node:zlib';
import {test} from 'node:test';
import {defer, temporaryDirectory} from '../lib/cleanup.mjs';
import {http} from '../lib/http.mjs';
import {history, httpWays, kinds, startStreamHub, stored, theEnd, ways} from '../lib/publish_stream.mjs';
import {assertProblem} from '../lib/problem.mjs';
import {NDJSON} from '../lib/publisher.mjs';
import {now, until} from '../lib/wait.mjs';

const MiB = 1_048_576;

// Where a body had to wait once after the answer has begun, nginx does not continue it. The worker says so.
for (const [name, open] of Object.entries(httpWays)) {
  test(`over ${name}: the rest of a line that nginx does not pass on`, {timeout: 120_000}, async (t) => {
    const hub = await startStreamHub(t, {history: {bytes_max: 268_435_456}});
    const one = open(t, hub, {topic: 'blocked'});
    one.write({data: 'begins', id: `${name}:0`});
    await one.answered(1);
    const begun = now();
    hub.worker.process.kill('SIGSTOP');
    defer(t, () => hub.worker.process.kill('SIGCONT'));
    const line = `{"data":"${'x'.repeat(MiB - 1000)}"}`;
    void one.write(...Array.from({length: 8}, () => `${line}\n`));
    // Nginx can pass on no more than the socket takes.
    await until(() => now() - begun > 1000, 'it has waited', 5000);
    hub.worker.process.kill('SIGCONT');
    await one.done(30_000);
    assert.equal(one.ended, 'well');
    assert.deepEqual(one.lines.at(-1), {end: {reason: 'blocked'}});
    assert.deepEqual((await history(t, hub, 'blocked', one.ids.length)).map(({id}) => id), one.ids);
  });
}

test('requests of other kinds', async (t) => {
  const hub = await startStreamHub(t);
  const body = '{"data":"x"}\n{"data":"y"}\n';
  const ask = (of, query, options) => http(of, hub.port, `/publish/stream?${query}`, {method: 'POST', ...options, headers: {'Content-Type': NDJSON, ...options.headers}});
  const linesOf = (answer) => answer.text.split('\n').slice(0, -1).map((line) => JSON.parse(line));

  // A body in chunks that the test writes.
  const raw = (of, query, headers = '') => {
    const socket = net.connect({host: '127.0.0.1', port: hub.port});
    const one = {socket, text: ''};
    defer(of, () => socket.destroy());
    socket.on('data', (bytes) => (one.text += bytes));
    socket.write(`POST /publish/stream?topic=${query} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${NDJSON}\r\nTransfer-Encoding: chunked\r\n${headers}\r\n`);
    return one;
  };

  await t.test('HTTP/1.0, with a length', async (of) => {
    const answer = await ask(of, 'topic=old', {version: '1.0', body}).done();
    assert.equal(answer.status, 200);
    assert.equal(answer.header('transfer-encoding'), undefined);
    assert.deepEqual(kinds(linesOf(answer)), ['id', 'id']);
    assert.deepEqual((await stored(hub, 'old')).map(({data}) => data), ['x', 'y']);
  });

  await t.test('HTTP/1.0 without a length has no body', async (of) => {
    const answer = await ask(of, 'topic=old/none', {version: '1.0', headers: {}}).done();
    assert.equal(answer.status, 200);
    assert.equal(answer.text, '');
  });

  await t.test('a length that the body does not reach: readers are told', async (of) => {
    const reader = await hub.read({topic: 'short'}, {t: of});
    const answer = ask(of, 'topic=short&close=1&abort=died', {headers: {'Content-Length': 100}, body});
    await reader.got(2);
    answer.leave();
    await reader.got(3);
    assert.deepEqual(reader.events.map(({event}) => event), ['message', 'message', 'died']);
    assert.ok(!reader.closed);
  });

  await t.test('Expect: 100-continue is answered, and the body follows', async (of) => {
    const one = raw(of, 'expect', 'Expect: 100-continue\r\n');
    await until(() => one.text.includes('\r\n\r\n'), 'an answer to Expect');
    assert.equal(one.text, 'HTTP/1.1 100 Continue\r\n\r\n');
    one.socket.write('d\r\n{"data":"x"}\n\r\n');
    await until(() => /\r\n\{"id":"[^"]+"\}\n\r\n/.test(one.text), 'the answer to the line');
    assert.match(one.text, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
    one.socket.write('0\r\n\r\n');
    await until(() => one.text.endsWith('\r\n0\r\n\r\n'), 'the end');
  });

  await t.test('a chunk that is none: readers are told', async (of) => {
    const reader = await hub.read({topic: 'chunk'}, {t: of});
    const {socket} = raw(of, 'chunk&close=1&abort=died');
    socket.write('d\r\n{"data":"x"}\n\r\n');
    await reader.got(1);
    socket.write('zz\r\n');
    await reader.got(2);
    assert.deepEqual(reader.events.map(({event, data}) => [event, data]), [['message', 'x'], ['died', '{"reason":"disconnected"}']]);
  });

  await t.test('a body that is compressed: 415, which names it', async (of) => {
    for (const coding of ['gzip', 'br', 'deflate']) {
      const answer = await ask(of, 'topic=gzip', {headers: {'Content-Encoding': coding}, body: zlib.gzipSync(body).toString('latin1')}).done();
      assertProblem(answer, 415, new RegExp(`^Content-Encoding: ${coding} is not supported here; send the body uncompressed$`));
      assert.equal(answer.header('accept-encoding'), 'identity');
    }
    assert.deepEqual(await stored(hub, 'gzip'), []);
  });
});

for (const [name, open] of Object.entries(ways)) {
  test(`over ${name}: a worker that drains tells its publishers, and what it has answered is kept`, async (t) => {
    const store = {kind: 'sqlite', path: path.join(temporaryDirectory(t), 'j.db')};
    const hub = await startStreamHub(t, {store, streams: {retry_seconds: 5, retry_jitter_seconds: 3}, history: {topic_events_max: 1_000_000}});
    const [busy, idle, half] = ['busy', 'idle', 'half'].map((topic) => open(t, hub, {topic, abort: 'died', close: '1'}));
    idle.write({data: 'x'});
    half.write('{"data":"x"}\n{"da');
    busy.write({data: '0', id: 'busy:0'});
    for (const one of [busy, idle, half]) await one.answered(1);
    let sent = 1;
    const writing = (async () => {
      while (!busy.ended) {
        await busy.write({data: String(sent), id: `busy:${sent}`});
        sent += 1;
        await busy.when(() => busy.ended || busy.lines.length > sent - 100, 'answers', 30_000);
      }
    })();
    await busy.answered(100);
    const stopped = hub.worker.stop();
    for (const one of [busy, idle, half]) {
      await one.done(20_000);
      assert.equal(one.ended, 'well');
      const {reason, retryMs} = one.lines.at(-1).end;
      assert.equal(reason, 'drain');
      assert.ok(retryMs >= 5000 && retryMs <= 8000, `${retryMs}`);
    }
    await writing;
    await stopped;
    assert.equal(idle.lines.length, 2);
    assert.equal(half.lines.length, 2);
    await hub.again();
    const before = (await history(t, hub, 'busy', busy.ids.length)).map(({id}) => id);
    assert.deepEqual(before, busy.ids);
    // Unanswered events were not stored, and their publisher may send them again.
    const again = open(t, hub, {topic: 'busy', answers: 'errors'});
    const events = Array.from({length: sent}, (_, n) => ({data: String(n), id: `busy:${n}`}));
    const answers = await again.finish([events.map((event) => `${JSON.stringify(event)}\n`).join('')]);
    assert.deepEqual(answers, [{stored: sent, rejected: 0, last: events.at(-1).id}]);
    assert.deepEqual((await history(t, hub, 'busy', sent + 1)).filter(({data}) => data !== theEnd).map(({id}) => id), events.map(({id}) => id));
  });
}
