// The load client against the hub, in every build: with sanitizers it is their exercise, and in each of them it counts what
// was lost, repeated or out of order. How fast it went is no matter here.
import assert from 'node:assert/strict';
import path from 'node:path';
import {test} from 'node:test';
import {makeCertificate} from '../bench/certificate.mjs';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {startHub} from '../lib/hub.mjs';
import {run} from '../lib/process.mjs';
import {root} from '../lib/places.mjs';
import {freePort} from '../lib/port.mjs';

const load = path.resolve(process.env.SSE_LOAD ?? path.join(root, 'build/sse-load'));

const scenarios = {
  'many readers of one topic': '--streams 300 --topic news --publish-count 3000 --publish-batch 10 --ahead 300',
  'events one by one': '--streams 50 --topic news --publish-count 1000 --publish-connections 16',
  'a topic for each reader': '--streams 300 --topic user/{n} --publish-count 3000 --publish-batch 50',
  'readers of several topics': '--streams 100 --topic a --topic b --topic c --publish-count 2000 --publish-batch 20',
  'patterns': '--streams 100 --topic p/* --publish-topic p/{n} --topics 20 --publish-count 2000 --publish-batch 20',
  'readers who leave and come back': '--streams 100 --topic news --leave-after 5 --publish-count 3000 --publish-batch 50',
};

// The report, once nothing was lost, repeated or out of order in it.
async function measure(t, ...args) {
  const {stdout, stderr} = await run(load, [...args, '--duration', '60s'], {ms: 90000});
  const report = JSON.parse(stdout || `{"said": ${JSON.stringify(stderr)}}`);
  const {streams, publish, deliveries} = report;
  assert.deepEqual(streams.errors, {}, stdout);
  assert.equal(publish.acknowledged, publish.sent);
  assert.ok(deliveries.delivered > 0);
  const {lost, repeated, reordered} = deliveries;
  assert.deepEqual({lost, repeated, reordered}, {lost: 0, repeated: 0, reordered: 0});
  t.diagnostic(`${deliveries.delivered} deliveries of ${publish.acknowledged} events`);
  return report;
}

for (const loops of [1, 2]) {
  test(`under load, ${loops} loops`, async (t) => {
    const hub = await startHub(t, {loops});
    for (const [name, options] of Object.entries(scenarios)) {
      await t.test(name, (t) => measure(t, '--url', `http://127.0.0.1:${hub.port}/events`, ...options.split(' ')));
    }
    assert.equal(await hub.metric('sse_worker_gaps_total'), 0);
  });
}

// `connects`: of the 100 readers, and of those who come back.
const encrypted = {
  'HTTP/1.1': {options: []},
  'HTTP/2, one stream a connection': {options: ['--http2'], connects: [100, 200]},
  'HTTP/2, ten streams a connection': {options: ['--http2', '--streams-per-connection', '10'], connects: [10, 20]},
};

test('over TLS', async (t) => {
  const {key, certificate} = makeCertificate(temporaryDirectory(t));
  const port = await freePort();
  const hub = await startHub(t, {}, {nginx: {server: `listen 127.0.0.1:${port} ssl http2;
    ssl_certificate ${certificate}; ssl_certificate_key ${key};`}});
  const publish = (origin) => ['--url', `https://localhost:${port}/events`, '--publish-url', `${origin}/publish`];
  const where = publish(`http://127.0.0.1:${hub.port}`);
  const readers = ['--streams', '100', '--topic', 'news', '--publish-batch', '20'];
  for (const [name, {options, connects: [staying, returning] = []}] of Object.entries(encrypted)) {
    await t.test(name, async (t) => {
      const report = await measure(t, ...where, ...options, ...readers, '--publish-count', '3000', '--ahead', '300');
      assert.equal(report.deliveries.delivered, 300_000);
      assert.equal(report.http2?.connects, staying);
    });
    await t.test(`${name}, readers who leave and come back`, async (t) => {
      const report = await measure(t, ...where, ...options, ...readers, '--publish-count', '1000', '--leave-after', '5');
      assert.equal(report.http2?.connects, returning);
    });
    await t.test(`${name}, a publisher over TLS, a topic for each reader`, (t) =>
      measure(t, ...publish(`https://localhost:${port}`), ...options, '--streams', '100', '--topic', 'user/{n}', '--publish-count', '1000'));
  }
  await t.test('a server that speaks no TLS', async () => {
    const {stdout} = await run(load, ['--url', `https://127.0.0.1:${hub.port}/events`, '--streams', '3', '--until', 'first']);
    assert.deepEqual(JSON.parse(stdout).streams.errors, {bad_tls: 3});
  });
  await t.test('a server that speaks no HTTP/2', async () => {
    const {stdout} = await run(load, ['--url', `http://127.0.0.1:${hub.port}/events`, '--http2', '--streams-per-connection', '2', '--streams', '3',
      '--until', 'first']);
    assert.deepEqual(JSON.parse(stdout).streams.errors, {bad_response: 3});
  });
  // 20 readers each, who see how nginx ends their streams.
  const ends = async (end) => {
    const running = Object.values(encrypted).map(({options}) =>
      run(load, [...where, ...options, '--streams', '20', '--topic', 'news', '--until', 'end', '--duration', '60s'], {ms: 90000}));
    await hub.worker.measured((metrics) => metrics.value('sse_worker_streams') === 60, 'the streams are open');
    await end();
    return (await Promise.all(running)).map(({stdout}) => JSON.parse(stdout).streams);
  };
  await t.test('a worker that is killed ends its streams between two frames', async () => {
    for (const streams of await ends(() => hub.worker.stop('SIGKILL'))) {
      assert.deepEqual([streams.ended_without_close, streams.errors], [20, {}]);
    }
    await hub.restart();
  });
  await t.test('an nginx that ends cuts them', async () => {
    for (const streams of await ends(() => hub.nginx.process.stop())) assert.deepEqual(streams.errors, {cut_body: 20});
  });
});
