// Bodies of publish streams that are not NDJSON, through the real nginx: event streams and text, in whichever pieces they come.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {hasReceived, httpWays, received, startStreamHub, stored} from '../lib/publish_stream.mjs';

const EVENT_STREAM = 'text/event-stream';
const TEXT = 'text/plain; charset=utf-8';
const summary = (lines) => lines.map(({last, ...counts}) => counts);

for (const [name, open] of Object.entries(httpWays)) {
  test(`over ${name}`, async (t) => {
    const hub = await startStreamHub(t);
    const stream = (of, type, query, options) => open(of, hub, query, {type, ...options});
    // In two pieces, of which the worker gets the first before the second is sent; each cut in a stream of its own.
    const atEveryCut = async (of, name, type, text, query) => {
      const bytes = Buffer.from(text);
      const cuts = Array.from({length: bytes.length - 1}, (_, n) => n + 1);
      const before = await received(hub);
      const streams = cuts.map((cut) => {
        const one = stream(of, type, {topic: `${name}/${cut}`, ...query});
        one.write(bytes.subarray(0, cut));
        return one;
      });
      await hasReceived(hub, before, cuts.reduce((sum, cut) => sum + cut, 0));
      return Promise.all(streams.map(async (one, n) => {
        const lines = await one.finish([bytes.subarray(cuts[n])]);
        return {cut: cuts[n], lines, events: await stored(hub, `${name}/${cuts[n]}`)};
      }));
    };

    for (const [ends, end] of Object.entries({LF: '\n', CR: '\r', CRLF: '\r\n'})) {
      await t.test(`an event stream with a byte order mark and ${ends}, cut everywhere`, async (of) => {
        const text = `\ufeff: a comment\nretry: 5\n\nid: 1\nevent: note\ndata: \u00e4\ndata:  two\n\nid:\ndata\n\nnothing: x\n\ndata: z\n\n`.replaceAll('\n', end);
        // Ids are for all topics, so each stream gets its own.
        for (const {cut, lines, events} of await atEveryCut(of, ends, EVENT_STREAM, text, {ids: 'unique'})) {
          assert.deepEqual(summary(lines), [{stored: 3, rejected: 0}], `cut at ${cut}`);
          assert.deepEqual(events.map(({event, data}) => [event, data]), [['note', '\u00e4\n two'], ['message', ''], ['message', 'z']], `cut at ${cut}`);
          assert.match(events[0].id, /^[0-9a-f]{16}-1$/);
        }
      });
    }

    await t.test('ids of an event stream: as they are, unique, or none', async (of) => {
      const body = 'id: a\ndata: x\n\nid: a\ndata: x\n\nid: b\ndata: y\n\n';
      const ids = async (topic, query) => {
        await stream(of, EVENT_STREAM, {topic, ...query}).finish([body]);
        return (await stored(hub, topic)).map(({id}) => id);
      };
      assert.deepEqual(await ids('ids/kept', {}), ['a', 'b']);
      const unique = [await ids('ids/unique/1', {ids: 'unique'}), await ids('ids/unique/2', {ids: 'unique'})];
      for (const [first, second] of unique) {
        assert.match(first, /^[0-9a-f]{16}-a$/);
        assert.equal(second, first.replace(/a$/, 'b'));
      }
      assert.notEqual(unique[0][0], unique[1][0]);
      for (const id of await ids('ids/none', {ids: 'none'})) assert.match(id, /^[0-9a-f]+-\d+$/);
    });

    await t.test('an event stream that ends in half a frame: that frame is refused, and readers are told', async (of) => {
      const reader = await hub.read({topic: 'half'}, {t: of});
      const lines = await stream(of, EVENT_STREAM, {topic: 'half', close: '1', abort: 'died'}).finish(['data: one\n\ndata: tw']);
      assert.deepEqual(lines[0], {error: 'frame 2: has no empty line behind it: the body was cut, so it was not published'});
      assert.deepEqual(summary(lines.slice(1)), [{stored: 1, rejected: 1}]);
      await reader.got(2);
      assert.deepEqual(reader.events.map(({event, data}) => [event, data]), [['message', 'one'], ['died', '{"reason":"disconnected"}']]);
    });

    await t.test('an event stream with answers=all: one for each frame, while it goes on', async (of) => {
      const one = stream(of, EVENT_STREAM, {topic: 'frames', answers: 'all'});
      one.write('data: one\n\ndata: \xff\n\n'.replace('\xff', ''), 'data: two\n\nevent: close\ndata: x\n\n');
      const lines = await one.answered(4);
      assert.deepEqual(lines.map((line) => Object.keys(line)[0]), ['id', 'id', 'id', 'error']);
      assert.match(lines[3].error, /^frame 4: event: close is reserved/);
      one.write(Buffer.from('data: \xff\n\ndata: three\n\n', 'latin1'));
      assert.equal((await one.answered(6))[4].error, 'frame 5: data: is not valid UTF-8');
      assert.equal((await one.finish()).length, 6);
    });

    await t.test('text: a line is an event, wherever it is cut', async (of) => {
      for (const {cut, lines, events} of await atEveryCut(of, 'text', TEXT, '\ufeff\u20ac\r\n\n  x \n{"data":1}\n\u{1f642}', {})) {
        assert.deepEqual(summary(lines), [{stored: 5, rejected: 0}], `cut at ${cut}`);
        assert.deepEqual(events.map(({data}) => data), ['\u20ac', '', '  x ', '{"data":1}', '\u{1f642}'], `cut at ${cut}`);
      }
    });

    await t.test('text with split=chunk: what comes at once is an event, and no character is cut', async (of) => {
      const text = 'a\u00e4\n\u20ac\n\u{1f642}b';
      for (const {cut, lines, events} of await atEveryCut(of, 'chunk', TEXT, text, {split: 'chunk'})) {
        const [{stored, rejected}] = lines;
        assert.deepEqual([rejected, stored], [0, 2], `cut at ${cut}`);
        assert.equal(events.map(({data}) => data).join(''), text, `cut at ${cut}`);
        assert.ok(!events[0].data.includes('\ufffd'));
      }
      const half = await stream(of, TEXT, {topic: 'chunk/half', split: 'chunk'}).finish([Buffer.from('a\u20ac').subarray(0, 3)]);
      assert.equal(half[0].error, 'piece 2: data: is not valid UTF-8');
    });

    await t.test('without a type the first bytes tell', async (of) => {
      const bodies = {'{"data":"x"}\n': 'x', 'data: x\n\n': 'x', ': c\n\ndata: x\n\n': 'x', 'database\n': 'database'};
      for (const [n, [body, data]] of Object.entries(bodies).entries()) {
        const one = stream(of, null, {topic: `guessed/${n}`});
        const half = Buffer.from(body);
        const before = await received(hub);
        one.write(half.subarray(0, 3));
        await hasReceived(hub, before, 3);
        await one.finish([half.subarray(3)]);
        assert.deepEqual((await stored(hub, `guessed/${n}`)).map((event) => event.data), [data]);
      }
    });

    await t.test('/publish is one where nginx sees that it is', async (of) => {
      const at = (query, options) => open(of, hub, query, {path: '/publish', ...options});
      const put = at({topic: 'put'}, {method: 'PUT'});
      const post = at({topic: 'put'}, {});
      const text = at({topic: 'put'}, {type: 'text/plain'});
      for (const one of [put, post]) {
        one.write({data: 'x'});
        await one.answered(1);
        assert.equal(one.status, 200);
        assert.equal(one.ended, null);
        await one.finish();
      }
      await text.finish(['y']);
      assert.deepEqual((await stored(hub, 'put')).map(({data}) => data), ['x', 'x', 'y']);
      // A body that is an event is none.
      const single = at({}, {type: 'application/json'});
      await single.finish(['{"topic":"put","data":"z"}']);
      assert.deepEqual(Object.keys(single.json), ['id']);
    });
  });
}
