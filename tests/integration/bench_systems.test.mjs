// What `make bench` measures beside the worker must work, or its figures mean nothing: every system takes what is published,
// in the form that suits it, and every reader gets all of it, once and in order.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {complaints, warm} from '../bench/comparison.mjs';
import {load, watching} from '../bench/load.mjs';
import {systems} from '../bench/systems/index.mjs';

const ways = {
  '': {},
  ', over TLS': {tls: true},
  ', over TLS and HTTP/2': {tls: true, reading: ['--http2', '--streams-per-connection', 10]},
};
const cases = Object.values(systems).flatMap((system) =>
  Object.entries(ways).filter(([, {tls}]) => !tls || ['worker', 'nchan'].includes(system.name)).map(([way, {tls, reading = []}]) => ({system, way, tls, reading})));

for (const {system, way, tls, reading} of cases) {
  test(`${system.title}${way}: 20 readers, 200 events`, {skip: system.missing?.(), timeout: 60_000}, async () => {
    const running = await system.start(undefined, {tls});
    try {
      assert.equal(new URL(running.events).protocol, tls ? 'https:' : 'http:');
      const where = ['--url', running.events, '--publish-url', running.publish, ...reading, ...(system.reading ?? []), ...(system.publishing ?? [])];
      // As the bench does.
      await warm(where, system);
      const report = await load(...where, '--streams', 20, '--topic', 'a/{n}', '--topics', 4, '--publish-count', 200, '--publish-batch', system.batches ? 10 : 1,
        ...watching(running.pids));
      assert.deepEqual(complaints({}, report), [], running.complaints().join('\n'));
      assert.equal(report.deliveries.delivered, 1000);
      assert.ok(report.processes.nginx.cpu_open_seconds > 0);
    } finally {
      await running.stop();
    }
  });
}
