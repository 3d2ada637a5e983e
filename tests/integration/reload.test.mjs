// SIGHUP: what may change, changes, without dropping a stream; what may not is said; a broken file changes
// nothing.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {connect} from '../lib/fcgi.mjs';
import {assertProblem} from '../lib/problem.mjs';
import {configText, startHub} from '../lib/hub.mjs';
import {assertTurnedAway} from '../lib/turned_away.mjs';
import {until} from '../lib/wait.mjs';

// Writes the file, sends SIGHUP, and returns what the worker logs about it.
async function reload(hub, config, pattern = /reloaded: /) {
  const text = typeof config === 'string' ? config : configText(config);
  const before = hub.worker.process.stderr.length;
  fs.writeFileSync(path.join(hub.worker.directory, 'sse-worker.yaml'), text);
  hub.worker.process.kill('SIGHUP');
  const said = () => hub.worker.process.stderr.slice(before);
  await until(() => pattern.test(said()), `the log says ${pattern}`);
  return said();
}

for (const loops of [1, 2]) {
  test(`reloading, ${loops} loops`, async (t) => {
    const hub = await startHub(t, {loops});
    const greeting = await hub.ask('').head();
    const readers = await Promise.all(Array.from({length: 20}, () => hub.read({topic: 't'})));
    await hub.publishAll(Array.from({length: 50}, (_, n) => ({topic: 't', data: n})));
    for (const reader of readers) await reader.got(50);

    await t.test('the greeting changes for who comes from now on', async () => {
      await reload(hub, {
        loops,
        greeting: {message: 'Bonjour', interval_seconds: 0.1, duration_seconds: 0.2},
      });
      const answer = await hub.ask('').done();
      assert.match(answer.text, /Bonjour/);
      assert.match((await greeting.events(2)).at(-1).data, /Hello World/, 'and for nobody who is there');
    });

    await t.test('limits of publishing', async () => {
      const publish = {key: 'secret', event_bytes_max: 10, batch_max: 2, topics_max: 1, topic_bytes_max: 4};
      await reload(hub, {loops, publish});
      assertProblem(await hub.form({topic: 't', data: 'x'}), 401);
      const headers = {Authorization: 'Bearer secret'};
      assertProblem(await hub.form({topic: 't', data: 'x'.repeat(11)}, {headers}), 413, 'data');
      assertProblem(await hub.batch(Array(3).fill({topic: 't', data: 1}), {headers}), 413);
      assertProblem(await hub.json({topic: ['t', 'u'], data: 1}, {headers}), 400, 'topic');
      assertProblem(await hub.json({topic: 'fives', data: 1}, {headers}), 400, 'topic');
      assertProblem(await hub.nginx.fetch('/events?topic=fives'), 400, 'topic');
      assert.equal((await hub.form({topic: 't', data: 'key'}, {headers})).status, 200);
    });

    await t.test('the limit of bodies, also for connections that nginx keeps', async () => {
      await reload(hub, {loops, fastcgi: {body_bytes_max: 2000}});
      assertProblem(await hub.form(`topic=u&${'&'.repeat(2000)}`), 413, /2000 bytes/);
      await reload(hub, {loops});
      assertProblem(await hub.form(`topic=u&x=${'&'.repeat(2000)}`), 400, 'x');
    });

    await t.test('limits of streams; those open stay', async () => {
      await reload(hub, {
        loops,
        streams: {max: 21, topics_max: 2, patterns_max: 1, default_topics: ['t'], poll_seconds_max: 0},
      });
      assertProblem(await hub.nginx.fetch('/events?topic=a&topic=b&topic=c'), 400, 'topic');
      assertProblem(await hub.nginx.fetch('/events?topic=a/*&topic=b/*'), 400, /2 patterns.*streams\.patterns_max/);
      greeting.leave();
      await hub.worker.measured((metrics) => metrics.streams === 20, 'the greeting has left');
      const one = await hub.read('', {t});
      assertTurnedAway(await hub.nginx.fetch('/events?topic=t'));
      await hub.publish({topic: 't', data: 'default'});
      await one.got(1);
      one.leave();
      await hub.worker.measured((metrics) => metrics.streams === 20, 'a place is free');
      assert.deepEqual((await hub.poll({topic: 't', poll: 60})).body.events, [], 'does not wait');
      await reload(hub, {loops, streams: {max: 3}});
      assertTurnedAway(await hub.nginx.fetch('/events?topic=t'));
    });

    await t.test('the history shrinks', async () => {
      await reload(hub, {loops, history: {topic_events_max: 5}});
      await hub.publish({topic: 't', data: 'history'});
      const held = async () => (await hub.poll({topic: 't', lastEventId: 'earliest'})).body.events.length;
      await until(async () => (await held()) === 5, 'five events are held');
    });

    await t.test('heartbeats', async () => {
      await reload(hub, {loops, streams: {heartbeat_seconds: 0.2}});
      const answer = await hub.ask({topic: 'quiet'}).head();
      const beats = () => answer.frames.filter((frame) => frame.comments.length > 0).length;
      await until(() => beats() >= 4, 'heartbeats come', 4000);
      answer.leave();
    });

    await t.test('the level of the log', async (t) => {
      const said = [];
      for (const level of ['info', 'debug', 'info']) {
        const before = hub.worker.process.stderr.length;
        await reload(hub, {loops, log: {level}});
        const peer = await connect(t, hub.worker.address);
        peer.write(Buffer.alloc(16));
        await peer.closed();
        // A mistake is logged at every level, and so shows that all before it was written.
        await reload(hub, '{', /stays in force/);
        said.push(/closed a FastCGI connection/.test(hub.worker.process.stderr.slice(before)));
      }
      assert.deepEqual(said, [false, true, false], 'a refused peer is named at the level debug');
      await reload(hub, {loops});
    });

    await t.test('nobody has noticed', async () => {
      await hub.publish({topic: 't', data: 'the end'});
      for (const reader of readers) {
        await reader.when(({data}) => data.at(-1) === 'the end', 'the last event');
        assert.deepEqual([reader.ended, reader.connects, reader.gaps], [null, 1, []]);
        assert.deepEqual(reader.data.slice(50), ['key', 'default', 'history', 'the end']);
      }
    });
  });
}

test('what needs a restart is said, by its key, and the rest is in force', async (t) => {
  const hub = await startHub(t);
  const changed = {
    loops: 3,
    listen: '/tmp/other.sock',
    listen_backlog: 7,
    log: {to: 'syslog'},
    streams: {topics_max: 1},
  };
  const said = await reload(hub, changed);
  for (const key of ['listen', 'loops', 'log.to']) assert.match(said, new RegExp(`needs a restart.*: key=${key}\n`));
  assertProblem(await hub.nginx.fetch('/events?topic=a&topic=b'), 400, 'topic');
  const again = await reload(hub, {...changed, streams: {}});
  assert.match(again, /needs a restart.*: key=loops\n/, 'as long as it is so');
  assert.equal((await hub.ask('topic=a&topic=b&poll=0').done()).status, 200);
  const back = await reload(hub, {});
  assert.ok(!/restart/.test(back), back);
});

test('former names of keys are read, with a warning at the start and at each reload', async (t) => {
  const former = {gate: {body_bytes_max: 2000}, journal: {kind: 'memory'}, stats: {readers: 'nobody'}};
  const hub = await startHub(t, former);
  const assertWarned = (said) => {
    for (const [old, now] of [['gate', 'fastcgi'], ['journal', 'store'], ['stats\\.readers', 'stats\\.allowed']])
      assert.match(said, new RegExp(`warning .*sse-worker\\.yaml:\\d+:\\d+: ${old} is a former name; write ${now}\\n`));
  };
  assertWarned(hub.worker.process.stderr);
  assertProblem(await hub.form(`topic=u&${'&'.repeat(2000)}`), 413, /2000 bytes/);
  assertProblem(await hub.nginx.fetch('/events?topic=$stats'), 403, 'topic');
  assertWarned(await reload(hub, {...former, gate: {body_bytes_max: 3000}}));
  assertProblem(await hub.form(`topic=u&${'&'.repeat(3000)}`), 413, /3000 bytes/);
  const both = await reload(hub, 'gate: {}\nfastcgi: {}\n', /reload failed/);
  assert.match(both, /sse-worker\.yaml:2:1: fastcgi: is given twice, first in line 1 as gate; remove one/);
  assert.doesNotMatch(await reload(hub, {fastcgi: {body_bytes_max: 2000}, store: {kind: 'memory'}}), /former/);
});

test('a broken file leaves the old one in force and is named with its line', async (t) => {
  const hub = await startHub(t, {publish: {topics_max: 2}});
  const reader = await hub.read({topic: 't'});
  const file = path.join(hub.worker.directory, 'sse-worker.yaml');
  const broken = {
    'streams:\n  topics_max: 1\n  topics_min: 1\n': `${file}:3:3: streams.topics_min: `,
    'publish:\n  topics_max: 0\n': `${file}:2:15: publish.topics_max: `,
    'publish:\n  topics_max: 1\n\nloops: many\n': `${file}:4:8: loops: `,
    'publish: [\n': `${file}:1:10: publish: `,
    '\tpublish: 1\n': `${file}:1:`,
  };
  for (const [text, wanted] of Object.entries(broken)) {
    const said = await reload(hub, text, /stays in force/);
    assert.ok(said.includes(wanted), `${said} names ${wanted}`);
    await hub.publish({topic: ['t', 'u'], data: 'x'});
  }
  fs.rmSync(file);
  const before = hub.worker.process.stderr.length;
  hub.worker.process.kill('SIGHUP');
  await until(
    () => /stays in force/.test(hub.worker.process.stderr.slice(before)),
    'a file that is gone is said',
  );
  await reader.got(Object.keys(broken).length);
  assert.equal(reader.connects, 1);
  await reload(hub, {publish: {topics_max: 1}});
  assertProblem(await hub.json({topic: ['t', 'u'], data: 'x'}), 400, 'topic');
});
