// One address must not take all streams: who is refused and how, that others are served meanwhile, and that what an address
// holds is exact however its streams end.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {test} from 'node:test';
import {assertProblem} from '../lib/problem.mjs';
import {assertTurnedAway} from '../lib/turned_away.mjs';
import {configText, startHub} from '../lib/hub.mjs';
import {until} from '../lib/wait.mjs';

// nginx believes what a test says about where it is.
const anywhere = {nginx: {server: 'set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;'}};
const from = (address, more = {}) => ({...more, headers: {'X-Real-IP': address, ...more.headers}});
const most = 3;
const start = (t, {streams, ...settings} = {}, more = {}) =>
  startHub(t, {...settings, streams: {per_address_max: most, ...streams}}, {...anywhere, ...more});

const held = (hub, count, what) =>
  hub.worker.measured((metrics) => metrics.value('sse_worker_stream_source_addresses') === count, what);
const reached = (hub) => hub.metric('sse_worker_limit_reached_total', {key: 'streams.per_address_max'});

// A stream that is open: its first bytes have come.
async function stream(hub, address, query = 'topic=t', more) {
  const answer = await hub.ask(query, from(address, more)).head();
  assert.equal(answer.status, 200, answer.text);
  await until(() => answer.text.startsWith(': '), 'the first bytes');
  assert.match(answer.text, /^: ok\n/, answer.text);
  return answer;
}

async function refused(hub, address, query = 'topic=t', more) {
  const answer = await hub.nginx.fetch(`/events?${query}`, from(address, more));
  assertTurnedAway(answer);
  assert.match(answer.text, /^: this address has reached its limit of streams/);
}

const form = (body) => ({method: 'POST', body, headers: {'Content-Type': 'application/x-www-form-urlencoded'}});

for (const loops of [1, 3]) {
  test(`an address has its share and no more, ${loops} loops`, async (t) => {
    const hub = await start(t, {loops});
    const address = '203.0.113.7';
    const one = await stream(hub, address);
    await stream(hub, address, '', form('topic=t'));
    const poll = hub.ask('topic=p&poll=30', from(address));
    await hub.worker.measured((metrics) => metrics.value('sse_worker_subscribers') === 3, 'all three are open');
    assert.equal(await reached(hub), 0, 'at the limit');

    for (const query of ['topic=t', '']) await refused(hub, address, query);
    await refused(hub, address, '', form('topic=t'));
    const refusedPoll = await hub.nginx.fetch('/events?topic=t&poll=5', from(address));
    assertProblem(refusedPoll, 429, /per_address_max/);
    assert.match(refusedPoll.header('retry-after'), /^[1-9]\d*$/);
    assert.equal(await reached(hub), 4, 'one past it');
    assert.equal(await hub.metric('sse_worker_limit_reached_total', {key: 'streams.max'}), 0);

    const other = await stream(hub, '203.0.113.8');
    await hub.publish({topic: 't', data: 'everybody'});
    for (const answer of [one, other]) await answer.events(1);

    one.leave();
    const readers = (count, what) => hub.worker.measured((metrics) => metrics.value('sse_worker_subscribers') === count, what);
    await readers(3, 'one has left');
    await stream(hub, address);
    await refused(hub, address);
    poll.leave();
    await readers(3, 'the poll has left');
    await stream(hub, address);
    await refused(hub, address);
  });
}

test('addresses as they are counted', async (t) => {
  const hub = await start(t);
  const fill = async (addresses) => {
    for (const address of addresses) await stream(hub, address);
  };
  await fill(['2001:db8:1:1::1', '2001:db8:1:1::2', '2001:db8:1:1:ffff::']);
  await refused(hub, '2001:db8:1:1::3');
  // All networks of a /48 together: four times the limit.
  for (let n = 2; n < 11; ++n) await stream(hub, `2001:db8:1:${n}::1`);
  await refused(hub, '2001:db8:1:ff::1');
  await fill(['2001:db8:2:1::1', '::ffff:203.0.113.9', '203.0.113.9', '::ffff:cb00:7109']);
  await refused(hub, '203.0.113.9');
  // These say nothing about who reads.
  for (const address of ['127.0.0.1', '::1', '127.3.4.5']) {
    for (let n = 0; n < 5; ++n) await stream(hub, address);
  }
  assert.equal(await hub.metric('sse_worker_stream_source_addresses'), 12);
  assert.equal(await hub.metric('sse_worker_unlimited_streams'), 15);
});

// Each way in which a stream can end gives its place back.
const endings = {
  'the reader leaves': async (hub, open) => (await open('topic=t')).leave(),
  'its topic is closed': async (hub, open, n) => {
    const answer = await open(`topic=end${n}`);
    await hub.publish({topic: `end${n}`, data: 'bye', close: true});
    await answer.done();
  },
  'a poll is answered': async (hub, open, n, address) => {
    const poll = hub.ask(`topic=poll${n}&poll=30`, from(address));
    await held(hub, 1, 'the poll is there');
    await hub.publish({topic: `poll${n}`, data: 'x'});
    await poll.done();
  },
  'a poll times out': async (hub, open, n, address) => {
    assert.equal((await hub.poll({topic: 't', poll: 0}, from(address))).status, 200);
  },
  'the greeting is over': async (hub, open) => (await open('')).done(),
  HEAD: async (hub, open, n, address) => {
    await hub.nginx.fetch('/events?topic=t', from(address, {method: 'HEAD'}));
  },
  'everything was read before it was closed': async (hub, open, n, address) => {
    const id = await hub.publish({topic: `done${n}`, data: 'bye', close: true});
    const answer = await hub.nginx.fetch(`/events?topic=done${n}&lastEventId=${id}`, from(address));
    assert.equal(answer.status, 204);
  },
  'its lifetime is over': async (hub, open) => (await open('topic=t')).done(5000),
};

test('counts are exact at every end', async (t) => {
  const hub = await start(t, {
    loops: 2,
    streams: {lifetime_seconds: 2},
    greeting: {interval_seconds: 0.05, duration_seconds: 0.1},
  });
  const address = '203.0.113.7';
  const open = (query) => stream(hub, address, query);
  let n = 0;
  for (const [how, end] of Object.entries(endings)) {
    await t.test(how, async () => {
      for (let times = 0; times < 2; ++times) {
        await end(hub, open, ++n, address);
        await held(hub, 0, 'nothing is counted any more');
      }
      const all = [];
      for (let i = 0; i < most; ++i) all.push(await open('topic=full'));
      await refused(hub, address);
      for (const answer of all) answer.leave();
      await held(hub, 0, 'the table is empty');
    });
  }
  assert.equal(await reached(hub), Object.keys(endings).length);
});

test('a reader who takes nothing is cut and gives its place back', async (t) => {
  const hub = await start(t, {streams: {stall_seconds: 1, outbox_bytes_max: 4096}}, {nginx: {...anywhere.nginx, patient: true}});
  const answer = await stream(hub, '203.0.113.7');
  answer.stall();
  await held(hub, 1, 'it is counted');
  await until(
    async () => {
      await hub.publish({topic: 't', data: 'x'.repeat(500_000)});
      return (await hub.metric('sse_worker_stalled_closes_total')) === 1;
    },
    'it is cut',
    20_000,
  );
  await held(hub, 0, 'and not counted any more');
});

test('a table of many addresses shrinks again', async (t) => {
  const hub = await start(t);
  const answers = [];
  for (let n = 0; n < 300; ++n) answers.push(await stream(hub, `198.18.${n >> 8}.${n & 255}`));
  await held(hub, 300, 'one for each');
  for (const answer of answers) answer.leave();
  await held(hub, 0, 'none');
});

test('the worker ends while an address is full', async (t) => {
  const hub = await start(t, {drain_seconds: 0.2});
  const all = [];
  for (let n = 0; n < most; ++n) all.push(await stream(hub, '203.0.113.7'));
  hub.worker.process.kill('SIGTERM');
  for (const answer of all) await answer.done(5000);
  await hub.worker.process.exited(5000);
  assert.equal(hub.worker.process.exit.code, 0);
});

// Waits for a line that matches, and returns it.
async function said(hub, pattern, before = 0) {
  const found = () => hub.worker.process.stderr.slice(before).split('\n').find((line) => pattern.test(line));
  await until(found, `the log says ${pattern}`, 8000);
  return found();
}

test('the log says which address, and what to set behind a proxy; once, however many are refused', async (t) => {
  const hub = await start(t);
  for (let n = 0; n < most; ++n) await stream(hub, '10.0.0.5');
  for (let n = 0; n < 20; ++n) await refused(hub, '10.0.0.5');
  const line = await said(hub, /streams\.per_address_max: refused/);
  assert.match(line, /last_address=10\.0\.0\.5 open=3 limit=3 all_streams=3/);
  for (const what of ['set_real_ip_from 10.0.0.5;', 'real_ip_header', 'proxy', 'streams.per_address_max; 0']) {
    assert.ok(line.includes(what), `${what}: ${line}`);
  }
  for (let n = 0; n < 20; ++n) await refused(hub, '10.0.0.5');
  await pause(2500); // a second line would have come with the next look, a second later
  const lines = hub.worker.process.stderr.split('\n').filter((each) => each.includes('per_address_max: refused'));
  assert.equal(lines.length, 1, lines.join('\n'));
});

test('a proxy on this machine that hides its readers is said', async (t) => {
  const hub = await start(t);
  for (let n = 0; n <= most; ++n) await stream(hub, '127.0.0.1');
  assert.match(await said(hub, /does not limit/), /count=4 .*set_real_ip_from 127\.0\.0\.1;/);
});

test('the limit is read again, and holds for who is there already', async (t) => {
  const hub = await start(t, {streams: {per_address_max: 0}});
  const reload = async (per_address_max) => {
    const before = hub.worker.process.stderr.length;
    const text = configText({streams: {per_address_max}});
    fs.writeFileSync(path.join(hub.worker.directory, 'sse-worker.yaml'), text);
    hub.worker.process.kill('SIGHUP');
    await said(hub, /reloaded: /, before);
  };
  const all = [];
  for (let n = 0; n < 6; ++n) all.push(await stream(hub, '203.0.113.7'));
  await reload(4);
  await refused(hub, '203.0.113.7');
  await stream(hub, '203.0.113.8');
  for (const answer of all.splice(0, 3)) answer.leave();
  await hub.worker.measured((metrics) => metrics.streams === 4, 'three have left');
  await stream(hub, '203.0.113.7');
  await refused(hub, '203.0.113.7');
  await reload(0);
  for (let n = 0; n < 6; ++n) await stream(hub, '203.0.113.7');
  await hub.publish({topic: 't', data: 'still there'});
  for (const answer of all) await answer.events(1);
});
