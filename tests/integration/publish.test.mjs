// POST /publish, taken: a form, a JSON object, and each of the fields as a reader gets it.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {FORM, JSON_TYPE} from '../lib/publisher.mjs';
import {startHub} from '../lib/hub.mjs';

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

  await t.test('every field of a form', async () => {
    const answer = hub.ask({topic: 'one'});
    await answer.head();
    const fields = {
      topic: ['one', 'two'],
      data: 'a & b = c%',
      event: 'note',
      id: 'mine-é/1',
      retry: '4321',
      key: 'k',
    };
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
    const values = [
      'text',
      '',
      '{"a": 1}',
      {b: [1, 2], a: null},
      [],
      17,
      1.5,
      true,
      null,
      'é\u2028🙂',
      {é: '\u0000'},
    ];
    for (const data of values) await hub.publish({topic: 'json', data});
    await reader.got(values.length);
    assert.deepEqual(
      reader.data,
      values.map((data) => (typeof data === 'string' ? data : JSON.stringify(data))),
    );
  });

  await t.test(
    'JSON: topic is a name or a list, retry a number or its digits, close a truth or its digit',
    async () => {
      for (const topic of ['x', ['x'], ['x', 'y', 'x']]) await hub.publish({topic, data: 1});
      for (const retry of [0, 1500, '1500', 86400000]) await hub.publish({topic: 'x', data: 1, retry});
      for (const close of [false, 0, '0', 'false']) await hub.publish({topic: 'x', data: 1, close});
      for (const [n, close] of [true, 1, '1', 'true'].entries())
        await hub.publish({topic: `end ${n}`, data: 1, close});
    },
  );

  await t.test('JSON in the ways in which it is sent', async () => {
    for (const type of [
      JSON_TYPE,
      `${JSON_TYPE}; charset=utf-8`,
      `${JSON_TYPE} ;charset=utf-8`,
      'Application/JSON',
    ]) {
      assert.equal((await hub.post('\n {"topic" : "x", "data":"\\u00e9"}\r\n ', type)).status, 200, type);
    }
  });

  await t.test(
    'without data: an event with empty data, and one that closes moves the cursor only',
    async (t) => {
      const reader = await hub.read({topic: 'empty'}, {t});
      await hub.publish({topic: 'empty'});
      await hub.publish({topic: 'empty', data: ''});
      const last = await hub.publish({topic: 'empty', close: true});
      await reader.over();
      assert.deepEqual(reader.data, ['', '']);
      assert.equal(reader.cursor, last);
      assert.ok(reader.closed);
    },
  );

  await t.test('in pieces, its length not known before', async (t) => {
    const reader = await hub.read({topic: 'pieces'}, {t});
    const answer = await hub.post(['{"topic":"pieces",', '"data":"in pieces"}'], JSON_TYPE);
    assert.equal(answer.status, 200, answer.text);
    await reader.got(1);
    assert.deepEqual(reader.data, ['in pieces']);
  });

  await t.test('an id that is held already is not taken twice', async (t) => {
    const reader = await hub.read({topic: 'again'}, {t});
    const event = {topic: 'again', id: 'urn:uuid:7', data: 'first'};
    for (const again of [event, event]) assert.equal(await hub.publish(again), 'urn:uuid:7');
    assert.equal((await hub.json({...event, data: 'second'})).status, 409);
    await hub.publish({topic: 'again', data: 'third'});
    await reader.got(2);
    assert.deepEqual(reader.data, ['first', 'third']);
  });
});
