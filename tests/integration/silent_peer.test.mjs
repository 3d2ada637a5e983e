// Peers that connect and say nothing, or stop in the middle, may cost neither a thread nor anybody's time.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {connect, open} from '../lib/fcgi.mjs';
import {begin, get, pairs, PARAMS, record, request, stream} from '../lib/records.mjs';
import {now} from '../lib/wait.mjs';
import {startWorker} from '../lib/worker.mjs';

const parameters = pairs(get('/healthz'));
const post = pairs({...get('/events'), REQUEST_METHOD: 'POST', CONTENT_LENGTH: '10'});

const stops = {
  'no byte': Buffer.alloc(0),
  'one byte': begin().subarray(0, 1),
  'a header alone': begin().subarray(0, 8),
  'all but one byte of the first record': begin().subarray(0, 15),
  'the first record': begin(),
  'half a record of parameters': Buffer.concat([begin(), record(PARAMS, 1, parameters).subarray(0, 40)]),
  'parameters that are not closed': Buffer.concat([begin(), record(PARAMS, 1, parameters)]),
  'a body that is announced and does not come': Buffer.concat([begin(), stream(PARAMS, 1, post)]),
};

test('peers that stop', async (t) => {
  const deadline = 1;
  const worker = await startWorker(t, {config: {fastcgi: {deadline_seconds: deadline}}});

  for (const [name, bytes] of Object.entries(stops)) {
    await t.test(`${name}: closed at the deadline, not earlier`, async (t) => {
      const before = (await worker.metrics()).refused('deadline');
      const peer = await connect(t, worker.address);
      peer.write(bytes);
      const lived = await peer.closed(5000);
      assert.ok(lived > deadline * 1000 - 100, `closed after ${lived} ms`);
      assert.ok(lived < deadline * 1000 + 1500, `closed after ${lived} ms`);
      assert.equal((await worker.metrics()).refused('deadline'), before + 1);
    });
  }

  await t.test('a thousand of them delay nobody and leave nothing behind', async (t) => {
    await worker.healthy();
    const base = worker.descriptors;
    const forms = Object.values(stops);
    const peers = await Promise.all(Array.from({length: 1000}, () => connect(t, worker.address)));
    peers.forEach((peer, n) => peer.write(forms[n % forms.length]));
    const started = now();
    for (let n = 0; n < 10; ++n) await worker.healthy();
    // One that waited for a peer would wait for its deadline.
    assert.ok(now() - started < 5000, `10 answers took ${now() - started} ms`);
    for (const peer of peers) await peer.closed();
    await worker.measured(() => worker.descriptors <= base + 1, 'the descriptors are given back');
  });

  await t.test('a peer that sends a byte now and then does not push its deadline back', async (t) => {
    const peer = await connect(t, worker.address);
    const bytes = request(get('/healthz'));
    let sent = 0;
    const timer = setInterval(() => peer.write(bytes.subarray(sent, ++sent)), 200);
    t.after(() => clearInterval(timer));
    assert.ok((await peer.closed(5000)) < deadline * 1000 + 1500);
  });
});

test('more undecided peers than pending_max', async (t) => {
  const worker = await startWorker(t, {config: {fastcgi: {deadline_seconds: 2, pending_max: 4}}});
  const held = [];
  for (let n = 0; n < 4; ++n) held.push(await connect(t, worker.address));

  const refused = [];
  for (let n = 0; n < 3; ++n) refused.push(await connect(t, worker.address));
  for (const peer of refused) assert.ok((await peer.closed()) < 1000, 'closed at once');
  for (const peer of held) {
    assert.equal(peer.end, null, 'who was there first is not disturbed');
    await peer.closed();
  }
  const answer = await (await open(t, worker.address, '/healthz')).answer();
  assert.equal(answer.status, 200);
  assert.equal((await worker.metrics()).refused('full'), 3);
});
