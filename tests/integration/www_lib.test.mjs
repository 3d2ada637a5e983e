// www/lib in Node against the real worker behind nginx, over a network that cuts connections in the middle of events while
// the worker is restarted, tokens end, and tabs come and go: every tab has every event once and in order, and no gap.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Locks} from '../browser/model/world.js';
import {loadLib} from '../browser/lib_module.js';
import {defer, temporaryDirectory} from '../lib/cleanup.mjs';
import {startBreaker} from '../lib/breaker.mjs';
import {seeded} from '../lib/random.mjs';
import {readerToken, readersOf} from '../lib/tokens.mjs';
import {startHub} from '../lib/hub.mjs';
import {until} from '../lib/wait.mjs';

const total = 400;
const cuts = Array.from({length: 30}, (_, n) => n * 13 + 5);

test('cuts, restarts, and tabs that come and go', {timeout: 120_000}, async (t) => {
  const random = seeded(t);
  const lib = await loadLib();
  defer(t, lib.remove);
  const directory = await temporaryDirectory(t);
  const config = {
    streams: {retry_seconds: 0.02, retry_jitter_seconds: 0.02, heartbeat_seconds: 1},
    store: {kind: 'sqlite', path: `${directory}/journal.db`},
    ...JSON.parse(readersOf({public: ['nothing']})),
  };
  const hub = await startHub(t, config);
  const locks = new Locks({after: (ms, run) => setTimeout(run, ms), random: {below: () => 0}});
  // Each tab behind a breaker of its own; the tabs of one browser share a stream, so its breaker cuts all of them.
  const tabs = [];
  let tokens = 0;
  const open = async (kind, cursor) => {
    const breaker = await startBreaker(t, hub.port, cuts.map((n) => `data: ${n} `));
    const env = Object.create(globalThis, {
      navigator: {value: {locks: {request: (...asked) => locks.request(env, ...asked)}}},
      location: {value: {href: 'http://page/'}},
      fetch: {value: (url, init) => fetch(url.replace('http://hub', `http://127.0.0.1:${breaker.port}`), init)},
      ...Object.fromEntries(['setTimeout', 'clearTimeout', 'BroadcastChannel'].map((name) => [name, {value: globalThis[name]}])),
    });
    const tab = {kind, got: [], gaps: [], first: null, open: false, breaker};
    const options = {
      env, cursor, subject: 'alice',
      token: async () => {
        tokens += 1;
        return readerToken('alice', ['story', 'side/*'], random.between(2, 5));
      },
      topics: ['story', 'side/*'], names: ['note'], path: 'http://hub/events',
      onEvent: ({data}) => tab.got.push(Number(data.split(' ')[0])),
      onGap: (data) => tab.gaps.push(data),
      onState: (state) => { tab.open ||= state === 'open'; },
    };
    tab.stream = kind === 'alone' ? new lib.Stream(options) : new lib.SharedStream({...options, by: kind});
    tabs.push(tab);
    defer(t, () => tab.stream.close());
    return tab;
  };
  for (const kind of ['alone', 'own', 'lock', 'lock', 'lock']) await open(kind, 'earliest');

  let kept = 0;
  for (let n = 0; n < total; ++n) {
    const more = [{}, {event: 'note'}, {id: `urn:own:${n}`}, {topic: 'side/one'}][n % 4];
    const body = {topic: 'story', data: `${n} ${'.'.repeat(random.below(3000))}`, private: n % 2 === 0, ...more};
    await until(() => hub.publish(body).then(() => true, () => false), `event ${n} is kept`, 20_000);
    await hub.publish({topic: 'unrelated', data: 'x'});
    await hub.publish({topic: 'story', event: 'nobody listens', data: 'x'});
    kept += 1;
    if (n % 100 === 60) await hub.restart(config);
    if (n % 130 === 90) tabs.find(({kind, stream}) => kind === 'lock' && stream.state !== 'closed').stream.close();
    if (n % 70 === 50) await open(random.one(['lock', 'own', 'alone']), 'earliest');
  }
  const living = tabs.filter(({stream}) => stream.state !== 'closed');
  for (const {kind, got, gaps} of living) {
    await until(() => got.length >= kept, `${kind}: all ${kept} events`, 30_000);
    assert.deepEqual(got, Array.from({length: kept}, (_, n) => n), kind);
    assert.deepEqual(gaps, [], kind);
  }
  t.diagnostic(`${tokens} tokens`);
  assert.ok(tokens > living.length, 'tokens have ended');
  assert.ok(living.reduce((sum, {breaker}) => sum + breaker.breaks, 0) > cuts.length, 'connections were cut');
});
