// POST /publish with a batch: a line for each item, in order, and the good ones land although others are bad.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {NDJSON, lines} from '../lib/publisher.mjs';
import {startHub} from '../lib/hub.mjs';

const identity = /^[0-9a-z]+-[0-9]+$/;

test('batches', async (t) => {
  const hub = await startHub(t);

  await t.test('every item is answered and arrives, in order', async (t) => {
    const reader = await hub.read({topic: 'batch'}, {t});
    const answer = await hub.batch(Array.from({length: 5000}, (_, n) => ({topic: 'batch', data: n})));
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'application/x-ndjson');
    await reader.got(5000);
    assert.deepEqual(
      reader.data,
      Array.from({length: 5000}, (_, n) => String(n)),
    );
    assert.deepEqual(
      reader.events.map(({id}) => id),
      answer.lines.map(({id}) => id),
    );
  });

  await t.test('good items land although others are bad, and errors name line and field', async (t) => {
    const reader = await hub.read({topic: 'mixed'}, {t});
    const good = {topic: 'mixed', data: 'good'};
    await hub.publish({topic: 'shut', close: true});
    const refused = async () => await hub.metric('sse_worker_rejected_events_total');
    const before = await refused();
    const items = [
      good,
      '',
      '{broken',
      '   ',
      {...good, id: 'a\nb'},
      good,
      '[]',
      {data: 'no topic'},
      {topic: 'shut', data: 'late'},
      {...good, retry: 'soon'},
      '\r',
      good,
      '"',
      {...good, topics: 'x'},
    ];
    const answer = await hub.batch(items);
    assert.equal(answer.status, 200);
    const wanted = [
      'id',
      /^line 3: JSON: /,
      /^line 5: id: /,
      'id',
      /^line 7: JSON: /,
      /^line 8: topic: /,
      /^(line 9: )?topic: is closed/,
      /^line 10: retry: /,
      'id',
      /^line 13: JSON: /,
      /^line 14: topics: /,
    ];
    assert.equal(answer.lines.length, wanted.length, answer.text);
    answer.lines.forEach((line, n) => {
      if (wanted[n] === 'id') assert.match(line.id, identity);
      else assert.match(line.error, wanted[n]);
    });
    await reader.got(3);
    assert.deepEqual(reader.data, ['good', 'good', 'good']);
    assert.equal((await refused()) - before, 8, 'each refused event is counted');
  });

  await t.test('an item refused by the journal is named by its line too', async () => {
    await hub.publish({topic: 'over', close: true});
    const answer = await hub.batch([
      {topic: 'open', data: 1},
      {topic: 'over', data: 2},
    ]);
    assert.match(answer.lines[1].error, /^line 2: topic: /);
  });

  await t.test('an id that comes twice is taken once', async (t) => {
    const reader = await hub.read({topic: 'twice'}, {t});
    const item = {topic: 'twice', id: 'same', data: 'once'};
    assert.deepEqual(await hub.publishAll([item, item]), ['same', 'same']);
    const answer = await hub.batch([{...item, data: 'again'}, item]);
    assert.match(answer.lines[0].error, /^line 1: id: another event has this id/);
    assert.equal(answer.lines[1].id, 'same');
    await hub.publish({topic: 'twice', data: 'end'});
    await reader.got(2);
    assert.deepEqual(reader.data, ['once', 'end']);
  });

  await t.test('line ends of both kinds, none at the end, no lines at all', async () => {
    const item = JSON.stringify({topic: 'x', data: 1});
    for (const [body, count] of [
      [`${item}\r\n${item}\r\n`, 2],
      [`${item}\n${item}`, 2],
      [`\n\n${item}`, 1],
      ['\n', 0],
    ]) {
      const answer = await hub.post(body, NDJSON);
      assert.equal(answer.status, 200, JSON.stringify(body));
      assert.equal(answer.lines.length, count, JSON.stringify(body));
    }
  });

  await t.test('the names the format goes by', async () => {
    const body = lines([{topic: 'x', data: 1}]);
    for (const type of [NDJSON, 'application/ndjson', 'application/jsonl', `${NDJSON}; charset=utf-8`]) {
      assert.equal((await hub.post(body, type)).status, 200, type);
    }
  });
});
