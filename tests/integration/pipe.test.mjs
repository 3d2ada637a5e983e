// `sse-worker pipe`: what comes of its input, over the local socket and over HTTP through nginx.
import assert from 'node:assert/strict';
import path from 'node:path';
import {test} from 'node:test';
import {binary} from '../lib/places.mjs';
import {Pipe, numbers, startPipeHub, summary, ways} from '../lib/pipe.mjs';
import {run} from '../lib/process.mjs';

const MiB = 1_048_576;

test('the command line', async (t) => {
  await t.test('sse-worker pipe --help is that of the program beside it', async () => {
    const {code, stdout, stderr} = await run(binary, ['pipe', '--help']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^Publishes its standard input/);
    assert.deepEqual(stdout.split('\n').filter((line) => line.length > 80), []);
    assert.equal((await run(path.join(path.dirname(binary), 'sse-worker-pipe'), ['--help'])).stdout, stdout);
  });
  await t.test('a mistake: exit 2 and a sentence', async () => {
    const {code, stdout, stderr} = await run(binary, ['pipe', '--topic', 'a', '--splt', 'line']);
    assert.deepEqual([code, stdout], [2, '']);
    assert.equal(stderr, 'sse-worker pipe: --splt is not an option; did you mean --split?\nRun sse-worker pipe --help for help.\n');
  });
  await t.test('sse-worker --help names it', async () => {
    assert.match((await run(binary, ['--help'])).stdout, /^ {2}pipe /m);
  });
});

for (const [name, way] of Object.entries(ways)) {
  test(`over ${name}`, async (t) => {
    const hub = await startPipeHub(t, {history: {topic_events_max: 1_000_000}, publish: {event_bytes_max: 6 * MiB}});
    const pipe = (of, args, options) => new Pipe(of, [...args, ...way(hub)], options);

    await t.test('each line is an event as soon as it is complete', async (of) => {
      const reader = await hub.read({topic: 'lines'}, {t: of});
      const one = pipe(of, ['--topic', 'lines', '--event', 'line']);
      await one.write('one\nt');
      await reader.got(1);
      await one.write(Buffer.from('wo\r\n\n \xff"\\\n\u20ac', 'latin1'));
      await reader.got(4);
      assert.deepEqual(await one.finish('last'), {code: 0, stderr: summary(5)});
      await reader.got(5);
      assert.deepEqual(reader.data, ['one', 'two', '', ' \ufffd"\\', '\ufffdlast']);
      assert.ok(reader.events.every(({event}) => event === 'line'));
      const [, run_] = /^pipe-([0-9a-f]{16})-1$/.exec(reader.events[0].id);
      assert.deepEqual(reader.events.map(({id}) => id), [1, 2, 3, 4, 5].map((n) => `pipe-${run_}-${n}`));
    });

    await t.test('what comes at once is an event, with whole characters', async (of) => {
      const reader = await hub.read({topic: 'chunks'}, {t: of});
      const chunks = pipe(of, ['--topic', 'chunks', '--split', 'chunk']);
      const euro = Buffer.from('\u20ac');
      await chunks.write(Buffer.concat([Buffer.from('a\nb'), euro.subarray(0, 2)]));
      await reader.got(1);
      await chunks.write(euro.subarray(2));
      await reader.got(2);
      assert.deepEqual(await chunks.finish(), {code: 0, stderr: summary(2)});
      assert.deepEqual(reader.data, ['a\nb', '\u20ac']);
    });

    await t.test('many topics, with any names, and keys', async (of) => {
      const topics = ['a b+c&d=e', 'f/\u00e4?#%', '"quoted"'];
      const readers = await Promise.all(topics.map((topic) => hub.read({topic}, {t: of})));
      const many = pipe(of, [...topics.flatMap((topic) => ['--topic', topic]), '--key', 'k & l']);
      assert.equal((await many.finish('x\n')).code, 0);
      for (const reader of readers) assert.deepEqual((await reader.got(1)).map(({data}) => data), ['x']);
    });

    await t.test('a private event is for readers with a grant', async (of) => {
      const reader = await hub.read({topic: 'private'}, {t: of});
      assert.equal((await pipe(of, ['--topic', 'private', '--private']).finish('hidden\n')).code, 0);
      assert.equal((await pipe(of, ['--topic', 'private']).finish('open\n')).code, 0);
      assert.deepEqual((await reader.got(1)).map(({data}) => data), ['open']);
    });

    await t.test('100,000 lines, each once and in order', async (of) => {
      const count = 100_000;
      const many = pipe(of, ['--topic', 'many']);
      assert.deepEqual(await many.finish(numbers(1, count), 60_000), {code: 0, stderr: summary(count)});
      const reader = await hub.read({topic: 'many', lastEventId: 'earliest'}, {t: of});
      await reader.got(count, 60_000);
      assert.equal(`${reader.data.join('\n')}\n`, numbers(1, count));
    });

    await t.test('a refused line is told by its number, and the others are published', async (of) => {
      const reader = await hub.read({topic: 'refused'}, {t: of});
      const some = pipe(of, ['--topic', 'refused']);
      const {code, stderr} = await some.finish(`one\n${'x'.repeat(6 * MiB)}\nthree\n`);
      assert.equal(code, 1);
      assert.match(stderr, /^sse-worker pipe: line 2 was refused: data: the event is over 6291456 bytes\n/);
      assert.ok(stderr.endsWith(summary(2, 1)), stderr);
      await reader.got(2);
      assert.deepEqual(reader.data, ['one', 'three']);
    });

    await t.test('a line over 8 MiB is skipped; a long one is published', async (of) => {
      const long = 'y'.repeat(5 * MiB);
      const {code, stderr} = await pipe(of, ['--topic', 'long', '--quiet']).finish(`${'x'.repeat(8 * MiB + 1)}\n${long}\nlast\n`);
      assert.equal(code, 1);
      assert.equal(stderr, 'sse-worker pipe: line 1 is longer than 8388608 bytes and was skipped\n');
      const reader = await hub.read({topic: 'long', lastEventId: 'earliest'}, {t: of});
      await reader.got(2);
      assert.ok(reader.data[0] === long);
      assert.equal(reader.data[1], 'last');
    });

    await t.test('--close closes the topics at the end', async (of) => {
      const reader = await hub.read({topic: 'closed'}, {t: of});
      assert.deepEqual(await pipe(of, ['--topic', 'closed', '--close']).finish('last\n'), {code: 0, stderr: summary(1)});
      await reader.when(() => reader.closed, 'the topic is closed');
      assert.deepEqual(reader.data, ['last']);
      const late = await pipe(of, ['--topic', 'closed']).finish('a\nb\n');
      assert.equal(late.code, 1);
      assert.equal(late.stderr, `sse-worker pipe: line 1 was refused: topic: is closed and accepts no more events\nsse-worker pipe: line 2 was refused: topic: is closed and accepts no more events\n${summary(0, 2)}`);
    });

    await t.test('--abort tells readers that the program has died, and not that it has ended', async (of) => {
      const reader = await hub.read({topic: 'abort'}, {t: of});
      assert.equal((await pipe(of, ['--topic', 'abort', '--abort', 'died']).finish('one\n')).code, 0);
      const dies = pipe(of, ['--topic', 'abort', '--abort', 'died']);
      await dies.write('two\n');
      await reader.got(2);
      dies.kill('SIGKILL');
      await reader.got(3);
      assert.deepEqual(reader.events.map(({event, data}) => [event, data]), [['message', 'one'], ['message', 'two'], ['died', '{"reason":"disconnected"}']]);
    });

    await t.test('--writer: the later program takes over', async (of) => {
      const reader = await hub.read({topic: 'writer'}, {t: of});
      const first = pipe(of, ['--topic', 'writer', '--writer', 'A']);
      await first.write('one\n');
      await reader.got(1);
      const second = pipe(of, ['--topic', 'writer', '--writer', 'B']);
      const {code, stderr} = await first.finished();
      assert.equal(code, 1);
      assert.match(stderr, /: another writer, B, has taken the topics over\n/);
      assert.equal((await second.finish('two\n')).code, 0);
      await reader.got(2);
      assert.deepEqual(reader.data, ['one', 'two']);
    });

    await t.test('readers who want no more stop it', async (of) => {
      const reader = await hub.read({topic: 'stopped'}, {t: of});
      const stopped = pipe(of, ['--topic', 'stopped']);
      await stopped.write('one\nhalf a line');
      await reader.got(1);
      const answer = await hub.nginx.fetch('/control', {method: 'POST', headers: {'Content-Type': 'application/x-www-form-urlencoded'}, body: 'action=stop&topic=stopped'});
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(await stopped.finished(), {code: 0, stderr: `sse-worker pipe: stopped: readers want no more of stopped\n${summary(2)}`});
      await reader.when(() => reader.data.includes('half a line'), 'what was read is published');
    });

    for (const signal of ['SIGINT', 'SIGTERM']) {
      await t.test(`${signal} ends the reading`, async (of) => {
        const topic = `signal/${signal}`;
        const reader = await hub.read({topic}, {t: of});
        const ended = pipe(of, ['--topic', topic, '--abort', 'died']);
        await ended.write('one\n');
        await reader.got(1);
        ended.kill(signal);
        assert.deepEqual(await ended.finished(), {code: 0, stderr: summary(1)});
        await hub.publish({topic, data: 'later'});
        assert.deepEqual((await reader.got(2)).map(({data}) => data), ['one', 'later']);
      });
    }
  });
}
