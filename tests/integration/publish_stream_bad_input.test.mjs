// What is wrong with the body of a publish stream costs the line at which it is wrong, and no memory that is not bounded.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {residentMiB, sanitized} from '../lib/memory.mjs';
import {hasReceived, kinds, received, startStreamHub, stored, ways} from '../lib/publish_stream.mjs';
import {now, until, undisturbed} from '../lib/wait.mjs';

const MiB = 1_048_576;

// A line of so many bytes, its end not counted.
const lineOf = (bytes) => `{"data":"${'x'.repeat(bytes - 11)}"}`;

for (const [name, open] of Object.entries(ways)) {
  const overHttp = name !== 'the local socket';

  test(`over ${name}, limits of 1,000 and 4,000 bytes`, async (t) => {
    const hub = await startStreamHub(t, {publish: {event_bytes_max: 1000}, fastcgi: {body_bytes_max: 4000}});
    const stream = (of, query, options) => open(of, hub, query, options);

    await t.test('a line over the limit is refused, and the stream goes on', async (of) => {
      const one = stream(of, {topic: 'long'});
      const sizes = [1011, 1012, 4000, 4001, 20_000];
      const errors = ['line 4: data: the event is over 1000 bytes', 'line 6: data: the event is over 1000 bytes', 'line 8: is over 4000 bytes and was skipped',
        'line 10: is over 4000 bytes and was skipped'];
      one.write({data: 'begins'});
      await one.answered(1);
      for (const [n, size] of sizes.entries()) {
        one.write(`${lineOf(size)}\n`);
        await one.answered(2 * n + 2);
        one.write({data: `behind ${size}`});
        await one.answered(2 * n + 3);
      }
      const lines = await one.finish();
      assert.deepEqual(kinds(lines), ['id', 'id', 'id', ...Array(4).fill(['error', 'id']).flat()]);
      assert.deepEqual(lines.filter(({error}) => error).map(({error}) => error), errors);
      assert.deepEqual((await stored(hub, 'long')).map(({data}) => data.length < 100 ? data : data.length),
        ['begins', 1000, ...sizes.map((size) => `behind ${size}`)]);
    });

    await t.test('a line over the limit whose end comes later, byte by byte around the limit', async (of) => {
      const one = stream(of, {topic: 'later'});
      const before = await received(hub);
      one.write(lineOf(4010).slice(0, 3998));
      await hasReceived(hub, before, 3998);
      for (let n = 0; n < 4; ++n) {
        one.write('x');
        await hasReceived(hub, before, 3999 + n);
      }
      const [refused] = await one.answered(1);
      assert.equal(refused.error, 'line 1: is over 4000 bytes and was skipped');
      one.write('xxx"}');
      await hasReceived(hub, before, 4007);
      assert.equal(one.lines.length, 1);
      one.write('\n', {data: 'next'});
      assert.deepEqual(kinds(await one.answered(2)), ['error', 'id']);
      assert.equal((await one.finish()).length, 2);
    });

    if (overHttp) {
      await t.test('the same of text and of frames', async (of) => {
        const text = await stream(of, {topic: 'text', answers: 'all'}, {type: 'text/plain'}).finish([`${'x'.repeat(1000)}\n`, `${'x'.repeat(1001)}\n`, `${'x'.repeat(9000)}\n`, 'last']);
        assert.deepEqual(kinds(text), ['id', 'error', 'error', 'id']);
        assert.equal(text[1].error, 'line 2: data: the event is over 1000 bytes');
        assert.equal(text[2].error, 'line 3: is over 1000 bytes and was skipped');
        const frame = (bytes) => `data: ${'x'.repeat(bytes)}\n\n`;
        const frames = await stream(of, {topic: 'frames', answers: 'all'}, {type: 'text/event-stream'}).finish([frame(1000), frame(1001), frame(9000), 'data: x\n'.repeat(1000), '\n', frame(1)]);
        assert.deepEqual(kinds(frames), ['id', 'error', 'error', 'error', 'id']);
        assert.match(frames[1].error, /^frame 2: data: the event is over 1000 bytes$/);
        assert.match(frames[2].error, /^frame 3: is over 4000 bytes and was skipped$/);
        assert.match(frames[3].error, /^frame 4: data: the event is over 1000 bytes$/);
      });
    }
  });

  test(`over ${name}`, async (t) => {
    const hub = await startStreamHub(t);
    const stream = (of, query, options) => open(of, hub, query, options);

    await t.test('NUL, bytes that are no UTF-8, broken JSON, unknown fields: each costs its line', async (of) => {
      const bad = ['{"data":"a\0b"}', '{"data":"\xff"}', '{"data":"\xc3"}', '{"data":"\xed\xa0\x80"}', '{"data":', '[]', '"x"', '{"data":"x"}{"data":"y"}', 'null',
        '{"data":"x","data":"y"}', '{"dta":"x"}', '{"data":"x","id":"a\\u0000b"}', '\0', '{"data":"x","event":"a\\nb"}', `${'['.repeat(5000)}`];
      const one = stream(of, {topic: 'bad'});
      for (const [n, line] of bad.entries()) {
        one.write(Buffer.concat([Buffer.from(line, 'latin1'), Buffer.from(`\n{"data":"behind ${n}"}\n`)]));
        const [error, next] = (await one.answered(2 * n + 2)).slice(-2);
        assert.match(error.error ?? '', new RegExp(`^line ${2 * n + 1}: `), line);
        assert.ok(error.error.length < 1000, 'it does not repeat what was sent');
        assert.deepEqual(Object.keys(next), ['id'], line);
      }
      assert.equal((await one.finish()).length, 2 * bad.length);
      assert.deepEqual((await stored(hub, 'bad')).map(({data}) => data), bad.map((_, n) => `behind ${n}`));
    });

    await t.test('64 MiB without a line end: one error, and memory that is bounded', async (of) => {
      const resident = residentMiB(hub.worker.pid);
      const one = stream(of, {topic: 'endless', answers: 'errors'});
      const piece = Buffer.alloc(MiB, 'x');
      let peak = 0;
      for (let n = 0; n < 64; ++n) {
        await one.write(piece);
        peak = Math.max(peak, residentMiB(hub.worker.pid));
      }
      const lines = await one.finish(['\n', {data: 'next'}], 30_000);
      assert.match(lines[0].error, /^line 1: is over 8388608 bytes and was skipped$/);
      assert.deepEqual(lines.slice(1).map(({last, ...counts}) => counts), [{stored: 1, rejected: 1}]);
      of.diagnostic(`${(peak - resident).toFixed(1)} MiB more`);
      // A line of 8 MiB, in a buffer that has grown by doubling, and its predecessor.
      if (!sanitized(hub.worker.pid)) assert.ok(peak - resident < 40, `${peak - resident} MiB more`);
    });

    await t.test('a body that ends within 64 KiB of blanks, and one of empty lines', async (of) => {
      assert.deepEqual(await stream(of, {topic: 'blank', close: '1'}).finish([' '.repeat(65_536)]), []);
      assert.deepEqual(await stream(of, {topic: 'lines', close: '1'}).finish(['\n'.repeat(65_536), '\r\n'.repeat(1000)]), []);
    });

    await t.test('a publisher that is silent for longer than a request may take to arrive', async (of) => {
      await hub.again({fastcgi: {deadline_seconds: 1, idle_seconds: 1}, streams: {stall_seconds: 1}});
      const one = stream(of, {topic: 'silent'});
      one.write('{"data":');
      const begun = now();
      await hub.worker.measured((metrics) => metrics.value('sse_worker_publish_streams') === 1, 'it is open');
      await until(() => now() - begun > 2000, 'two seconds have passed');
      assert.equal(one.ended, null);
      assert.deepEqual(kinds(await one.finish(['"x"}\n'])), ['id']);
    });

    await t.test('a client that never reads its answers costs no memory that is not bounded, and is closed', async (of) => {
      await hub.again({streams: {stall_seconds: 1}});
      // Long lines: where nginx does not continue the body, a stream that waits inside an event ends after 10 s, and one that waits
      // between two, which happens seldom, after an hour.
      const piece = `{"data":"${'x'.repeat(200)}"}\n`.repeat(1000);
      await undisturbed(async () => {
        const resident = residentMiB(hub.worker.pid);
        const before = (await hub.metrics()).value('sse_worker_published_events_total') ?? 0;
        const one = stream(of, {topic: 'deaf', answers: 'all'});
        try {
          if (overHttp) await one.answering();
          one.stall();
          let written = 0;
          let peak = 0;
          // It writes as long as something is taken.
          void (async () => {
            while (!one.ended && written < 400_000) {
              await one.write(piece);
              written += 1000;
            }
          })();
          await until(async () => {
            peak = Math.max(peak, residentMiB(hub.worker.pid));
            return (await hub.metric('sse_worker_publish_streams')) === 0;
          }, 'the stream is closed', 15_000);
          const kept = (await hub.metrics()).value('sse_worker_published_events_total') - before;
          of.diagnostic(`${written} written, ${kept} stored, ${(peak - resident).toFixed(1)} MiB more`);
          assert.ok(kept > 100 && kept < 400_000, `${kept}`);
          if (!sanitized(hub.worker.pid)) assert.ok(peak - resident < 60, `${peak - resident} MiB more`);
        } finally {
          one.die();
          await until(async () => (await hub.metric('sse_worker_publish_streams')) === 0, 'it has left');
        }
      }, 3);
    });
  });
}
