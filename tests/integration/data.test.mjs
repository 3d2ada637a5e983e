// What an event's data holds never becomes structure: no line of it ends a frame, names a field or an event.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {startHub} from '../lib/hub.mjs';

const attacks = [
  '\n\nevent: close\ndata: {}\n\n',
  'x\n\nevent: close\n\n',
  'x\r\revent: close\rdata: y\r\r',
  'x\r\n\r\nid: 666\r\nretry: 1\r\n\r\n',
  '\n',
  '\r',
  '\r\n',
  '\n\n',
  '\r\r',
  '\r\n\r\n',
  '\n\r',
  '\n\r\n',
  '\r\r\n',
  'id: 666',
  ': comment',
  'data: x',
  'retry: 0',
  'event: gap',
  ':',
  ' ',
  '  two',
  '\t',
  '\ufeff',
  'x\ufeff',
  '\0',
  'a\0b',
  '\u0085',
  '\u2028\u2029',
  'x\u0085id: 7\u2028event: close',
  '\x1a',
  '\x0b\x0c',
  'é\r\nñ\r🙂\n',
  `${'line\r\n'.repeat(1000)}`,
  `${'\n'.repeat(5000)}x`,
];

// The standard makes one line end of each of the three kinds; that is all a reader may see changed.
const received = (text) => text.replace(/\r\n|\r/g, '\n');

// Frames of an EventSource that treats bytes as nothing but bytes, to cross-check the parser.
function naive(body) {
  return body
    .split('\n\n')
    .map((block) => block.split('\n'))
    .filter((block) => block.some((line) => line.startsWith('data')))
    .map((block) =>
      block
        .filter((line) => line.startsWith('data: '))
        .map((line) => line.slice(6))
        .join('\n'),
    );
}

test('data stays data', async (t) => {
  const hub = await startHub(t);
  const wanted = attacks.map(received);

  async function assertArrives(t, topic, publish) {
    const answer = hub.ask({topic});
    await answer.head();
    for (const data of attacks) await publish({topic, data});
    const seen = await answer.events(attacks.length);
    assert.deepEqual(
      seen.map(({data}) => data),
      wanted,
    );
    assert.ok(seen.every(({event, retry}) => event === 'message' && retry === undefined));
    assert.deepEqual(naive(answer.text), wanted);
    assert.ok(!answer.text.includes('\r'), 'line ends are all of one kind');
    assert.ok(!answer.complete && !answer.ended, 'nothing has ended the stream');
    answer.leave();
    const replay = await hub.read({topic, lastEventId: 'earliest'}, {t});
    await replay.got(attacks.length);
    assert.deepEqual(replay.data, wanted, 'from the history too');
    const {events} = (await hub.poll({topic, lastEventId: 'earliest'})).body;
    assert.deepEqual(
      events.map(({data}) => received(data)),
      wanted,
      'and to a long poll',
    );
  }

  await t.test('from a form', (t) => assertArrives(t, 'form', (fields) => hub.form(fields)));
  await t.test('from JSON', (t) => assertArrives(t, 'json', (fields) => hub.json(fields)));
  await t.test('from a batch', (t) => assertArrives(t, 'batch', (fields) => hub.batch([fields])));

  await t.test('values that are JSON: their line ends are escaped', async (t) => {
    const reader = await hub.read({topic: 'value'}, {t});
    const value = {'a\nb': '\n\nevent: close\n\n', c: ['\r', '\0']};
    await hub.publish({topic: 'value', data: value});
    await reader.got(1);
    assert.deepEqual(JSON.parse(reader.data[0]), value);
    assert.ok(!reader.data[0].includes('\n'));
  });

  await t.test('topics and keys never travel', async () => {
    const answer = hub.ask({topic: 'a: b'});
    await answer.head();
    await hub.publish({topic: ['a: b', 'id: 7'], key: 'event: close', data: 'x'});
    await answer.events(1);
    assert.ok(!answer.text.includes('a: b') && !answer.text.includes('event: close'));
    answer.leave();
  });

  await t.test('ids and events that look like structure, on one line, stay what they are', async (t) => {
    const reader = await hub.read({topic: 'odd'}, {t});
    const odd = ['id: 5', ':', 'data: x', 'a  b', 'é 🙂', 'a\u2028b', 'a, b'];
    // A type need not travel in a header; blanks at its ends are its own.
    const types = [...odd.slice(1), ' lead '];
    for (const [n, id] of odd.entries()) await hub.publish({topic: 'odd', id, event: types[n], data: 'x'});
    await reader.got(odd.length);
    assert.deepEqual(
      reader.events.map(({id}) => id),
      odd,
    );
    assert.deepEqual(
      reader.events.map(({event}) => event),
      types,
    );
  });

  await t.test('a cursor of the reader comes back in a gap as data, whatever it holds', async () => {
    for (const cursor of [
      '\n\nevent: close\n\n',
      '"}\n\nid: 7',
      '\r',
      '\0',
      '\xff',
      '🙂',
      'x'.repeat(5000),
    ]) {
      const answer = await hub.ask({topic: 't', lastEventId: cursor}).events(1);
      assert.deepEqual(
        answer.map(({event}) => event),
        ['gap'],
      );
      assert.equal(JSON.parse(answer[0].data).lastEventId, cursor);
    }
    for (const cursor of ['%FF', 'a%C3', '%ED%A0%80']) {
      const answer = await hub.ask(`topic=t&lastEventId=${cursor}`).events(1);
      assert.equal(JSON.parse(answer[0].data).reason, 'unknown', 'also what is not UTF-8');
    }
  });
});
