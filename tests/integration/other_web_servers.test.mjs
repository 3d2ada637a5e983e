// What web servers other than nginx send: the path elsewhere, questions to the worker, two requests at once, an abort,
// a body whose length is not known. As bytes, without those web servers; tests/front-ends has them.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {connect, open} from '../lib/fcgi.mjs';
import {GET_VALUES, abort, begin, get, pair, pairs, record, request} from '../lib/records.mjs';
import {startWorker} from '../lib/worker.mjs';

const without = (...names) => Object.fromEntries(Object.entries(get('')).filter(([name]) => !names.includes(name)));
const asked = ['FCGI_MAX_CONNS', 'FCGI_MAX_REQS', 'FCGI_MPXS_CONNS', 'FCGI_MAX_CONNS', 'OTHER'];
const question = record(GET_VALUES, 0, Buffer.concat(asked.map((name) => pair(name, ''))));
const publish = (length) => ({
  ...get('/publish'),
  REQUEST_METHOD: 'POST',
  CONTENT_TYPE: 'application/x-www-form-urlencoded',
  CONTENT_LENGTH: length,
});

test('other web servers', async (t) => {
  const streams = {max: 500};
  const worker = await startWorker(t, {config: {fastcgi: {pending_max: 20}, streams}});

  await t.test('the path, wherever it is', async (t) => {
    const paths = [
      {SCRIPT_NAME: '', PATH_INFO: '/healthz'},
      {SCRIPT_NAME: '/health', PATH_INFO: 'z'},
      {DOCUMENT_URI: '/healthz'},
      {SCRIPT_NAME: '', PATH_INFO: '', DOCUMENT_URI: '', REQUEST_URI: '/%68ealthz?x=/y'},
      {REQUEST_URI: 'http://host/healthz'},
    ];
    const peer = await connect(t, worker.address);
    for (const [n, each] of paths.entries()) {
      const parameters = {...without('SCRIPT_NAME', 'DOCUMENT_URI', 'REQUEST_URI'), ...each};
      peer.write(request(parameters, {keep: true}));
      assert.equal((await peer.answer(n)).status, 200, JSON.stringify(each));
    }
    peer.write(request(without('SCRIPT_NAME', 'DOCUMENT_URI', 'REQUEST_URI')));
    const refused = await peer.answer(paths.length);
    assert.equal(refused.status, 400);
    assert.match(refused.json.detail, /SCRIPT_NAME with PATH_INFO, DOCUMENT_URI or REQUEST_URI.*deploy\/front-ends/);
  });

  await t.test('what the worker can do, before a request and beside a stream', async (t) => {
    const peer = await connect(t, worker.address);
    const values = {FCGI_MAX_CONNS: '10520', FCGI_MAX_REQS: '10520', FCGI_MPXS_CONNS: '0'};
    peer.write(question);
    await peer.when(() => peer.management.length === 1, 'the values');
    assert.deepEqual(peer.management[0].content, pairs(values));
    peer.write(request(get('/events'), {keep: true}));
    await peer.events(1);
    peer.write(question);
    await peer.when(() => peer.management.length === 2, 'the values again');
    peer.write(record(77, 0, Buffer.from('x')));
    await peer.when(() => peer.management.length === 3, 'the unknown type');
    assert.deepEqual([...peer.management[2].content], [77, 0, 0, 0, 0, 0, 0, 0]);
    assert.equal(peer.management[2].type, 11);
  });

  await t.test('a second request on a busy connection is refused at once', async (t) => {
    const peer = await open(t, worker.address, '/events', {keep: true});
    await peer.events(1);
    peer.write(request(get('/healthz'), {id: 2, keep: true}));
    const refused = await peer.answer(0, 1000);
    assert.deepEqual([refused.end.protocol, refused.records.at(-1).id], [1, 2]);
    assert.equal(peer.end, null);
  });

  await t.test('an abort ends a stream, and the connection serves the next request', async (t) => {
    const peer = await open(t, worker.address, '/events', {keep: true});
    await peer.events(1);
    peer.write(abort());
    await peer.answer(0, 1000);
    await worker.measured((each) => each.streams === 0, 'no stream is left');
    peer.write(request(get('/healthz'), {keep: true}));
    assert.equal((await peer.answer(1)).status, 200);
    peer.write(Buffer.concat([begin({keep: true}), abort(), abort(7), request(get('/healthz'), {keep: true})]));
    assert.equal((await peer.answer(3)).status, 200);
  });

  await t.test('a body of unknown length', async (t) => {
    const peer = await connect(t, worker.address);
    for (const [n, length] of ['-1', ''].entries()) {
      peer.write(request(publish(length), {keep: true, body: 'topic=a&data=b'}));
      assert.equal((await peer.answer(n)).status, 200, `CONTENT_LENGTH "${length}"`);
    }
    peer.write(request(publish('-14'), {body: 'topic=a&data=b'}));
    assert.equal((await peer.answer(2)).status, 400);
  });
});
