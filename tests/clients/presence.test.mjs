// Two EventSources of npm that know who else reads a topic: they join and leave, and a restart of the worker is no leave of whoever
// comes back.
import assert from 'node:assert/strict';
import path from 'node:path';
import {test} from 'node:test';
import {EventSource} from 'eventsource-4';
import {defer, temporaryDirectory} from '../lib/cleanup.mjs';
import {startHub} from '../lib/hub.mjs';
import {known, told} from '../lib/presence.mjs';
import {readerToken, readersOf} from '../lib/tokens.mjs';
import {until} from '../lib/wait.mjs';

const topic = 'room/1';
const stores = {
  memory: () => ({kind: 'memory'}),
  sqlite: (t) => ({kind: 'sqlite', path: path.join(temporaryDirectory(t), 'journal.db')}),
};

// A client, with what it was told.
function client(t, hub, subject) {
  const query = new URLSearchParams({topic, presence: 'true', authorization: readerToken(subject, [topic])});
  const source = new EventSource(`http://127.0.0.1:${hub.port}/events?${query}`);
  defer(t, () => source.close());
  const each = {events: [], source, opened: 0, subject};
  source.addEventListener('open', () => { each.opened += 1; });
  for (const event of ['here', 'join', 'leave']) source.addEventListener(event, ({data}) => each.events.push({event, data}));
  return each;
}

const knows = (each, ...names) => {
  const expected = JSON.stringify({count: names.length, names: names.sort()});
  return until(() => JSON.stringify(known(each)) === expected, `${each.subject} knows ${names}`, 20_000)
    .catch((error) => assert.fail(`${error.message}; told ${JSON.stringify(told(each))}`));
};
const left = (each) => told(each).filter(({event}) => event === 'leave').map(({subject}) => subject);

for (const [store, make] of Object.entries(stores)) {
  for (const [how, end] of [
    ['is stopped', (hub) => hub.worker.stop()],
    ['is killed', async (hub) => {
      hub.worker.process.kill('SIGKILL');
      await hub.worker.process.exited();
    }],
  ]) {
    test(`the worker ${how} and comes back, store ${store}`, {timeout: 120_000}, async (t) => {
      const config = {
        ...JSON.parse(readersOf({public: []})),
        presence: {topics: ['room/*'], grace_seconds: 2},
        store: make(t),
        streams: {retry_seconds: 0.1, retry_jitter_seconds: 0.1},
      };
      const hub = await startHub(t, config);
      const alice = client(t, hub, 'alice');
      await knows(alice, 'alice');
      const bob = client(t, hub, 'bob');
      const carol = client(t, hub, 'carol');
      for (const each of [alice, bob, carol]) await knows(each, 'alice', 'bob', 'carol');
      for (let restart = 1; restart <= 2; ++restart) {
        await end(hub);
        // Of those who do not come back nobody may be left.
        if (restart === 1) carol.source.close();
        await hub.restart(config);
        for (const each of [alice, bob]) await until(() => each.opened > restart, `${each.subject} is back`, 20_000);
        for (const each of [alice, bob]) await knows(each, 'alice', 'bob');
      }
      // What would be told of the restarts was told before: dave comes after all of it, and goes after the grace times.
      const dave = client(t, hub, 'dave');
      for (const each of [alice, bob, dave]) await knows(each, 'alice', 'bob', 'dave');
      dave.source.close();
      for (const each of [alice, bob]) await knows(each, 'alice', 'bob');
      for (const each of [alice, bob]) assert.deepEqual(left(each).filter((subject) => subject !== 'carol'), ['dave'], JSON.stringify(told(each)));
      bob.source.close();
      await knows(alice, 'alice');
      assert.equal(left(alice).at(-1), 'bob');
    });
  }
}
