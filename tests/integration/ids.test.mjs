// Ids that publishers give: one event each, across all topics, and cursors for as long as they are remembered.
import assert from 'node:assert/strict';
import http from 'node:http';
import path from 'node:path';
import test from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {startHub} from '../lib/hub.mjs';
import {startRedis} from '../lib/redis.mjs';
import {until} from '../lib/wait.mjs';

const stores = {
  memory: () => ({kind: 'memory'}),
  sqlite: (t) => ({kind: 'sqlite', path: path.join(temporaryDirectory(t), 'journal.db')}),
  redis: async (t) => ({kind: 'redis', url: (await startRedis(t, [])).url}),
};
const sentence = /^id: another event has this id; ids are unique across all topics\./;

for (const [kind, journal] of Object.entries(stores)) {
  test(`${kind}: the same id with another topic or other content is a conflict`, async (t) => {
    const hub = await startHub(t, {store: await journal(t)});
    const event = {topic: ['a', 'b'], data: 'x', id: 'order-17', event: 'paid', key: 'k'};
    assert.equal(await hub.publish(event), 'order-17');
    assert.equal(await hub.publish({...event, topic: ['b', 'a']}), 'order-17');
    const others = [{topic: 'a'}, {topic: ['a', 'c']}, {data: 'y'}, {event: undefined}, {key: 'l'}, {retry: 5}, {close: 1}];
    for (const other of others) {
      const answer = await hub.json({...event, ...other});
      assert.equal(answer.status, 409, JSON.stringify(other));
      assert.match(answer.json.detail, sentence);
    }
    const answer = await hub.batch([
      event,
      {...event, data: 'z'},
      {topic: 'c', id: 'new', data: '1'},
      {topic: 'c', id: 'new', data: '1'},
      {topic: 'c', id: 'new', data: '2'},
    ]);
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.lines.map(({id}) => id), ['order-17', undefined, 'new', 'new', undefined]);
    assert.match(answer.lines[1].error, /^line 2: id: another event/);
    assert.match(answer.lines[4].error, /^line 5: id: another event/);
    const {body} = await hub.poll({topic: '*', lastEventId: 'earliest'});
    assert.deepEqual(body.events.map(({id}) => id), ['order-17', 'new']);
  });

  test(`${kind}: the id of an evicted event is a cursor still`, async (t) => {
    const config = {store: await journal(t), history: {topic_events_max: 3}};
    const hub = await startHub(t, config);
    await hub.publishAll(['1', '2', '3'].map((data) => ({topic: 'quiet', data, id: `q${data}`})));
    for (let n = 0; n < 4; ++n) {
      await hub.publishAll(Array.from({length: 100}, (_, i) => ({topic: 'busy', data: i, id: `b${n}-${i}`})));
    }
    await until(async () => (await hub.metric('sse_worker_history_events')) === 6, 'the others are evicted', 15000);
    const after = async (topic, lastEventId) => {
      const {body} = await hub.poll({topic, lastEventId});
      return [body.gap?.reason, ...body.events.map(({id}) => id)];
    };
    const last = ['b3-97', 'b3-98', 'b3-99'];
    assert.deepEqual(await after(['quiet', 'busy'], 'b3-96'), [undefined, ...last]);
    assert.deepEqual(await after(['quiet', 'busy'], 'b0-0'), ['evicted', ...last]);
    assert.deepEqual(await after('quiet', 'b0-0'), [undefined]);
    assert.deepEqual(await after('quiet', 'q1'), [undefined, 'q2', 'q3']);
    assert.deepEqual(await after('busy', 'nobody gave this out'), ['unknown', ...last]);
    assert.equal(await hub.metric('sse_worker_history_evicted_ids'), 397);
    if (kind === 'memory') return;
    // Also to the next worker.
    await hub.restart(config);
    assert.deepEqual(await after(['quiet', 'busy'], 'b3-96'), [undefined, ...last]);
    assert.deepEqual(await after(['quiet', 'busy'], 'b0-0'), ['evicted', ...last]);
    assert.deepEqual(await after('busy', 'nobody gave this out'), ['unknown', ...last]);
    assert.equal((await hub.json({topic: 'busy', data: 'other', id: 'b0-0'})).status, 409);
  });
}

test('beyond the bound ids are forgotten, which is counted', async (t) => {
  const hub = await startHub(t, {history: {topic_events_max: 1, evicted_ids_max: 10}});
  await hub.publishAll(Array.from({length: 31}, (_, n) => ({topic: 'a', data: n, id: `n${n}`})));
  await until(async () => (await hub.metric('sse_worker_history_events')) === 1, 'the others are evicted', 15000);
  assert.equal(await hub.metric('sse_worker_history_evicted_ids'), 10);
  assert.equal(await hub.metric('sse_worker_limit_reached_total', {key: 'history.evicted_ids_max'}), 20);
  assert.equal((await hub.poll({topic: 'b', lastEventId: 'n20'})).body.gap, undefined);
  assert.equal((await hub.poll({topic: 'b', lastEventId: 'n19'})).body.gap.reason, 'unknown');
  assert.equal(await hub.publish({topic: 'a', data: 'another', id: 'n19'}), 'n19');
});

// As Node's http does, whose header values are Latin-1.
test('an id that is not ASCII comes back as Latin-1', async (t) => {
  const hub = await startHub(t);
  await hub.publishAll(['1', '2'].map((data) => ({topic: 'a', data, id: `café ${data}`})));
  const data = await new Promise((resolve, reject) => {
    const headers = {'Last-Event-ID': 'café 1'};
    http.get({host: '127.0.0.1', port: hub.port, path: '/events?topic=a&poll=0', headers}, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece) => (text += piece)).on('end', () => resolve(JSON.parse(text)));
    }).on('error', reject);
  });
  assert.equal(data.gap, undefined);
  assert.deepEqual(data.events.map(({id}) => id), ['café 2']);
  for (const spelt of ['caf%E9%201', 'caf%C3%A9%201', 'caf%C3%83%C2%A9%201']) {
    const answer = await hub.ask(`topic=a&poll=0&lastEventId=${spelt}`).done();
    assert.deepEqual(answer.json.events.map(({id}) => id), ['café 2'], spelt);
    answer.leave();
  }
});
