// Heartbeats that a script sees: `heartbeat=event`.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {startHub} from '../lib/hub.mjs';
import {events} from '../lib/sse.mjs';

const place = (id) => Number(id.split('-')[1]);

test('a stream begins with one, and they come also while events flow', async (t) => {
  const hub = await startHub(t, {streams: {heartbeat_seconds: 0.3}});
  await hub.publish({topic: 'other', data: 'x'});
  const answer = await hub.ask({topic: 'a', heartbeat: 'event'}).head();
  const [first] = await answer.events(1);
  assert.deepEqual([first.event, first.data, place(first.id)], ['heartbeat', '{"intervalSeconds":0.3}', 1]);
  let published = 0;
  const beats = () => events(answer.frames).filter(({event}) => event === 'heartbeat');
  while (beats().length < 4) {
    await hub.publish({topic: 'a', data: `${published++}`});
    await answer.events(published);
  }
  await answer.events(published + beats().length);
  // Each has the cursor of what came before it.
  let cursor = 1;
  for (const {event, id} of events(answer.frames)) {
    if (event === 'heartbeat') assert.equal(place(id), cursor);
    cursor = place(id);
  }
  answer.leave();
});

test('a reader that comes back with the cursor of a heartbeat misses nothing', async (t) => {
  const hub = await startHub(t, {streams: {heartbeat_seconds: 0.3}});
  const answer = await hub.ask({topic: 'a', heartbeat: 'event'}).head();
  const [{id}] = await answer.events(1);
  answer.leave();
  await hub.publish({topic: 'a', data: 'missed'});
  const reader = await hub.read({topic: 'a', lastEventId: id});
  await reader.got(1);
  assert.deepEqual(reader.data, ['missed']);
});

test('what cannot be given is refused', async (t) => {
  const hub = await startHub(t);
  for (const query of ['topic=a&heartbeat=yes', 'heartbeat=', 'topic=a&poll=0&heartbeat=x']) {
    const answer = await hub.ask(query).done();
    assert.equal(answer.status, 400);
    assert.equal(answer.json.detail, 'heartbeat: must be `comment`, which is the default, or `event`');
  }
});
