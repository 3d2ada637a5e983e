// Publish streams through the real nginx and over the local socket: what becomes of a line, and how a stream ends.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {setTimeout as pause} from 'node:timers/promises';
import {hasReceived, history, kinds, received, startStreamHub, stored, ways} from '../lib/publish_stream.mjs';
import {until} from '../lib/wait.mjs';

const died = ['died', '{"reason":"disconnected"}'];
const seen = (reader) => reader.events.map(({event, data}) => [event, data]);

for (const [name, open] of Object.entries(ways)) {
  const overHttp = name !== 'the local socket';

  test(`over ${name}`, async (t) => {
    const hub = await startStreamHub(t, {history: {topic_events_max: 1_000_000}});
    const stream = (of, query, options) => open(of, hub, query, options);

    await t.test('a line is an event as soon as it is complete, and is answered in order', async (of) => {
      const reader = await hub.read({topic: 'order'}, {t: of});
      const one = stream(of, {topic: 'order'});
      one.write({data: 'one'});
      await one.answered(1);
      await reader.got(1);
      if (overHttp) {
        assert.equal(one.status, 200);
        assert.equal(one.headers['content-type'], 'application/x-ndjson');
        assert.equal(one.headers['cache-control'], 'no-store, no-transform');
      }
      one.write('bad\n', {data: 'two', id: 'order:two'}, {topik: 'x', data: 'x'}, {data: 'three'});
      const lines = [...await one.answered(5)];
      assert.deepEqual(kinds(lines), ['id', 'error', 'id', 'error', 'id']);
      assert.match(lines[1].error, /^line 2: JSON: /);
      assert.equal(lines[2].id, 'order:two');
      assert.match(lines[3].error, /^line 4: topik: is not a field; did you mean topic\? /);
      await reader.got(3);
      assert.equal(one.ended, null);
      assert.deepEqual(await one.finish(), lines);
      assert.equal(one.text, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      assert.deepEqual(reader.events.map(({id, data}) => [id, data]), [[lines[0].id, 'one'], ['order:two', 'two'], [lines[4].id, 'three']]);
    });

    await t.test('half a line waits for its rest, and the last one needs no end', async (of) => {
      const reader = await hub.read({topic: 'half'}, {t: of});
      const before = await received(hub);
      const one = stream(of, {topic: 'half'});
      one.write('{"data":"one"}\n{"da');
      await one.answered(1);
      await hasReceived(hub, before, 19);
      assert.equal(one.lines.length, 1);
      one.write('ta":"two"}\n{"data":"three"}');
      await one.answered(2);
      assert.deepEqual(kinds(await one.finish()), ['id', 'id', 'id']);
      await reader.got(3);
      assert.deepEqual(reader.data, ['one', 'two', 'three']);
    });

    await t.test('bytes that come one by one, also those of one character', async (of) => {
      const text = Buffer.from('\ufeff{"data":"\u00e4\u20ac\u{1f642}"}\r\n\r\n \n{"data":"\u2028"}\n');
      const one = stream(of, {topic: 'bytes'});
      for (const byte of text) {
        const before = await received(hub);
        one.write(Buffer.from([byte]));
        await hasReceived(hub, before, 1);
      }
      assert.deepEqual(kinds(await one.finish()), ['id', 'id']);
      assert.deepEqual((await stored(hub, 'bytes')).map(({data}) => data), ['\u00e4\u20ac\u{1f642}', '\u2028']);
    });

    await t.test('what the address says holds for lines that do not say it themselves', async (of) => {
      const reader = await hub.read({topic: ['d/1', 'd/2', 'd/3']}, {t: of});
      const one = stream(of, {topic: ['d/1', 'd/2'], event: 'note'});
      await one.finish([{data: 'x'}, {data: 'y', event: 'other', topic: 'd/3'}, {data: 'z', topic: ['d/3']}]);
      assert.deepEqual(kinds(one.lines), ['id', 'id', 'id']);
      await reader.got(3);
      assert.deepEqual(seen(reader), [['note', 'x'], ['other', 'y'], ['note', 'z']]);
      for (const [topic, data] of [['d/1', ['x']], ['d/2', ['x']], ['d/3', ['y', 'z']]])
        assert.deepEqual((await stored(hub, topic)).map((event) => event.data), data);
    });

    await t.test('lines that name their topics need none in the address', async (of) => {
      const one = stream(of, {});
      await one.finish([{topic: 'own/1', data: 'x'}, {data: 'y'}, {topic: 'own/1', data: 'z'}]);
      assert.deepEqual(kinds(one.lines), ['id', 'error', 'id']);
      assert.equal(one.lines[1].error, 'line 2: topic: is missing');
    });

    await t.test('an id of one\'s own is stored once, however often it is sent', async (of) => {
      const event = {data: 'x', id: `${name}:mine`};
      const first = stream(of, {topic: 'twice'});
      await first.finish([event, event]);
      const second = stream(of, {topic: 'twice'});
      await second.finish([event, {...event, data: 'another'}]);
      assert.deepEqual(first.ids, [event.id, event.id]);
      assert.equal(second.lines[0].id, event.id);
      assert.match(second.lines[1].error, /^line 2: id: another event has this id/);
      assert.equal(second.lines[1].retry, undefined);
      assert.deepEqual((await stored(hub, 'twice')).map(({id}) => id), [event.id]);
    });

    await t.test('close=1: the end closes the topics', async (of) => {
      const reader = await hub.read({topic: 'closes'}, {t: of});
      await stream(of, {topic: 'closes', close: '1', abort: 'died'}).finish([{data: 'last'}]);
      await reader.when(() => reader.closed, 'the topic is closed');
      assert.deepEqual(seen(reader), [['message', 'last']]);
      const late = await stream(of, {topic: 'closes'}).finish([{data: 'late'}]);
      assert.deepEqual(late, [{error: 'line 1: topic: is closed and accepts no more events'}]);
    });

    const ends = {
      'behind a line': '{"data":"one"}\n',
      'within a line': '{"data":"one"}\n{"data":"hal',
      'within a character': Buffer.from('{"data":"one"}\n{"data":"\u20ac').subarray(0, -1),
    };
    for (const [where, text] of Object.entries(ends)) {
      for (const how of name === 'HTTP/2' ? ['die', 'cancel'] : ['die']) {
        await t.test(`abort: readers are told of a publisher that ${how}s ${where}, and the topic stays open`, async (of) => {
          const topic = `abort/${how}/${where}`;
          const reader = await hub.read({topic}, {t: of});
          const before = await received(hub);
          const one = stream(of, {topic, close: '1', abort: 'died'});
          one.write(text);
          await one.answered(1);
          await hasReceived(hub, before, text.length);
          one[how]();
          await reader.got(2);
          assert.deepEqual(seen(reader), [['message', 'one'], died]);
          await hub.publish({topic, data: 'later'});
          await reader.got(3);
          assert.ok(!reader.closed);
        });
      }
    }

    await t.test('a publisher that has written nothing', async (of) => {
      const ended = await hub.read({topic: 'nothing/ended'}, {t: of});
      const dead = await hub.read({topic: 'nothing/dead'}, {t: of});
      await stream(of, {topic: 'nothing/ended', close: '1', abort: 'died'}).finish();
      await ended.when(() => ended.closed, 'the topic is closed');
      const dies = stream(of, {topic: 'nothing/dead', close: '1', abort: 'died'});
      await hub.worker.measured((metrics) => metrics.value('sse_worker_publish_streams') === 1, 'it is open');
      dies.die();
      await dead.got(1);
      assert.deepEqual(seen(dead), [died]);
    });

    await t.test('writer: the later one takes over, and no late line of the earlier one is stored', async (of) => {
      const reader = await hub.read({topic: 'writer'}, {t: of});
      const first = stream(of, {topic: 'writer', writer: 'A', close: '1', abort: 'died'});
      first.write({data: 'a'});
      await first.answered(1);
      const writing = (async () => {
        for (let lines = 1; !first.ended; ++lines) {
          await first.write({data: 'a'});
          // Not more than it may have under way.
          await Promise.race([first.when(() => first.ended || first.lines.length > lines - 100, 'answers'), pause(1000)]);
        }
      })();
      await first.answered(20);
      const second = stream(of, {topic: 'writer', writer: 'B'});
      second.write({data: 'b'});
      await second.answered(1);
      await first.done();
      assert.equal(first.ended, 'well');
      await writing;
      await second.finish([{data: 'b'}, {data: 'b'}]);
      assert.deepEqual(first.lines.at(-1), {end: {reason: 'fenced', writer: 'B'}});
      const refused = first.lines.filter(({error}) => error !== undefined);
      for (const {error} of refused) assert.match(error, /^line \d+: another writer has taken the topic over$/);
      assert.equal(first.ids.length + refused.length, first.lines.length - 1);
      await reader.got(first.ids.length + 3);
      assert.deepEqual(reader.events.map(({id}) => id), [...first.ids, ...second.ids]);
      assert.ok(!reader.closed);
      // A stream without a writer is not concerned.
      assert.deepEqual(kinds(await stream(of, {topic: 'writer'}).finish([{data: 'c'}])), ['id']);
    });

    await t.test('stop: the publisher is told at once on its own stream, and may go on', async (of) => {
      const reader = await hub.read({topic: ['stop/1', 'stop/2']}, {t: of});
      const one = stream(of, {topic: ['stop/1', 'stop/2']});
      one.write({data: 'x'});
      await one.answered(1);
      const answer = await hub.nginx.fetch('/control', {method: 'POST', headers: {'Content-Type': 'application/x-www-form-urlencoded'}, body: 'action=stop&topic=stop/2'});
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual((await one.answered(2))[1], {stop: {topic: 'stop/2'}});
      await reader.when(() => reader.events.some(({event}) => event === 'stopped'), 'readers are told');
      assert.deepEqual(kinds(await one.finish([{data: 'last'}])), ['id', 'stop', 'id']);
    });

    await t.test('answers=errors: the errors and a summary at the end', async (of) => {
      const one = stream(of, {topic: 'errors', answers: 'errors'});
      const before = await received(hub);
      one.write({data: 'x'}, 'bad\n', {data: 'y'});
      await hasReceived(hub, before, 30);
      // Over HTTP they would begin the answer.
      assert.deepEqual(kinds(one.lines), overHttp ? [] : ['error']);
      const lines = await one.finish([{data: 'z'}]);
      assert.match(lines[0].error, /^line 2: JSON: /);
      const [last] = (await stored(hub, 'errors')).slice(-1);
      assert.deepEqual(lines.slice(1), [{stored: 3, rejected: 1, last: last.id}]);
    });

    await t.test('answers=errors: as many lines as there are, as fast as they go', async (of) => {
      const [pieces, each] = [100, 1000];
      const one = stream(of, {topic: 'fast', answers: 'errors'});
      for (let piece = 0; piece < pieces; ++piece) await one.write(Array.from({length: each}, (_, n) => `{"data":"${piece * each + n}"}\n`).join(''));
      const lines = await one.finish([], 60_000);
      assert.deepEqual(lines.map(({last, ...counts}) => counts), [{stored: pieces * each, rejected: 0}]);
      const events = await history(of, hub, 'fast', pieces * each);
      events.forEach(({data}, n) => data === String(n) || assert.fail(`${data} at ${n}`));
    });

    if (overHttp) {
      await t.test('answers=all: the answer begins before the first line', async (of) => {
        const one = stream(of, {topic: 'all', answers: 'all'});
        await one.answering();
        assert.equal(one.status, 200);
        assert.equal(one.text, '');
        assert.deepEqual(kinds(await one.finish([{data: 'x'}])), ['id']);
      });
    }

    await until(async () => (await hub.metric('sse_worker_publish_streams')) === 0, 'no stream is left');
  });
}
