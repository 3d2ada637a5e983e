// A subscription of the page that lasts, with a server and a clock moved by hand.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {again, begin, json, settled} from './scripted_stream.js';

test('without a cursor it asks for one first, and reads from there', async (t) => {
  const {stream, seen, made, last} = await begin(t, {cursor: undefined});
  assert.equal(last().url, '/events?topic=demo%2Fa&topic=demo%2Fb&poll=0');
  last().give(json({events: [], lastEventId: 'e-3'}));
  await settled();
  assert.equal(stream.cursor, 'e-3');
  assert.equal(last().url, '/events?topic=demo%2Fa&topic=demo%2Fb&lastEventId=e-3&heartbeat=event');
  assert.deepEqual(seen, ['connecting', 'cursor e-3']);
  await last().open(': ok\nretry: 3000\n\n');
  assert.deepEqual(seen.slice(2), [], 'an empty stream may begin so');
  await last().cut();
  assert.equal(made.length, 2);
  assert.equal(stream.cursor, 'e-3', 'cut before the first event, it knows where to go on');
});

test('the worker’s own figures have no history, so nobody asks for a cursor', async (t) => {
  const {last} = await begin(t, {cursor: undefined, topics: ['$stats']});
  assert.equal(last().url, '/events?topic=%24stats&heartbeat=event');
});

test('open with the first cursor or event; every frame moves the cursor', async (t) => {
  const {stream, seen, last} = await begin(t, {names: ['paid']});
  await last().open(': ok\n\nid: e-1\n\n');
  await last().write('data: one\nid: e-2\n\nevent: paid\ndata: two\nid: e-3\n\nevent: other\ndata: x\nid: e-4\n\n');
  assert.equal(stream.cursor, 'e-4');
  await last().write('event: heartbeat\nid: e-9\ndata: {"intervalSeconds":15}\n\n');
  assert.equal(stream.cursor, 'e-9');
  await last().write('data: cut off\nid: e-10\n');
  await last().end();
  assert.equal(stream.cursor, 'e-9', 'half a frame is none');
  assert.deepEqual(seen, ['connecting', 'open', 'cursor e-1', 'message one', 'paid two', 'cursor e-4', 'cursor e-9', 'waiting 750 ms']);
});

test('each failure makes it wait longer, to a limit; a success begins anew', async (t) => {
  const {made, last, pass, stream} = await begin(t);
  for (const ms of [750, 1500, 3000, 6000, 11250, 11250]) {
    const before = made.length;
    last().fail(new TypeError('away'));
    await settled();
    await pass(ms - 1);
    assert.equal(made.length, before, `${ms}`);
    await pass(1);
    assert.equal(made.length, before + 1, `${ms}`);
  }
  await last().open('data: on\n\n');
  await last().end();
  await pass(750);
  assert.equal(made.length, 8);
  stream.close();
});

test('the server’s retry is where the delays begin', async (t) => {
  const {seen, last, pass} = await begin(t);
  for (const ms of [3700, 7400, 14800, 15000]) {
    await last().open('retry: 3700\n\n'); // nginx, or a full worker: it opens, and is over
    await last().end();
    assert.equal(seen.at(-1), `waiting ${ms} ms`);
    await pass(ms);
  }
  assert.ok(!seen.includes('open'));
});

test('Retry-After is heeded, in seconds and as a date', async (t) => {
  for (const [header, ms] of [['7', 7000], [new Date(20_000).toUTCString(), 20_000], ['soon', 750], ['-3', 750], ['999999999', 3_600_000]]) {
    const {seen, last, made, pass} = await begin(t);
    last().give(json({title: 'Service Unavailable', detail: 'All streams are taken.'}, {status: 503, headers: {'Retry-After': header}}));
    await settled();
    assert.equal(seen.at(-1), `waiting 503 All streams are taken. ${ms} ms`, header);
    await pass(ms - 1);
    assert.equal(made.length, 1);
    await pass(1);
    assert.equal(made.length, 2);
    again(t);
  }
});

test('which answers are final', async (t) => {
  for (const [status, wanted] of [[400, 'refused'], [401, 'refused'], [403, 'refused'], [404, 'refused'], [408, 'waiting'], [429, 'waiting'], [500, 'waiting'], [502, 'waiting'], [503, 'waiting']]) {
    for (const cursor of ['e-0', undefined]) {
      const {seen, last, made, pass, stream} = await begin(t, {cursor});
      last().give(json({detail: 'No.'}, {status}));
      await settled();
      assert.equal(seen.at(-1).replace(/ \d+ ms$/, ''), `${wanted} ${status} No.`, `${status}`);
      if (wanted === 'refused') {
        await pass(60_000);
        assert.equal(made.length, 1);
        stream.retry();
        assert.equal(made.length, 2);
      }
      again(t);
    }
  }
});

test('a page instead of an answer: it waits', async (t) => {
  const {seen, last} = await begin(t);
  last().give(new Response('<h1>Log in to this network</h1>', {headers: {'Content-Type': 'text/html'}}));
  await settled();
  assert.equal(seen.at(-1), 'waiting the answer is not an event stream 750 ms');
});

test('ended by the server’s close, or by 204: nothing follows', async (t) => {
  for (const end of [(request) => request.open('data: last\nid: e-9\n\nevent: close\ndata: {}\n\n'), (request) => request.give(new Response(null, {status: 204}))]) {
    const {seen, last, made, pass, woken} = await begin(t);
    await end(last());
    await settled();
    assert.equal(seen.at(-1), 'ended');
    await pass(60_000);
    await woken('online');
    assert.equal(made.length, 1);
    again(t);
  }
});

test('what a publisher calls close or gap ends nothing', async (t) => {
  const {seen, last} = await begin(t, {names: ['close', 'gap', 'error']});
  await last().open('event: close\nid: e-1\ndata: {}\n\nevent: gap\nid: e-2\ndata: null\n\nevent: error\nid: e-3\ndata: x\n\n');
  assert.deepEqual(seen, ['connecting', 'open', 'close {}', 'gap null', 'error x']);
});

test('a gap is told apart from events, and moves the cursor', async (t) => {
  const {seen, last, stream} = await begin(t);
  const data = '{"reason":"evicted","lastEventId":"e-0","resumedFrom":"f-7"}';
  await last().open(`event: gap\nid: f-7\ndata: ${data}\n\n`);
  assert.deepEqual(seen, ['connecting', 'open', `gap ${data}`]);
  assert.equal(stream.cursor, 'f-7');
});

test('silence: the heartbeat says how long it may last, and the next connection follows at once', async (t) => {
  const {seen, last, made, pass} = await begin(t);
  await last().open('event: heartbeat\nid: e-1\ndata: {"intervalSeconds":4}\n\n');
  for (let n = 0; n < 9; ++n) await pass(1000);
  await last().write(': alive\n\n');
  for (let n = 0; n < 10; ++n) await pass(1000);
  assert.equal(made.length, 1);
  for (let n = 0; n < 2; ++n) await pass(1000);
  assert.equal(made.length, 2);
  assert.ok(made[0].left);
  assert.match(last().url, /lastEventId=e-1/);
  assert.deepEqual(seen.slice(-2), ['cursor e-1', 'connecting']);
  for (let n = 3; n < 9; ++n) { // the browser had kept six connections, as dead as the first
    for (let second = 0; second < 4; ++second) await pass(1000);
    assert.equal(made.length, n);
  }
  await last().open('id: e-1\n\n');
  for (let n = 0; n < 44; ++n) await pass(1000); // nothing is known of this server's heartbeats
  assert.equal(made.length, 8);
  for (let n = 0; n < 3; ++n) await pass(1000);
  assert.equal(made.length, 9);
});

test('after a sleep: what came meanwhile is read first, and a dead connection is replaced at once', async (t) => {
  for (const alive of [true, false]) {
    const {last, made, pass, woken} = await begin(t);
    await last().open('event: heartbeat\nid: e-1\ndata: {"intervalSeconds":15}\n\n');
    t.mock.timers.setTime(600_000); // ten minutes in which no timer fires
    await woken('pageshow');
    await pass(500);
    if (alive) await last().write('data: while asleep\nid: e-2\n\n');
    await pass(600);
    assert.equal(made.length, alive ? 1 : 2);
    again(t);
  }
});

test('the network is back: the old connection is not trusted, and nothing is waited for', async (t) => {
  const {last, made, seen, woken} = await begin(t);
  await last().open('id: e-1\n\n');
  await woken('online');
  assert.equal(made.length, 2);
  last().fail(new TypeError('away'));
  await settled();
  assert.match(seen.at(-1), /^waiting/);
  await woken('online');
  assert.equal(made.length, 3);
  last().give(json({}, {status: 503, headers: {'Retry-After': '60'}}));
  await settled();
  await woken('online');
  assert.equal(made.length, 3, 'the server asked for a minute');
});

test('left, it is silent; and a callback may leave in the middle of a piece', async (t) => {
  const leave = new AbortController();
  const {seen, last, pass, made, stream} = await begin(t, {signal: leave.signal, onEvent: ({data}) => { seen.push(data); leave.abort(); }});
  await last().open('data: one\nid: e-1\n\ndata: two\nid: e-2\n\n');
  await pass(60_000);
  stream.retry();
  assert.deepEqual(seen, ['connecting', 'open', 'one']);
  assert.equal(stream.cursor, 'e-1');
  assert.equal(made.length, 1);
});

test('a callback that throws costs no other event', async (t) => {
  const {seen, last, stream} = await begin(t, {onEvent: ({data}) => { if (data === 'one') throw new Error('page'); seen.push(data); }});
  await last().open('data: one\nid: e-1\n\ndata: two\nid: e-2\n\n');
  assert.deepEqual(seen, ['connecting', 'open', 'reported page', 'two']);
  assert.equal(stream.cursor, 'e-2');
});
