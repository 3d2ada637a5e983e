// POST /events: a subscription that does not fit an address, through the shipped nginx file.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {assertProblem} from '../lib/problem.mjs';
import {FORM, JSON_TYPE, encoded} from '../lib/publisher.mjs';
import {startHub} from '../lib/hub.mjs';

// As large as the limits allow: 100 topics of 1,024 bytes.
const largest = Array.from({length: 100}, (_, n) => `${String(n).padStart(2, '0')}${'ж'.repeat(511)}`);

const bodies = {
  form: (fields) => [FORM, encoded(fields)],
  JSON: (fields) => [JSON_TYPE, JSON.stringify(fields)],
  'JSON in ASCII': (fields) => [
    JSON_TYPE,
    JSON.stringify(fields).replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  ],
};

test('POST /events', async (t) => {
  const hub = await startHub(t);
  const post = (fields, {as = 'JSON', query = '', headers = {}} = {}) => {
    const [type, body] = bodies[as](fields);
    return hub.nginx.http(`/events${query}`, {method: 'POST', headers: {'Content-Type': type, ...headers}, body});
  };

  for (const as of Object.keys(bodies)) {
    await t.test(`100 topics of 1,024 bytes as ${as}: a stream, then a poll`, async () => {
      assert.ok(largest.every((topic) => Buffer.byteLength(topic) === 1024));
      const reader = await post({topic: largest}, {as}).head();
      assert.equal(reader.status, 200);
      assert.equal(reader.header('content-type'), 'text/event-stream; charset=utf-8');
      const id = await hub.publish({topic: largest[99], data: as});
      assert.deepEqual(
        (await reader.events(1)).map(({data}) => data),
        [as],
      );
      reader.leave();
      const poll = await post({topic: largest, poll: 0, lastEventId: 'earliest'}, {as}).done();
      poll.leave();
      assert.equal(poll.json.events.at(-1).id, id);
      assert.equal(poll.json.stream, undefined, 'no web server would take that address');
    });
  }

  await t.test('a cursor in the body; a later one in the header wins', async () => {
    const ids = await hub.publishAll([1, 2, 3].map((data) => ({topic: 'c', data})));
    for (const as of ['form', 'JSON']) {
      const first = await post({topic: 'c', lastEventId: ids[0]}, {as}).events(2);
      assert.deepEqual(
        first.map(({data}) => data),
        ['2', '3'],
      );
      const again = await post({topic: 'c', lastEventId: ids[0]}, {as, headers: {'Last-Event-ID': ids[1]}}).events(1);
      assert.deepEqual(
        again.map(({data}) => data),
        ['3'],
      );
    }
  });

  await t.test('address and body together', async () => {
    const poll = await post({topic: ['b', 'b/*'], poll: 0}, {query: '?topic=a&access_token=x'}).done();
    poll.leave();
    assert.equal(poll.json.stream, `/events?topic=a&topic=b&topic=b/*&lastEventId=${poll.json.lastEventId}`);
  });

  await t.test('without topics: the greeting', async () => {
    const answer = await post({}).head();
    assert.equal(answer.header('content-type'), 'text/event-stream; charset=utf-8');
    assert.ok(JSON.parse((await answer.events(1))[0].data).timestamp);
    answer.leave();
  });

  await t.test('what is refused', async () => {
    const refused = async (body, type, status, names) => {
      const headers = type ? {'Content-Type': type} : {};
      assertProblem(await hub.nginx.fetch('/events', {method: 'POST', headers, body}), status, names);
    };
    await refused('topic=a', undefined, 415, 'Content-Type');
    await refused('topic=a', 'text/plain', 415, 'Content-Type');
    await refused('topics=a', FORM, 400, 'topics');
    await refused('{"topics":["a"]}', JSON_TYPE, 400, 'topics');
    await refused('{"topic":"a","since":"b"}', JSON_TYPE, 400, 'since');
    await refused('{"topic":"a"', JSON_TYPE, 400, 'JSON');
    await refused('{"topic":[]}', JSON_TYPE, 400, 'topic');
    await refused(encoded({topic: [...largest, 'one more']}), FORM, 400, 'topic');
    await refused(`topic=${'x'.repeat(512 * 1024)}`, FORM, 413);
  });
});

test('parameters that are nearly ours', async (t) => {
  const hub = await startHub(t);
  for (const [query, name, meant] of [
    ['topics=a', 'topics', 'topic'],
    ['topic[]=a', 'topic[]', 'topic'],
    ['topic%5B0%5D=a', 'topic[0]', 'topic'],
    ['Topic=a', 'Topic', 'topic'],
    ['topic=a&lastevent=x', 'lastevent', 'lastEventId'],
    ['topic=a&polls=5', 'polls', 'poll'],
    ['topic=a&heart-beat=event', 'heart-beat', 'heartbeat'],
  ]) {
    const {detail} = assertProblem(await hub.nginx.fetch(`/events?${query}`), 400, name);
    assert.ok(detail.endsWith(`did you mean ${meant}?`), detail);
  }
  for (const query of ['_=1764316800', 'access_token=abc', 'v=2', 'utm_source=x']) {
    const answer = await hub.ask(`topic=a&${query}`).head();
    assert.equal(answer.status, 200);
    answer.leave();
  }
});
