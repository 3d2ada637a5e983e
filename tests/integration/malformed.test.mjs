// What is not FastCGI, or is meant to break it: closed, counted under its reason, and nobody else notices.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {connect} from '../lib/fcgi.mjs';
import * as fcgi from '../lib/records.mjs';
import {startWorker} from '../lib/worker.mjs';

const {begin, get, pairs, record, request, stream, PARAMS, STDIN, GET_VALUES} = fcgi;
const health = pairs(get('/healthz'));
const post = pairs({...get('/healthz'), REQUEST_METHOD: 'POST', CONTENT_LENGTH: '4000'});

// libfcgi 2.4.2 writes one answer per name into 64 bytes on its stack.
const flood = record(
  GET_VALUES,
  0,
  Buffer.concat(Array.from({length: 100}, () => fcgi.pair('FCGI_MAX_CONNS', ''))),
);

// A name-value pair that announces more than there is. With both at 0x7fffffff their sum wraps in 32 bits.
const lengths = (name, value) => {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE((name | 0x80000000) >>> 0, 0);
  bytes.writeUInt32BE((value | 0x80000000) >>> 0, 4);
  return Buffer.concat([
    begin(),
    stream(PARAMS, 1, Buffer.concat([bytes, Buffer.from('abc')])),
    stream(STDIN, 1, Buffer.alloc(0)),
  ]);
};
const withParameters = (bytes) =>
  Buffer.concat([begin(), stream(PARAMS, 1, bytes), stream(STDIN, 1, Buffer.alloc(0))]);
const rest = Buffer.concat([stream(PARAMS, 1, health), stream(STDIN, 1, Buffer.alloc(0))]);
const first = (bytes) => Buffer.concat([bytes, rest]);

// [reason, what, bytes]; without a reason any will do, since more than one is true.
const cases = [
  ['version', 'version 0', first(begin({version: 0}))],
  ['version', 'version 2', first(begin({version: 2}))],
  ['version', 'HTTP', Buffer.from('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n')],
  ['version', 'TLS', Buffer.from('16030100f8010000f40303000102030405060708', 'hex')],
  ['type', 'PARAMS first', rest],
  ['type', 'STDIN first', stream(STDIN, 1, Buffer.from('data'))],
  ['type', 'END_REQUEST first', first(record(fcgi.END_REQUEST, 1, Buffer.alloc(8)))],
  ['type', 'an unknown type first', first(record(200, 1, Buffer.alloc(8)))],
  ['management', 'a GET_VALUES flood first', first(flood)],
  ['management', 'as many questions as fit', Buffer.concat(Array.from({length: 65}, () => record(GET_VALUES, 0)))],
  ['params', 'a GET_VALUES that does not add up', record(GET_VALUES, 0, Buffer.from([5, 5, 65]))],
  ['role', 'an authorizer', first(begin({role: fcgi.AUTHORIZER}))],
  ['role', 'a filter', first(begin({role: fcgi.FILTER}))],
  ['role', 'role 0', first(begin({role: 0}))],
  ['role', 'role 257, whose low byte is a responder', first(begin({role: 257}))],
  ['id', 'request id 0', first(begin({id: 0}))],
  ['length', 'BEGIN_REQUEST without a body', first(record(fcgi.BEGIN_REQUEST, 1))],
  [
    'length',
    'BEGIN_REQUEST of 7 bytes',
    first(record(fcgi.BEGIN_REQUEST, 1, Buffer.from([0, 1, 0, 0, 0, 0, 0]))),
  ],
  ['length', 'BEGIN_REQUEST that announces 65535 bytes', first(begin({length: 65535}))],
  ['truncated', 'half a header and the end', begin().subarray(0, 5), 'finish'],
  ['truncated', 'the first record and the end', begin(), 'finish'],
  [
    'truncated',
    'half of the parameters and the end',
    Buffer.concat([begin(), rest.subarray(0, 30)]),
    'finish',
  ],
  ['params', 'a name of 2 GiB', lengths(0x7fffffff, 1)],
  ['params', 'a value of 2 GiB', lengths(1, 0x7fffffff)],
  ['params', 'name and value whose sum wraps', lengths(0x7fffffff, 0x7fffffff)],
  [
    'params',
    'a pair longer than the parameters',
    withParameters(Buffer.concat([health, Buffer.from([10, 10, 65])])),
  ],
  ['params', 'a length cut in the middle', withParameters(Buffer.concat([health, Buffer.from([0x80, 0])]))],
  ['params', 'a NUL, which would cut a C string short', withParameters(pairs(get('/healthz\0/etc')))],
  ['id', 'parameters of another request', Buffer.concat([begin(), stream(PARAMS, 2, health)])],
  [
    'management',
    'a GET_VALUES flood after a GET, where its empty body should end',
    Buffer.concat([begin(), stream(PARAMS, 1, health), flood]),
  ],
  [null, 'a second BEGIN_REQUEST among the parameters', Buffer.concat([begin(), begin(), rest])],
  [
    null,
    'a wrong version among the parameters',
    Buffer.concat([begin(), record(PARAMS, 1, health, {version: 3}), rest]),
  ],
  [
    null,
    'STDIN before the parameters end',
    Buffer.concat([begin(), record(PARAMS, 1, health), stream(STDIN, 1, health)]),
  ],
  [null, 'a GET_VALUES flood among the parameters', Buffer.concat([begin(), flood, rest])],
  [
    null,
    'a GET_VALUES flood in place of the body',
    Buffer.concat([begin(), stream(PARAMS, 1, post), flood, flood, flood]),
  ],
  [null, 'STDOUT from the peer', Buffer.concat([begin(), record(fcgi.STDOUT, 1, health), rest])],
];

test('malformed peers', async (t) => {
  // The deadline is far away: whoever is closed is closed for what was said.
  const worker = await startWorker(t, {config: {fastcgi: {deadline_seconds: 30}}});

  for (const [reason, what, bytes, finish] of cases) {
    await t.test(what, async (t) => {
      const before = await worker.metrics();
      const peer = await connect(t, worker.address);
      peer.write(bytes);
      if (finish) peer.finish();
      const lived = await peer.closed(2000);
      assert.ok(lived < 1000, `closed after ${lived} ms`);
      assert.equal(peer.answers[0].headers, null, 'no answer');
      const after = await worker.metrics();
      assert.equal(after.refused(), before.refused() + 1, 'counted once');
      if (reason) assert.equal(after.refused(reason), before.refused(reason) + 1, `counted as ${reason}`);
    });
  }

  await t.test('every reason is there from the start, so that a rate can be drawn', async (t) => {
    const fresh = await startWorker(t);
    const metrics = await fresh.metrics();
    for (const reason of [
      'version',
      'type',
      'role',
      'id',
      'length',
      'truncated',
      'deadline',
      'params',
      'full',
    ]) {
      assert.equal(metrics.value('sse_worker_refused_connections_total', {reason}), 0, reason);
    }
  });

  await t.test('an aborted beginning is no offence, and gets no answer', async (t) => {
    const before = (await worker.metrics()).refused();
    const peer = await connect(t, worker.address);
    peer.write(Buffer.concat([begin(), fcgi.abort()]));
    await peer.closed(2000);
    assert.equal(peer.answers[0].headers, null);
    assert.equal((await worker.metrics()).refused(), before);
  });

  await t.test('a second request on a kept connection is looked at as closely as the first', async (t) => {
    const before = (await worker.metrics()).refused();
    for (const second of [flood, begin({role: fcgi.FILTER}), begin({version: 9}), begin({id: 0}), rest]) {
      const peer = await connect(t, worker.address);
      peer.write(request(get('/healthz'), {keep: true}));
      assert.equal((await peer.answer()).status, 200);
      peer.write(second);
      await peer.closed(2000);
    }
    assert.equal((await worker.metrics()).refused(), before + 5);
  });

  await t.test('the worker is as well as before', () => worker.healthy());
});
