// Several cursors in one request: what polyfills and proxies make of one. Never is something repeated in silence.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {connect} from '../lib/fcgi.mjs';
import {startHub} from '../lib/hub.mjs';
import {get, request} from '../lib/records.mjs';

test('several cursors', async (t) => {
  const hub = await startHub(t);
  const ids = await hub.publishAll([1, 2, 3, 4].map((data) => ({topic: 't', data})));
  const [first, , third] = ids;

  // What follows a request: the data of its events, and the gap.
  const poll = async (query, headers = {}) => {
    const answer = await hub.nginx.fetch(`/events?topic=t&poll=0${query}`, {headers});
    assert.equal(answer.status, 200, answer.text);
    return [answer.json.events.map(({data}) => data).join(' '), answer.json.gap?.reason];
  };

  await t.test('in the address the last one counts, in every spelling', async () => {
    const names = ['lastEventId', 'lastEventID', 'last-event-id', 'last_event_id', 'lasteventid', 'Last-Event-ID'];
    for (const name of names) {
      assert.deepEqual(await poll(`&${name}=${third}`), ['4', undefined], name);
      assert.deepEqual(await poll(`&lastEventId=${first}&${name}=${third}`), ['4', undefined], name);
    }
    assert.deepEqual(await poll(`&lastEventId=earliest&lastEventId=${third}`), ['4', undefined]);
    assert.deepEqual(await poll('&lastEventId=earliest'), ['1 2 3 4', undefined]);
  });

  await t.test('the header wins', async () => {
    for (const query of [`&lastEventId=${first}`, '&lastEventId=earliest', '&last_event_id=earliest']) {
      assert.deepEqual(await poll(query, {'Last-Event-ID': third}), ['4', undefined], query);
    }
  });

  await t.test('lines that a proxy has joined', async () => {
    for (const joined of [`${first}, ${third}`, `${first},${third}`, `${third}, earliest`, `${first}, ${third},`]) {
      assert.deepEqual(await poll('', {'Last-Event-ID': joined}), ['4', undefined], joined);
    }
    assert.deepEqual(await poll('', {'Last-Event-ID': `${third}, nonsense`}), ['1 2 3 4', 'unknown']);
  });

  await t.test('an id with a comma of its own is looked up as a whole', async () => {
    await hub.publish({topic: 'c', id: `x, ${first}`, data: 'a'});
    await hub.publish({topic: 'c', data: 'b'});
    const answer = await hub.nginx.fetch('/events?topic=c&poll=0', {headers: {'Last-Event-ID': `x, ${first}`}});
    assert.deepEqual([answer.json.events.map(({data}) => data), answer.json.gap], [['b'], undefined]);
  });

  await t.test('two lines as they are', async (t) => {
    for (const lines of [
      [first, third],
      ['', third],
      [third, ''],
      ['earliest', third],
      [third, 'earliest'],
    ]) {
      const parameters = get('/events', {QUERY_STRING: 'topic=t&poll=0', HTTP_LAST_EVENT_ID: lines});
      const peer = await connect(t, hub.worker.address);
      peer.write(request(parameters));
      const {json} = await peer.answer();
      assert.deepEqual([json.events.map(({data}) => data), json.gap], [['4'], undefined], lines.join());
      peer.leave();
    }
  });
});
