// A subscription of the page with a token, and with an address to resume at, with a server and a clock moved by hand.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {again, begin, json, settled} from './scripted_stream.js';

// A page that gives t1, t2, …
const counted = () => {
  let asked = 0;
  return async () => `t${++asked}`;
};
const refuse = async (request, status = 401) => {
  request.give(json({detail: 'No.'}, {status}));
  await settled();
};
const expired = (reason) => `id: e-5\n\nevent: expired\ndata: {"reason":"${reason}"}\n\n`;
const sent = (made) => made.map(({token}) => token);

test('the token is a header of the poll and of the stream, and in no address', async (t) => {
  for (const token of [counted(), () => 't1']) {
    const {made, last, seen} = await begin(t, {token, cursor: undefined});
    last().give(json({events: [], lastEventId: 'e-3'}));
    await settled();
    await last().open('id: e-3\n\n');
    await last().end();
    assert.deepEqual(sent(made), ['Bearer t1', 'Bearer t1']);
    assert.ok(made.every(({url}) => !url.includes('t1')));
    assert.equal(seen.at(-1), 'waiting 750 ms');
    again(t);
  }
});

test('where a stream cannot be read while it comes, the polls have it', async (t) => {
  const {made, last, seen} = await begin(t, {token: counted(), polls: true});
  last().give(json({events: [{id: 'e-1', event: 'message', data: 'one'}], lastEventId: 'e-1'}));
  await settled();
  await refuse(last());
  assert.match(last().url, /lastEventId=e-1&poll=0$/);
  assert.deepEqual(sent(made), ['Bearer t1', 'Bearer t1', 'Bearer t2']);
  assert.deepEqual(seen, ['connecting', 'open', 'message one', 'cursor e-1', 'connecting']);
});

test('401: the page is asked again, and the stream continues after its cursor', async (t) => {
  const {made, last, seen, pass} = await begin(t, {token: counted()});
  await last().open('data: one\nid: e-1\n\n');
  await last().end();
  await pass(750);
  await refuse(last());
  assert.match(last().url, /lastEventId=e-1/);
  assert.deepEqual(sent(made), ['Bearer t1', 'Bearer t1', 'Bearer t2']);
  assert.deepEqual(seen, ['connecting', 'open', 'message one', 'waiting 750 ms', 'connecting', 'connecting']);
  await last().open('id: e-1\n\n');
  await last().end();
  await pass(750);
  await refuse(last());
  assert.equal(made.length, 5, 'a stream was open in between, so this 401 is a first one');
});

test('a second 401, with a fresh token: it ends, and retry() asks for another', async (t) => {
  const {made, last, seen, stream, pass} = await begin(t, {token: counted()});
  await refuse(last());
  await refuse(last());
  assert.equal(seen.at(-1), 'refused 401 No.');
  assert.deepEqual(stream.state, 'refused');
  await pass(600_000);
  assert.deepEqual(sent(made), ['Bearer t1', 'Bearer t2']);
  stream.retry();
  await settled();
  assert.equal(last().token, 'Bearer t3');
});

test('a fresh token that ends while no server answers is not the reason to give up', async (t) => {
  for (const first of ['401', 'expired']) {
    const {made, last, seen, pass} = await begin(t, {token: counted()});
    if (first === '401') await refuse(last());
    else await last().open(expired('expired'));
    for (let outage = 0; outage < 3; ++outage) {
      await refuse(last(), 503);
      await pass(15_000);
    }
    await refuse(last());
    assert.equal(last().token, 'Bearer t3');
    assert.equal(seen.at(-1), 'connecting');
    await refuse(last());
    assert.equal(seen.at(-1), 'refused 401 No.', 'this token was fresh');
    assert.equal(made.length, 6);
    again(t);
  }
});

test('403 ends it at once, and the page can see the status', async (t) => {
  const details = [];
  const {made, last} = await begin(t, {token: counted(), onState: (state, {status}) => details.push([state, status])});
  await refuse(last(), 403);
  assert.deepEqual(details, [['connecting', undefined], ['refused', 403]]);
  assert.equal(made.length, 1);
});

test('without the option, 401 ends it', async (t) => {
  const {made, last, seen} = await begin(t);
  await refuse(last());
  assert.equal(seen.at(-1), 'refused 401 No.');
  assert.equal(last().token, undefined);
  assert.equal(made.length, 1);
});

test('expired and revoked: with a fresh token at once, after the cursor that came before', async (t) => {
  for (const reason of ['expired', 'revoked']) {
    const {made, last, seen, stream} = await begin(t, {token: counted(), names: ['expired']});
    await last().open(`data: one\nid: e-1\n\n${expired(reason)}data: never\nid: e-6\n\n`);
    assert.equal(stream.cursor, 'e-5');
    assert.match(last().url, /lastEventId=e-5/);
    assert.deepEqual(sent(made), ['Bearer t1', 'Bearer t2']);
    assert.deepEqual(seen, ['connecting', 'open', 'message one', 'cursor e-5', 'connecting']);
    await refuse(last());
    assert.equal(seen.at(-1), 'refused 401 No.', 'this token was fresh');
    again(t);
  }
});

test('grants that end at once: each request waits longer', async (t) => {
  const {made, last, seen, pass} = await begin(t, {token: counted()});
  await last().open(expired('expired'));
  assert.equal(made.length, 2);
  for (const ms of [750, 1500, 3000, 6000]) {
    await last().open(expired('expired'));
    assert.equal(seen.at(-1), `waiting The grant has expired ${ms} ms`);
    await pass(ms);
  }
  await last().open('id: e-5\n\n');
  await pass(2_000);
  await last().write(expired('expired'));
  assert.equal(made.length, 7, 'at once, where the grant has lasted');
});

test('expired without a token, as with a cookie: it comes back with its cursor, and what is refused then stays so', async (t) => {
  const {made, last, seen} = await begin(t);
  await last().open(expired('expired'));
  assert.match(last().url, /lastEventId=e-5/);
  await refuse(last());
  assert.equal(seen.at(-1), 'refused 401 No.');
  assert.equal(made.length, 2);
});

test('what a publisher calls expired or resume is an event', async (t) => {
  const {made, seen, last} = await begin(t, {names: ['expired', 'resume']});
  await last().open('event: expired\nid: e-1\ndata: {"reason":"expired"}\n\nevent: resume\nid: e-2\ndata: {}\n\n');
  assert.deepEqual(seen, ['connecting', 'open', 'expired {"reason":"expired"}', 'resume {}']);
  assert.equal(made.length, 1);
});

for (const [what, token, problem] of [
  ['throws', () => { throw new Error('logged out'); }, 'The page could not get a token: logged out'],
  ['rejects', async () => { throw new Error('logged out'); }, 'The page could not get a token: logged out'],
  ['gives none', () => undefined, 'The page could not get a token: the callback must return a text without spaces'],
  ['gives a header of its own', () => 'x\r\nCookie: y', 'The page could not get a token: the callback must return a text without spaces'],
  ['gives too much', () => 'x'.repeat(8193), 'The page could not get a token: the callback must return a text without spaces'],
]) {
  test(`a callback that ${what}: it ends without a request, and says why`, async (t) => {
    const {made, seen, pass} = await begin(t, {token});
    assert.deepEqual(seen, ['connecting', `refused ${problem}`]);
    await pass(600_000);
    assert.equal(made.length, 0);
  });
}

test('a callback that never answers: it is asked again later', async (t) => {
  const {made, seen, pass, last} = await begin(t, {token: (() => {
    let asked = 0;
    return () => (++asked === 1 ? new Promise(() => {}) : 't2');
  })()});
  await pass(29_999);
  assert.deepEqual(seen, ['connecting']);
  await pass(1);
  assert.equal(seen.at(-1), 'waiting The page has given no token in time 750 ms');
  await pass(750);
  assert.equal(made.length, 1);
  assert.equal(last().token, 'Bearer t2');
});

test('closed while the page looks for a token, it stays closed', async (t) => {
  let give;
  const {made, seen, stream} = await begin(t, {token: () => new Promise((done) => { give = done; })});
  stream.close();
  give('t1');
  await settled();
  assert.equal(made.length, 0);
  assert.deepEqual(seen, ['connecting']);
});

test('a path with a query: it keeps it, and the cursor is a parameter of its own', async (t) => {
  for (const topics of [[], ['demo/a']]) {
    const {last, pass} = await begin(t, {path: '/chat/stream?room=1', topics});
    await last().open('id: e-1\n\n');
    await last().cut();
    await pass(750);
    const asked = new URL(last().url, 'http://page').searchParams;
    assert.deepEqual([asked.get('room'), asked.getAll('topic'), asked.get('lastEventId'), asked.get('heartbeat')], ['1', topics, 'e-1', 'event']);
    again(t);
  }
});

test('an application that answers a poll with a stream: the page learns why it waits', async (t) => {
  for (const polls of [false, true]) {
    const {last, seen} = await begin(t, {path: '/chat/stream', cursor: undefined, polls});
    await last().open('id: e-1\n\n');
    assert.equal(seen.at(-1), 'waiting the answer is not one to a long poll 750 ms');
    again(t);
  }
});

const resume = (address, inMs = 3_600_000) => `event: resume\ndata: ${JSON.stringify({address, expires: (Date.now() + inMs) / 1000})}\n\n`;
const here = '/events?topic=chat%2F42&resume=a*b~c';

test('the address to resume at is used as it is written, with the cursor, and is no event', async (t) => {
  const {last, seen, pass, stream} = await begin(t, {names: ['resume']});
  await last().open(`: ok\n\n${resume(`${here}&lastEventId=old`)}`);
  assert.deepEqual(seen, ['connecting'], 'it does not show that there is a cursor');
  await last().write('data: one\nid: e 1\n\n');
  await last().end();
  await pass(750);
  assert.equal(last().url, `http://page${here}&lastEventId=e%201&heartbeat=event`);
  assert.deepEqual(seen, ['connecting', 'open', 'message one', 'waiting 750 ms', 'connecting']);
  assert.match(stream.url, /^\/events\?topic=demo/);
});

test('a new address replaces the one before', async (t) => {
  const {last, pass} = await begin(t);
  await last().open(`${resume('/one')}id: e-1\n\n${resume('/two')}`);
  await last().cut();
  await pass(750);
  assert.equal(last().url, 'http://page/two?lastEventId=e-1&heartbeat=event');
});

test('until it ends', async (t) => {
  const {last, pass} = await begin(t);
  await last().open(`${resume(here, 10_000)}id: e-1\n\n`);
  await pass(9_000);
  await last().cut();
  await pass(750);
  assert.match(last().url, /resume=/);
  await last().open('id: e-1\n\n');
  await last().cut();
  await pass(750);
  assert.match(last().url, /^\/events\?topic=demo%2Fa.*lastEventId=e-1/);
});

test('refused at the address, it is forgotten, and the first one follows at once', async (t) => {
  for (const status of [400, 401, 403, 404, 414, 431]) {
    const {made, last, pass, seen} = await begin(t);
    await last().open(`${resume(here)}id: e-1\n\n`);
    await last().cut();
    await pass(750);
    await refuse(last(), status);
    assert.equal(made.length, 3);
    assert.equal(last().url, '/events?topic=demo%2Fa&topic=demo%2Fb&lastEventId=e-1&heartbeat=event');
    await refuse(last(), status);
    assert.equal(seen.at(-1), `refused ${status} No.`);
    again(t);
  }
});

test('a server that is away keeps the address', async (t) => {
  const {made, last, pass} = await begin(t);
  await last().open(`${resume(here)}id: e-1\n\n`);
  await last().cut();
  await pass(750);
  await refuse(last(), 503);
  await pass(1500);
  assert.match(last().url, /resume=/);
  assert.equal(made.length, 3);
});

test('with a token: the address is asked with it, and 401 there costs no fresh one', async (t) => {
  const {made, last, pass} = await begin(t, {token: counted()});
  await last().open(`${resume(here)}id: e-1\n\n`);
  await last().cut();
  await pass(750);
  await refuse(last());
  await refuse(last());
  assert.deepEqual(sent(made), ['Bearer t1', 'Bearer t1', 'Bearer t1', 'Bearer t2']);
});

test('a grant that has ended takes its address with it', async (t) => {
  const {last} = await begin(t);
  await last().open(`${resume(here)}${expired('revoked')}`);
  assert.match(last().url, /^\/events\?topic=demo/);
});

test('an address elsewhere, or none, is not used', async (t) => {
  const bad = [
    resume('http://elsewhere/events?resume=x'), resume('//elsewhere/events'), resume('https://page/events'), resume('http://page:81/events'),
    resume('http://user:word@page/events'), resume('javascript:alert(1)'), resume('data:text/event-stream,x'), resume('http://['), resume(`/${'x'.repeat(16_000)}`), resume(7),
    'event: resume\ndata: {"address":"/late","expires":0}\n\n', 'event: resume\ndata: null\n\n', 'event: resume\ndata: {\n\n', 'event: resume\ndata: {"address":"/events"}\n\n', 'event: resume\ndata: {"address":"/events","expires":"soon"}\n\n',
  ];
  for (const frame of bad) {
    const {last, pass, seen} = await begin(t);
    await last().open(`${frame}id: e-1\n\n`);
    await last().cut();
    await pass(750);
    assert.equal(last().url, '/events?topic=demo%2Fa&topic=demo%2Fb&lastEventId=e-1&heartbeat=event', frame.slice(0, 100));
    assert.ok(!seen.some((line) => line.startsWith('reported')));
    again(t);
  }
});
