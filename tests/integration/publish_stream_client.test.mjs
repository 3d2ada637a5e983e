// The half of the load client that publishes over streams, against a server that is not the worker: every line is written and answered
// as it should be, and whatever a server does wrong is a figure.
import assert from 'node:assert/strict';
import path from 'node:path';
import {test} from 'node:test';
import {startFakePublishStream} from '../lib/fake_publish_stream.mjs';
import {root} from '../lib/places.mjs';
import {run} from '../lib/process.mjs';

const load = path.resolve(process.env.SSE_LOAD ?? path.join(root, 'build/sse-load'));

// Without readers: what `publish` says in the report.
async function publish(url, ...args) {
  const {stdout, stderr} = await run(load, ['--url', 'http://127.0.0.1:1/', '--streams', '0', '--publish-as', 'stream', '--publish-url', url,
    '--duration', '30s', ...args.map(String)], {ms: 60000});
  return JSON.parse(stdout || `{"said": ${JSON.stringify(stderr)}}`).publish;
}

const ways = {HTTP: (fake) => fake.url, 'a Unix socket': (fake) => fake.local};
for (const [way, where] of Object.entries(ways)) {
  const overHttp = way === 'HTTP';

  test(`over ${way}: a stream for each topic`, async (t) => {
    const fake = await startFakePublishStream(t);
    const {sent, acknowledged, errors, answer_ms: answers} = await publish(where(fake), '--topic', 'a/{n}', '--topics', 3, '--publish-connections', 3,
      '--publish-count', 300, '--payload', 40);
    assert.deepEqual({sent, acknowledged, errors, answers: answers.count}, {sent: 300, acknowledged: 300, errors: {}, answers: 300});
    assert.deepEqual(fake.streams.map(({lines, ended}) => [lines.length, ended]), Array(3).fill([100, true]));
    assert.deepEqual(fake.streams.map(({url}) => url).sort(), overHttp ? ['a%2F0', 'a%2F1', 'a%2F2'].map((topic) => `/publish/stream?topic=${topic}`) : Array(3).fill(undefined));
    for (const {lines} of fake.streams) {
      for (const line of lines) {
        assert.deepEqual(Object.keys(line), overHttp ? ['data'] : ['topic', 'data']);
        assert.match(line.data, /^[0-9a-f]{32}\.{8}$/);
        assert.equal(line.topic, overHttp ? undefined : lines[0].topic);
      }
    }
    // Lane and number: each once.
    assert.equal(new Set(fake.lines.map(({data}) => data.slice(0, 16))).size, 300);
  });

  test(`over ${way}: more topics than streams`, async (t) => {
    const fake = await startFakePublishStream(t);
    const {acknowledged, errors} = await publish(where(fake), '--topic', 'a/{n}', '--topics', 5, '--publish-connections', 2, '--publish-count', 100);
    assert.deepEqual({acknowledged, errors}, {acknowledged: 100, errors: {}});
    assert.equal(fake.streams.length, 2);
    for (let n = 0; n < 5; ++n) assert.equal(fake.lines.filter(({topic}) => topic === `a/${n}`).length, 20);
    if (overHttp) assert.deepEqual(fake.streams.map(({url}) => url), ['/publish/stream', '/publish/stream']);
  });

  test(`over ${way}: paced, a line is a write, and its answer is timed`, async (t) => {
    const fake = await startFakePublishStream(t, ({number, say}) => setTimeout(() => say(`{"id":"x-${number}"}\n`), 100));
    const {acknowledged, seconds, answer_ms: answers} = await publish(where(fake), '--topic', 'a', '--publish-connections', 1, '--publish-rate', 40,
      '--publish-for', '1s');
    assert.equal(acknowledged, 40);
    assert.ok(seconds >= 0.97 + 0.1, `${seconds} s`);
    assert.ok(answers.min >= 99, `${answers.min} ms`);
    // Each has a chunk of its own. Over a socket two may come together where this process was late.
    const alone = fake.streams[0].writes.filter((lines) => lines === 1).length;
    assert.ok(overHttp ? alone === 40 : alone >= 20, `${alone} of 40`);
  });

  test(`over ${way}: as fast as it goes, no more lines than allowed wait for their answers`, async (t) => {
    const waiting = [];
    const fake = await startFakePublishStream(t, ({number, say}) => {
      waiting.push(`{"id":"x-${number}"}\n`);
      // Only when the client can write no more.
      if (waiting.length === 50 || number === 500) while (waiting.length > 0) say(waiting.shift());
    });
    const {acknowledged} = await publish(where(fake), '--topic', 'a', '--publish-connections', 1, '--publish-unanswered', 50, '--publish-batch', 10,
      '--publish-count', 500);
    assert.equal(acknowledged, 500);
    assert.equal(fake.streams[0].unanswered, 50);
  });

  test(`over ${way}: large lines, and answers in small pieces`, async (t) => {
    const fake = await startFakePublishStream(t, ({number, say, stream}) => {
      const text = `{"id":"x-${number}"}\n`;
      for (const byte of text.slice(0, -1)) say(byte);
      say(text.slice(-1));
      assert.equal(stream.lines.at(-1).data.length, 100_000);
    });
    const {acknowledged, errors} = await publish(where(fake), '--topic', 'a', '--publish-connections', 2, '--publish-count', 200, '--payload', 100_000);
    assert.deepEqual({acknowledged, errors}, {acknowledged: 200, errors: {}});
  });

  test(`over ${way}: a line that is refused is not acknowledged, and the stream goes on`, async (t) => {
    const fake = await startFakePublishStream(t, ({number, say}) => say(number % 10 === 0 ? '{"error":"no"}\n' : `{"id":"x-${number}"}\n`));
    const {sent, acknowledged, errors} = await publish(where(fake), '--topic', 'a', '--publish-connections', 1, '--publish-count', 100);
    assert.deepEqual({sent, acknowledged, errors}, {sent: 100, acknowledged: 90, errors: {}});
    assert.equal(fake.streams.length, 1);
  });

  test(`over ${way}: a stream that breaks off is opened again`, async (t) => {
    const fake = await startFakePublishStream(t, ({number, say, cut}) => (number === 30 ? cut() : number < 30 && say(`{"id":"x-${number}"}\n`)));
    const {sent, acknowledged, errors} = await publish(where(fake), '--topic', 'a', '--publish-connections', 1, '--publish-rate', 100, '--publish-count', 100);
    assert.equal(sent, 100);
    assert.ok(acknowledged < 100 && acknowledged >= 60, `${acknowledged} acknowledged`);
    assert.ok(fake.streams.length >= 3);
    const [[name, count]] = Object.entries(errors);
    assert.ok(['cut_body', 'reset'].includes(name), name);
    assert.equal(count, fake.streams.filter(({ended}) => !ended).length);
  });

  test(`over ${way}: an answer that ends before the lines do is an error`, async (t) => {
    const fake = await startFakePublishStream(t, ({number, say, end}) => {
      say(`{"id":"x-${number}"}\n`);
      if (number === 10) end();
    });
    const {acknowledged, errors} = await publish(where(fake), '--topic', 'a', '--publish-connections', 1, '--publish-rate', 50, '--publish-count', 15);
    assert.ok(acknowledged >= 10, `${acknowledged} acknowledged`);
    assert.deepEqual(errors, overHttp ? {ended_early: 1} : {cut_body: 1});
  });

  test(`over ${way}: a line too many in the answer is an error`, async (t) => {
    const fake = await startFakePublishStream(t, ({number, say}) => say(`{"id":"x-${number}"}\n`.repeat(number === 5 ? 2 : 1)));
    const {acknowledged, errors} = await publish(where(fake), '--topic', 'a', '--publish-connections', 1, '--publish-count', 5);
    assert.deepEqual({acknowledged, errors}, {acknowledged: 5, errors: {answer_to_nothing: 1}});
  });
}

test('a line that is about no event is an error', async (t) => {
  const fake = await startFakePublishStream(t, ({number, say}) => say(`${number === 3 ? '{"stop":{"topic":"a"}}\n' : ''}{"id":"x-${number}"}\n`));
  const {acknowledged, errors} = await publish(fake.url, '--topic', 'a', '--publish-connections', 1, '--publish-count', 5);
  assert.deepEqual({acknowledged, errors}, {acknowledged: 5, errors: {no_answer_to_an_event: 1}});
});

test('a server that answers nothing before the first line', async (t) => {
  const fake = await startFakePublishStream(t, undefined, {late: true});
  const {acknowledged, errors} = await publish(fake.url, '--topic', 'a', '--publish-connections', 2, '--publish-count', 6);
  assert.deepEqual({acknowledged, errors}, {acknowledged: 6, errors: {}});
});

test('a server without publish streams', async (t) => {
  const fake = await startFakePublishStream(t);
  const {sent, acknowledged, errors} = await publish(fake.url.replace('/stream', ''), '--topic', 'a', '--publish-connections', 1, '--publish-rate', 50,
    '--publish-count', 5);
  assert.deepEqual({sent, acknowledged}, {sent: 5, acknowledged: 0});
  assert.ok(errors.status_404 >= 1);
});

test('nobody listens', async () => {
  for (const url of ['unix:/nonexistent/socket', 'http://127.0.0.1:1/publish/stream']) {
    const {sent, acknowledged, errors} = await publish(url, '--topic', 'a', '--publish-connections', 1, '--publish-count', 1);
    assert.deepEqual([sent, acknowledged, Object.keys(errors).length], [1, 0, 1]);
  }
});

test('a Unix socket is for streams alone', async () => {
  for (const args of [['--publish-url', 'unix:/s'], ['--publish-as', 'raw', '--publish-url', 'unix:/s']]) {
    const {code, stderr} = await run(load, ['--url', 'http://127.0.0.1:1/', '--topic', 'a', '--publish-count', '1', ...args]);
    assert.equal(code, 2);
    assert.match(stderr, /--publish-url: a Unix socket is for --publish-as stream/);
  }
});
