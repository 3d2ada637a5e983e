// A tab of a shared stream, with a leader that the test plays.

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {loadLib} from './lib_module.js';

let lib;
before(async () => { lib = await loadLib(); });
after(() => lib.remove());

test('a tab whose question got lost asks again when the leader speaks, once a second', () => {
  const term = {number: 1, id: 'a'};
  const world = {nowMs: 5000, asked: 0, events: []};
  const follower = new lib.Follower({
    env: {performance: {now: () => world.nowMs}},
    subscription: {},
    on: {event: (event) => world.events.push(event), gap() {}, state() {}},
    ask: () => { world.asked += 1; },
  });
  const say = (n) => follower.hear({what: 'event', term, n, id: `e-${n}`, event: n});

  follower.join({term, n: 0, cursor: 'e-0'});
  say(1);
  say(3);
  assert.deepEqual([world.events, world.asked], [[1], 1], 'it missed the second');
  for (const laterMs of [1, 998]) {
    world.nowMs += laterMs;
    say(4);
    assert.equal(world.asked, 1, 'the answer may be on its way');
  }
  world.nowMs += 1;
  for (let n = 5; n < 10; ++n) say(n);
  assert.equal(world.asked, 2);
  world.nowMs += 1000;
  say(10);
  assert.equal(world.asked, 3);

  follower.join({term, n: 10, cursor: 'e-1'}); // nothing that this tab lacks
  say(11);
  assert.deepEqual([world.events, world.asked], [[1, 11], 3]);
});
