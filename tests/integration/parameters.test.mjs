// Parameters of every size and in every cut, up to the limit and one byte over it.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {connect} from '../lib/fcgi.mjs';
import {freePort} from '../lib/port.mjs';
import {begin, get, pairs, PARAMS, parametersOfSize, request, STDIN, stream} from '../lib/records.mjs';
import {startWorker} from '../lib/worker.mjs';

const health = get('/healthz');

async function ask(t, worker, bytes) {
  const peer = await connect(t, worker.address);
  peer.write(bytes);
  const answer = await peer.answer();
  await peer.closed();
  return answer;
}

async function limits(t, worker) {
  const full = parametersOfSize(health, 65535);
  const sizes = {
    'one record': 65535,
    'records of 8 KiB': 8192,
    'records of 100 bytes': 100,
    'records of 7 bytes': 7,
  };
  for (const [name, size] of Object.entries(sizes)) {
    await t.test(`65535 bytes in ${name}`, async (t) => {
      assert.equal((await ask(t, worker, request(full, {size}))).status, 200);
    });
    await t.test(`one byte more in ${name}: 431`, async (t) => {
      const answer = await ask(t, worker, request(parametersOfSize(health, 65536), {size}));
      assert.equal(answer.status, 431);
      assert.equal(answer.header('content-type'), 'application/problem+json');
      assert.equal(answer.json.status, 431);
    });
  }
  await t.test('padding is not content', async (t) => {
    assert.equal((await ask(t, worker, request(full, {size: 1000, padding: 255}))).status, 200);
  });
  await t.test('a megabyte of parameters: 431, and it is not kept', async (t) => {
    assert.equal((await ask(t, worker, request(parametersOfSize(health, 1 << 20)))).status, 431);
  });
}

test('on a Unix socket', async (t) => {
  const worker = await startWorker(t);
  await limits(t, worker);

  await t.test('a request in one-byte pieces', async (t) => {
    const peer = await connect(t, worker.address);
    await peer.drip(request(health));
    assert.equal((await peer.answer()).status, 200);
  });

  await t.test('a request in one-byte records', async (t) => {
    assert.equal((await ask(t, worker, request(health, {size: 1, padding: 3}))).status, 200);
  });

  await t.test('every cut in two', async (t) => {
    const bytes = request(health);
    for (let at = 1; at < bytes.length; ++at) {
      const peer = await connect(t, worker.address);
      peer.write(bytes.subarray(0, at));
      await new Promise(setImmediate);
      peer.write(bytes.subarray(at));
      assert.equal((await peer.answer()).status, 200, `cut at ${at}`);
      peer.leave();
    }
  });

  await t.test('every truncation is closed at once', async (t) => {
    const bytes = request(health);
    // From the end of the parameters on the request can be answered: a GET has no body.
    const enough = bytes.length - 8;
    const before = (await worker.metrics()).refused();
    for (let at = 1; at < enough; ++at) {
      const peer = await connect(t, worker.address);
      peer.write(bytes.subarray(0, at));
      peer.finish();
      assert.ok((await peer.closed()) < 1000, `truncated at ${at}`);
      assert.equal(peer.answers[0].headers, null, `truncated at ${at}`);
    }
    assert.equal((await worker.metrics()).refused(), before + enough - 1);
  });

  await t.test('an empty name, an empty value, a name given twice, bytes that are no text', async (t) => {
    const odd = Buffer.concat([
      pairs({'': 'x', HTTP_EMPTY: '', ...health}),
      pairs({SCRIPT_NAME: '/healthz'}),
      Buffer.from([2, 3, 1, 255, 1, 254, 10]),
    ]);
    const bytes = Buffer.concat([begin(), stream(PARAMS, 1, odd), stream(STDIN, 1, Buffer.alloc(0))]);
    assert.equal((await ask(t, worker, bytes)).status, 200);
  });

  await t.test('no parameters at all', async (t) => {
    assert.equal((await ask(t, worker, request({}))).status, 400);
  });
});

test('over TCP', async (t) => {
  const worker = await startWorker(t, {by: 'spawn-fcgi tcp', port: await freePort()});
  await limits(t, worker);
});

test('a lower limit', async (t) => {
  const worker = await startWorker(t, {config: {fastcgi: {head_bytes_max: 1024, body_bytes_max: 1024}}});
  const status = async (parameters, more) => (await ask(t, worker, request(parameters, more))).status;
  assert.equal(await status(parametersOfSize(health, 1024)), 200);
  assert.equal(await status(parametersOfSize(health, 1025)), 431);
  // The body is measured before anybody asks what it is for.
  const post = {...get('/healthz'), REQUEST_METHOD: 'POST'};
  assert.equal(await status(post, {body: 'x'.repeat(1024)}), 405);
  assert.equal(await status(post, {body: 'x'.repeat(1025)}), 413);
  assert.equal(await status(post, {body: 'x'.repeat(200000), size: 1000}), 413);
});
