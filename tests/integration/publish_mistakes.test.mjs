// POST /publish, refused: every mistake is told with the field it is in, and nothing of it reaches a reader.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {assertProblem} from '../lib/problem.mjs';
import {FORM, NDJSON} from '../lib/publisher.mjs';
import {startHub} from '../lib/hub.mjs';

// The same mistake in both notations, where it can be made in both: [field at fault, form, JSON].
const ends = {CR: '%0D', LF: '%0A', CRLF: '%0D%0A', NUL: '%00', TAB: '%09', DEL: '%7F', NEL: '%C2%85'};
const lineEnds = Object.entries(ends).flatMap(([name, code]) =>
  ['id', 'event', 'key'].flatMap((field) =>
    [`${code}`, `a${code}`, `${code}a`, `a${code}data: b`].map((text) => [
      `${field} with ${name}: ${text}`,
      field,
      `topic=t&data=x&${field}=${text}`,
      {topic: 't', data: 'x', [field]: decodeURIComponent(text)},
    ]),
  ),
);

// UTF-8 that is cut short, overlong, a surrogate, beyond Unicode, or never was any.
const notUtf8 = [
  '%FF',
  '%C3',
  '%C3%28',
  '%E2%82',
  '%C0%80',
  '%C0%AF',
  '%E0%80%AF',
  '%ED%A0%80',
  '%F4%90%80%80',
  '%80',
];

const others = [
  ['no topic', 'topic', 'data=x', {data: 'x'}],
  ['nothing', 'topic', '', {}],
  ['an empty topic', 'topic', 'topic=&data=x', {topic: '', data: 'x'}],
  ['an empty list of topics', 'topic', null, {topic: [], data: 'x'}],
  ['an empty topic among others', 'topic', 'topic=t&topic=&data=x', {topic: ['t', ''], data: 'x'}],
  ['a pattern as topic', 'topic', 'topic=t/*&data=x', {topic: 't/*', data: 'x'}],
  ['a reserved topic', 'topic', 'topic=$stats&data=x', {topic: ['t', '$x'], data: 'x'}],
  ['the pattern of all as topic', 'topic', 'topic=*&data=x', {topic: ['t', '*'], data: 'x'}],
  ['a topic with LF', 'topic', 'topic=a%0Ab&data=x', {topic: 'a\nb', data: 'x'}],
  ['a topic with NUL', 'topic', 'topic=t%00&data=x', {topic: 't\0', data: 'x'}],
  ['a topic with DEL', 'topic', 'topic=t%7F&data=x', {topic: 't\x7f', data: 'x'}],
  ['an empty id', 'id', 'topic=t&id=', {topic: 't', id: ''}],
  ['the id earliest', 'id', 'topic=t&id=earliest', {topic: 't', id: 'earliest'}],
  ['an overlong id', 'id', `topic=t&id=${'i'.repeat(1025)}`, {topic: 't', id: 'i'.repeat(1025)}],
  ['an overlong event', 'event', `topic=t&event=${'e'.repeat(1025)}`, {topic: 't', event: 'e'.repeat(1025)}],
  ['retry of words', 'retry', 'topic=t&retry=soon', {topic: 't', retry: 'soon'}],
  ['retry below 0', 'retry', 'topic=t&retry=-1', {topic: 't', retry: -1}],
  ['retry with a fraction', 'retry', 'topic=t&retry=1.5', {topic: 't', retry: 1.5}],
  ['retry with a unit', 'retry', 'topic=t&retry=1s', {topic: 't', retry: '1s'}],
  ['retry with spaces', 'retry', 'topic=t&retry=+1', {topic: 't', retry: ' 1'}],
  ['retry of nothing', 'retry', 'topic=t&retry=', {topic: 't', retry: ''}],
  ['retry beyond a day', 'retry', 'topic=t&retry=86400001', {topic: 't', retry: 86400001}],
  [
    'retry beyond 64 bits',
    'retry',
    'topic=t&retry=99999999999999999999',
    '{"topic":"t","retry":99999999999999999999}',
  ],
  ['close of words', 'close', 'topic=t&close=yes', {topic: 't', close: 'yes'}],
  ['close of 2', 'close', 'topic=t&close=2', {topic: 't', close: 2}],
  ['an unknown field', 'topics', 'topic=t&topics=x', {topic: 't', topics: 'x'}],
  ['a field in capitals', 'Data', 'topic=t&Data=x', {topic: 't', Data: 'x'}],
  ['data twice', 'data', 'topic=t&data=x&data=x', '{"topic":"t","data":"x","data":"x"}'],
  ['id twice', 'id', 'topic=t&id=x&id=x', '{"topic":"t","id":"x","id":"x"}'],
  ['topic twice', 'topic', null, '{"topic":"t","topic":"u","data":"x"}'],
  ['topic of the wrong type', 'topic', null, {topic: 7, data: 'x'}],
  ['topics of the wrong type', 'topic', null, {topic: ['t', 7], data: 'x'}],
  ['topics in topics', 'topic', null, {topic: [['t']], data: 'x'}],
  ['no topic but null', 'topic', null, {topic: null, data: 'x'}],
  ['id of the wrong type', 'id', null, {topic: 't', id: 7}],
  ['event of the wrong type', 'event', null, {topic: 't', event: ['e']}],
  ['key of the wrong type', 'key', null, {topic: 't', key: {k: 1}}],
  ['retry of the wrong type', 'retry', null, {topic: 't', retry: [1]}],
  ['close of the wrong type', 'close', null, {topic: 't', close: []}],
  ['topics as PHP writes them', 'topic[]', 'topic[]=t&data=x', {'topic[]': 't', data: 'x'}],
  ['an id that begins with a blank', 'id', 'topic=t&id=+a', {topic: 't', id: ' a'}],
  ['an id that ends with a blank', 'id', 'topic=t&id=a%C2%A0', {topic: 't', id: 'a\u00a0'}],
  ['the event close', 'event', 'topic=t&event=close&data=x', {topic: 't', event: 'close', data: 'x'}],
  ['the event gap', 'event', 'topic=t&event=gap&data=x', {topic: 't', event: 'gap', data: 'x'}],
  ['the event heartbeat', 'event', 'topic=t&event=heartbeat', {topic: 't', event: 'heartbeat'}],
];

const broken = [
  '',
  ' ',
  '{',
  '{"topic":"t"',
  '{"topic":"t"} x',
  '{"topic":"t"}{"topic":"t"}',
  "{'topic':'t'}",
  '{"topic":"t",}',
  '{"topic":"t","data":NaN}',
  '{"topic":"t","data":01}',
  '{"topic":"t","data":"a\nb"}',
  '{"topic":"t","data":"\\ud800"}',
  '{"topic":"t","data":"\\x"}',
  '// comment\n{"topic":"t"}',
  '[{"topic":"t"}]',
  '"topic"',
  'null',
  '7',
  '\u0000{"topic":"t"}',
];

test('mistakes', async (t) => {
  const hub = await startHub(t);
  const reader = await hub.read({topic: ['t', 'u']});

  for (const [what, field, form, json] of [...lineEnds, ...others]) {
    await t.test(what, async () => {
      if (form !== null) assertProblem(await hub.form(form), 400, field);
      assertProblem(await hub.json(json), 400, field);
      const line = typeof json === 'string' ? json : JSON.stringify(json);
      const [{error}] = (await hub.batch([line])).lines;
      assert.ok(error.startsWith(`line 1: ${field}: `), error);
    });
  }

  await t.test('what is not UTF-8', async () => {
    for (const text of notUtf8) {
      for (const field of ['data', 'id', 'event', 'key']) {
        assertProblem(await hub.form(`topic=t&${field}=a${text}`), 400, field);
      }
      assertProblem(await hub.form(`topic=a${text}&data=x`), 400, 'topic');
      assertProblem(await hub.form(`topic=a${text}/*&data=x`), 400, 'topic');
      assertProblem(await hub.form(`topic=t&a${text}=x`), 400);
      const raw = Buffer.from(
        text
          .slice(1)
          .split('%')
          .map((code) => Number.parseInt(code, 16)),
      );
      const body = Buffer.concat([Buffer.from('{"topic":"t","data":"'), raw, Buffer.from('"}')]);
      assertProblem(await hub.post(body, 'application/json'), 400, /^(data|JSON): /);
      assert.match((await hub.post(body, NDJSON)).lines[0].error, /^line 1: (data|JSON): /);
    }
  });

  await t.test('what is not JSON, or no object', async () => {
    for (const body of broken) assertProblem(await hub.json(body), 400, 'JSON');
  });

  await t.test('JSON so deep that taking it apart would overflow the stack', async () => {
    for (const deep of ['[', '{"a":', '[{"a":']) {
      const body = deep.repeat(Math.floor((8 * 1024 * 1024) / deep.length));
      assertProblem(await hub.json(body), 400, 'JSON');
      assert.match((await hub.post(body, NDJSON)).lines[0].error, /^line 1: JSON: /);
    }
    const data = `${'['.repeat(50)}${']'.repeat(50)}`;
    assert.equal((await hub.json(`{"topic":"deep","data":${data}}`)).status, 200);
  });

  await t.test('a name of megabytes is not repeated in the refusal', async () => {
    const long = 'x'.repeat(1 << 20);
    assertProblem(await hub.form(`topic=t&${long}=1`), 400);
    assertProblem(await hub.form(`topic=${long}/*`), 400, 'topic');
    const [{error}] = (await hub.batch([{topic: 't', [long]: 1}])).lines;
    assert.ok(error.length < 4096);
  });

  await t.test('content codings that are not read are named, and nothing binary is repeated', async () => {
    for (const coding of ['br', 'zstd', 'deflate', 'aws-chunked']) {
      const answer = await hub.post(Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 1]), 'application/json', {
        headers: {'Content-Encoding': coding},
      });
      const {detail} = assertProblem(answer, 415, 'Content-Encoding');
      assert.equal(detail, `Content-Encoding: ${coding} is not supported here; use gzip or none`);
      assert.equal(answer.headers['accept-encoding'], 'gzip, identity');
    }
    const {detail} = (await hub.form('topic=t&a%00%1b%5b31m%ff=x')).json;
    assert.match(detail, /^a\\x00\\x1b\[31m\\xff: is not a field/);
  });

  await t.test('other content types', async () => {
    for (const type of [
      undefined,
      '',
      'multipart/form-data; boundary=x',
      'application/json5',
      'json',
      '*/*',
    ]) {
      assertProblem(await hub.post('topic=t&data=x', type), 415, 'Content-Type');
    }
    // A publish stream, whose topic is in the address.
    assertProblem(await hub.post('topic=t&data=x', 'text/plain'), 400, 'topic');
  });

  await t.test('the ids of the hub are its own', async () => {
    const id = await hub.publish({topic: 'mine', data: 1});
    const [epoch] = id.split('-');
    for (const taken of [id, `${epoch}-999`, `${epoch}-0`]) {
      assertProblem(await hub.form({topic: 'mine', id: taken}), 400, 'id');
    }
  });

  await t.test('other methods', async () => {
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const answer = await hub.nginx.fetch('/publish', {method});
      assertProblem(answer, 405);
      assert.equal(answer.header('allow'), 'POST');
    }
    assert.equal((await hub.post('topic=sane&data=x', FORM)).status, 200);
  });

  await hub.publish({topic: 't', data: 'the end'});
  await reader.got(1);
  assert.deepEqual(reader.data, ['the end'], 'nothing that was refused reaches a reader');
});
