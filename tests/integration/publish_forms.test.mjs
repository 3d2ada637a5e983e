// What serializers and HTTP libraries wrap an event in: taken as it was meant.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {promisify} from 'node:util';
import {gzip as compress} from 'node:zlib';
import {assertProblem} from '../lib/problem.mjs';
import {FORM, JSON_TYPE, NDJSON} from '../lib/publisher.mjs';
import {startHub} from '../lib/hub.mjs';

const gzip = promisify(compress);

test('what an event may be wrapped in', async (t) => {
  const hub = await startHub(t, {fastcgi: {body_bytes_max: 100_000}});
  const reader = await hub.read({topic: 't'});
  let events = 0;
  // Takes what was published with it off the reader.
  const got = async (...data) => {
    await reader.got((events += data.length));
    assert.deepEqual(reader.data.slice(-data.length), data);
  };

  await t.test('a byte order mark', async () => {
    assert.equal((await hub.post('\ufeff{"topic":"t","data":"json"}', JSON_TYPE)).status, 200);
    assert.equal((await hub.post('\ufefftopic=t&data=form', FORM)).status, 200);
    const batch = await hub.post('\ufeff{"topic":"t","data":"1"}\n{"topic":"t","data":"2"}\n', NDJSON);
    assert.ok(
      batch.lines.every((line) => line.id),
      batch.text,
    );
    await got('json', 'form', '1', '2');
  });

  await t.test('gzip, within the bound on bodies', async () => {
    const headers = {'Content-Encoding': 'gzip'};
    const packed = await gzip(JSON.stringify({topic: 't', data: 'packed'}));
    assert.equal((await hub.post(packed, JSON_TYPE, {headers})).status, 200);
    await got('packed');
    const bomb = await gzip(Buffer.alloc(50_000_000, ' '));
    assertProblem(await hub.post(bomb, JSON_TYPE, {headers}), 413, 'Content-Encoding');
    assertProblem(await hub.post(packed.subarray(0, -1), JSON_TYPE, {headers}), 400, 'Content-Encoding');
    assert.equal(await hub.metric('sse_worker_limit_reached_total', {key: 'fastcgi.body_bytes_max'}), 1);
  });

  await t.test('numbers as they are spelled', async () => {
    const numbers = ['18446744073709551616', '-1e400', '[1E+999,0.10,123456789012345678901234567890]'];
    for (const number of numbers) {
      assert.equal((await hub.json(`{"topic":"t","data":${number}}`)).status, 200, number);
    }
    await got(...numbers);
  });

  await t.test('null for what is left out', async () => {
    const all = {topic: 't', data: 'x', event: null, id: null, retry: null, key: null, close: null};
    assert.equal((await hub.json(all)).status, 200);
    await got('x');
    assertProblem(await hub.json({...all, topic: null}), 400, 'topic');
  });

  await t.test('topics in the address would be lost', async () => {
    const answer = await hub.nginx.fetch('/publish?topic=t', {
      method: 'POST',
      headers: {'Content-Type': FORM},
      body: 'topic=u&data=x',
    });
    assertProblem(answer, 400, 'topic');
  });
});

test('reserved types may be allowed', async (t) => {
  const hub = await startHub(t, {publish: {reserved_types: 'allow'}});
  const reader = await hub.ask({topic: 't'}).head();
  for (const event of ['gap', 'heartbeat', 'close']) await hub.publish({topic: 't', event, data: 'mine'});
  assert.deepEqual(
    (await reader.events(3)).map(({event}) => event),
    ['gap', 'heartbeat', 'close'],
  );
  reader.leave();
});
