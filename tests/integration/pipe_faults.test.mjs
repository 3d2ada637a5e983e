// `sse-worker pipe` and a worker that dies, drains, stands still or cannot store: what was read is published once.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {defer, temporaryDirectory} from '../lib/cleanup.mjs';
import {residentMiB, sanitized} from '../lib/memory.mjs';
import {Pipe, numbers, startPipeHub, summary, ways} from '../lib/pipe.mjs';
import {run} from '../lib/process.mjs';
import {until} from '../lib/wait.mjs';

const startDurable = (t, more) =>
  startPipeHub(t, {store: {kind: 'sqlite', path: path.join(temporaryDirectory(t), 'j.db')}, history: {topic_events_max: 1_000_000, bytes_max: 268_435_456}}, more);

// All of a topic, as text: what was published to it by lines.
async function published(t, hub, topic, count) {
  const reader = await hub.read({topic, lastEventId: 'earliest'}, {t});
  await reader.got(count, 30_000);
  // One more would have come before it.
  await hub.publish({topic, data: 'the end'});
  await reader.when(() => reader.data.at(-1) === 'the end', 'the end');
  return `${reader.data.slice(0, -1).join('\n')}\n`;
}

for (const [name, way] of Object.entries(ways)) {
  test(`over ${name}, a worker that`, async (t) => {
    const hub = await startDurable(t);
    const pipe = (of, ...args) => new Pipe(of, [...args, ...way(hub)]);

    await t.test('is killed again and again: each line once and in order', async (of) => {
      const killed = pipe(of, '--topic', 'killed');
      const step = 20_000;
      const kills = 3;
      for (let kill = 0; kill < kills; ++kill) {
        const before = await hub.metric('sse_worker_published_events_total');
        const writing = killed.write(numbers(kill * step + 1, (kill + 1) * step));
        await hub.worker.measured((metrics) => metrics.value('sse_worker_published_events_total') > before, 'some are published');
        hub.worker.process.kill('SIGKILL');
        await hub.worker.process.exited();
        await hub.again();
        await writing;
      }
      const {code, stderr} = await killed.finish('', 60_000);
      assert.equal(code, 0, stderr);
      // A worker that is killed before the program has connected again is not lost twice.
      const [reconnects] = [1, 2, 3].filter((count) => stderr.endsWith(summary(kills * step, 0, count)));
      assert.ok(reconnects, stderr);
      assert.ok(stderr.match(/Connecting again/g).length <= kills, stderr);
      assert.equal(await published(of, hub, 'killed', kills * step), numbers(1, kills * step));
    });

    await t.test('is killed while nothing happens: the next line is published', async (of) => {
      const reader = await hub.read({topic: 'idle'}, {t: of, again: 50});
      const idle = pipe(of, '--topic', 'idle');
      await idle.write('one\n');
      await reader.got(1);
      hub.worker.process.kill('SIGKILL');
      await idle.says('stderr', /Connecting again until it succeeds; nothing is lost\.\n/);
      await hub.again();
      await idle.write('two\n');
      await reader.got(2, 20_000);
      const {code, stderr} = await idle.finish();
      assert.equal(code, 0);
      assert.ok(stderr.endsWith(`sse-worker pipe: publishing again\n${summary(2, 0, 1)}`), stderr);
    });

    await t.test('drains and starts again', async (of) => {
      const drained = pipe(of, '--topic', 'drained', '--abort', 'died');
      const reader = await hub.read({topic: 'drained'}, {t: of, again: 50});
      await drained.write(numbers(1, 1000));
      await reader.got(1000);
      await hub.again();
      await drained.says('stderr', /: the worker stops or restarts\. Connecting again until it succeeds; nothing is lost\.\n/);
      assert.equal((await drained.finish(numbers(1001, 2000))).code, 0);
      assert.equal(await published(of, hub, 'drained', 2000), numbers(1, 2000));
    });

    await t.test('takes nothing for a while: the producer waits, and nothing is buffered', async (of) => {
      const slow = pipe(of, '--topic', 'slow');
      await slow.write('1\n');
      await hub.worker.measured((metrics) => metrics.value('sse_worker_publish_streams') === 1, 'it is connected');
      // The stopped worker does not end with the test.
      defer(of, () => hub.worker.process.kill('SIGCONT'));
      hub.worker.process.kill('SIGSTOP');
      const count = 150_000;
      const writing = slow.write(numbers(2, count));
      // Of the 1 MB it reads no more than may be unanswered, and one piece that waits.
      const taken = () => Number(/^rchar: (\d+)$/m.exec(fs.readFileSync(`/proc/${slow.pid}/io`, 'utf8'))[1]);
      let last;
      await until(async () => {
        const before = last;
        last = taken();
        await new Promise((done) => setTimeout(done, 200));
        return last === before && last > 0;
      }, 'it reads no more');
      assert.ok(slow.stdin.writableLength > 0, 'the producer waits');
      if (!sanitized(slow.pid)) assert.ok(residentMiB(slow.pid) < 30, `it takes ${residentMiB(slow.pid)} MiB`);
      hub.worker.process.kill('SIGCONT');
      await writing;
      assert.deepEqual(await slow.finish('', 60_000), {code: 0, stderr: summary(count)});
      assert.equal(await published(of, hub, 'slow', count), numbers(1, count));
    });

    await t.test('does not answer: a first signal waits, a second one does not', async (of) => {
      const hurried = pipe(of, '--topic', 'hurried');
      await hurried.write('one\n');
      await hub.worker.measured((metrics) => metrics.value('sse_worker_publish_streams') === 1, 'it is connected');
      defer(of, () => hub.worker.process.kill('SIGCONT'));
      hub.worker.process.kill('SIGSTOP');
      await hurried.write('two\n');
      await until(() => hurried.stdin.writableLength === 0, 'it has read the line');
      hurried.kill('SIGTERM');
      // The signal has arrived: its file descriptor has given it out.
      await until(() => /^SigPnd:\t0+\nShdPnd:\t0+$/m.test(fs.readFileSync(`/proc/${hurried.pid}/status`, 'utf8')), 'the signal is taken');
      assert.equal(hurried.exit, null);
      hurried.kill('SIGTERM');
      const {code, stderr} = await hurried.finished();
      assert.equal(code, 1);
      assert.match(stderr, /^sse-worker pipe: not answered, and so perhaps not published: [12] lines?\n/);
    });
  });
}

// A limit of file size is a disk that is full, and has room again when the limit is lifted.
for (const [name, way] of Object.entries(ways)) {
  test(`over ${name}, a store that is full for a while`, async (t) => {
    const hub = await startDurable(t, {wrap: (own) => ['/usr/bin/env', 'prlimit', '--fsize=400000:', ...own]});
    const count = 20_000;
    const full = new Pipe(t, ['--topic', 'full', ...way(hub)]);
    const writing = full.write(numbers(1, count));
    await full.says('stderr', /line \d+ is not stored yet: .* It is sent again until it is\.\n/, 20_000);
    const {code: lifted, stderr: said} = await run('prlimit', [`--pid=${hub.worker.pid}`, '--fsize=unlimited:']);
    assert.equal(lifted, 0, said);
    await writing;
    const {code, stderr} = await full.finish('', 60_000);
    assert.equal(code, 0, stderr);
    assert.ok(stderr.endsWith(`sse-worker pipe: publishing again\n${summary(count)}`), stderr);
    // Those that were under way when the store came back may have overtaken those that were refused.
    const lines = (await published(t, hub, 'full', count)).split('\n').slice(0, -1);
    assert.deepEqual(lines.map(Number).sort((a, b) => a - b), Array.from({length: count}, (_, n) => n + 1));
  });
}
