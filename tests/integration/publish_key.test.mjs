// Who may publish: whoever has the key, where there is one; and through the shipped nginx file only this
// machine.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {assertProblem} from '../lib/problem.mjs';
import {Publisher, encoded} from '../lib/publisher.mjs';
import {startHub} from '../lib/hub.mjs';

const event = {topic: 't', data: 'x'};

test('with a key', async (t) => {
  const key = 'correct horse battery staple';
  const hub = await startHub(t, {publish: {key}});
  const send = (headers) => hub.form(event, {headers});

  for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
    await t.test(`the right one, as ${scheme}`, async () => {
      assert.equal((await send({Authorization: `${scheme} ${key}`})).status, 200);
    });
  }

  const wrong = [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    `Bearer ${key}x`,
    `Bearer ${key.slice(0, -1)}`,
    `Bearer x${key}`,
    `Bearer ${key.replace('c', 'C')}`,
    `Bearer ${key}${key}`,
    `Basic ${key}`,
    key,
    `Bearer${key}`,
  ];
  for (const authorization of wrong) {
    await t.test(`Authorization: ${authorization}`, async () => {
      const answer = await send(authorization === undefined ? {} : {Authorization: authorization});
      assertProblem(answer, 401);
      const sent = /^Bearer +[^ ]/.test(authorization);
      assert.equal(answer.headers['www-authenticate'], sent ? 'Bearer error="invalid_token"' : 'Bearer');
      assert.ok(!answer.text.includes(key));
    });
  }

  await t.test('no key, no look at the event', async () => {
    assertProblem(await hub.form('nonsense=%FF'), 401);
    assertProblem(await hub.batch(['{', event]), 401);
  });

  await t.test('the key in the address or the body is none', async () => {
    assertProblem(await hub.form(`${encoded(event)}&key=${encodeURIComponent(key)}`), 401);
  });

  await t.test('reading takes no key, and nothing of a refused event is to be read', async () => {
    const {body} = await hub.poll({topic: 't', lastEventId: 'earliest'});
    assert.equal(body.events.length, 3);
  });
});

test('through the shipped nginx file only this machine publishes', async (t) => {
  const hub = await startHub(t);
  const stranger = new Publisher(t, hub.port, {from: '127.0.0.2'});
  assertProblem(await stranger.form(event), 403);
  assertProblem(await stranger.batch([event]), 403);
  assert.equal((await hub.form(event)).status, 200);
  assert.equal((await hub.poll({topic: 't', lastEventId: 'earliest'})).body.events.length, 1);
});
