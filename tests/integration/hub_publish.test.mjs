// POST /publish, taken: a form, a JSON object, a batch, and each of the fields as a reader gets it.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {FORM, JSON_TYPE, NDJSON, lines} from './lib/hub_publisher.mjs';
import {startHub} from './lib/hub_stack.mjs';

const identity = /^[0-9a-z]+-[0-9]+$/;

test('what is published arrives', async (t) => {
  const hub = await startHub(t);

  await t.test('a form', async (t) => {
    const reader = await hub.read({topic: 'form'}, {t});
    const answer = await hub.form('topic=form&data=hi');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'application/json');
    assert.deepEqual(Object.keys(answer.json), ['id']);
    assert.match(answer.json.id, identity);
    assert.deepEqual(await reader.got(1), [{id: answer.json.id, event: 'message', data: 'hi'}]);
  });

  await t.test('every field of a form', async (t) => {
    const answer = hub.ask({topic: 'one'});
    await answer.head();
    const fields = {topic: ['one', 'two'], data: 'a & b = c%', event: 'note', id: 'mine-é/1', retry: '4321', key: 'k'};
    assert.equal((await hub.form(fields)).json.id, 'mine-é/1');
    await answer.events(1);
    const {at, comments, ...frame} = answer.frames.at(-1);
    assert.deepEqual(frame, {event: 'note', data: 'a & b = c%', id: 'mine-é/1', retry: 4321});
  });

  await t.test('a form as browsers and curl write it', async (t) => {
    const reader = await hub.read({topic: 'a b'}, {t});
    for (const [body, type] of [
      ['topic=a+b&data=1%2B1+%C3%A9', FORM],
      ['topic=a%20b&data=2&', `${FORM}; charset=UTF-8`],
      ['&&topic=a+b&data=3=3', `${FORM};charset=utf-8`],
      ['data=4&topic=a+b', 'Application/X-WWW-Form-URLencoded'],
    ]) {
      assert.equal((await hub.post(body, type)).status, 200, `${type}: ${body}`);
    }
    await reader.got(4);
    assert.deepEqual(reader.data, ['1+1 é', '2', '3=3', '4']);
  });

  await t.test('JSON: data that is text stays as it is, all else becomes compact JSON', async (t) => {
    const reader = await hub.read({topic: 'json'}, {t});
    const values = ['text', '', '{"a": 1}', {b: [1, 2], a: null}, [], 17, 1.5, true, null, 'é\u2028🙂', {é: '\u0000'}];
    for (const data of values) await hub.publish({topic: 'json', data});
    await reader.got(values.length);
    assert.deepEqual(
      reader.data,
      values.map((data) => (typeof data === 'string' ? data : JSON.stringify(data))),
    );
  });

  await t.test('JSON: topic is a name or a list, retry a number or its digits, close a truth or its digit', async () => {
    for (const topic of ['x', ['x'], ['x', 'y', 'x']]) await hub.publish({topic, data: 1});
    for (const retry of [0, 1500, '1500', 86400000]) await hub.publish({topic: 'x', data: 1, retry});
    for (const close of [false, 0, '0', 'false']) await hub.publish({topic: 'x', data: 1, close});
    for (const [n, close] of [true, 1, '1', 'true'].entries()) await hub.publish({topic: `end ${n}`, data: 1, close});
  });

  await t.test('JSON in the ways in which it is sent', async () => {
    for (const type of [JSON_TYPE, `${JSON_TYPE}; charset=utf-8`, `${JSON_TYPE} ;charset=utf-8`, 'Application/JSON']) {
      assert.equal((await hub.post('\n {"topic" : "x", "data":"\\u00e9"}\r\n ', type)).status, 200, type);
    }
  });

  await t.test('without data: an event with empty data, and one that closes moves the cursor only', async (t) => {
    const reader = await hub.read({topic: 'empty'}, {t});
    await hub.publish({topic: 'empty'});
    await hub.publish({topic: 'empty', data: ''});
    const last = await hub.publish({topic: 'empty', close: true});
    await reader.over();
    assert.deepEqual(reader.data, ['', '']);
    assert.equal(reader.cursor, last);
    assert.ok(reader.closed);
  });

  await t.test('an id that is held already is not taken twice', async (t) => {
    const reader = await hub.read({topic: 'again'}, {t});
    for (const data of ['first', 'second']) {
      assert.equal(await hub.publish({topic: 'again', id: 'urn:uuid:7', data}), 'urn:uuid:7');
    }
    await hub.publish({topic: 'again', data: 'third'});
    await reader.got(2);
    assert.deepEqual(reader.data, ['first', 'third']);
  });
});

test('batches', async (t) => {
  const hub = await startHub(t);

  await t.test('every item is answered and arrives, in order', async (t) => {
    const reader = await hub.read({topic: 'batch'}, {t});
    const answer = await hub.batch(Array.from({length: 5000}, (_, n) => ({topic: 'batch', data: n})));
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'application/x-ndjson');
    await reader.got(5000);
    assert.deepEqual(reader.data, Array.from({length: 5000}, (_, n) => String(n)));
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
    const items = [good, '', '{broken', '   ', {...good, id: 'a\nb'}, good, '[]', {data: 'no topic'},
      {topic: 'shut', data: 'late'}, {...good, retry: 'soon'}, '\r', good, '"', {...good, topics: 'x'}];
    const answer = await hub.batch(items);
    assert.equal(answer.status, 200);
    const wanted = ['id', /^line 3: JSON: /, /^line 5: id: /, 'id', /^line 7: JSON: /, /^line 8: topic: /,
      /^(line 9: )?topic: is closed/, /^line 10: retry: /, 'id', /^line 13: JSON: /, /^line 14: topics: /];
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
    const answer = await hub.batch([{topic: 'open', data: 1}, {topic: 'over', data: 2}]);
    assert.match(answer.lines[1].error, /^line 2: topic: /);
  });

  await t.test('line ends of both kinds, none at the end, no lines at all', async () => {
    const item = JSON.stringify({topic: 'x', data: 1});
    for (const [body, count] of [[`${item}\r\n${item}\r\n`, 2], [`${item}\n${item}`, 2], [`\n\n${item}`, 1], ['\n', 0]]) {
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
