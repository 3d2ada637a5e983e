// Two workers with one Redis: from a publish at one to a reader at the other, and batches at both at once. The publishers of
// the batches are this process, on the same processors.
import {NDJSON, lines} from '../lib/publisher.mjs';
import {startRedis, startWorkers} from '../lib/redis.mjs';
import {Scope} from '../lib/scope.mjs';
import {load} from './load.mjs';

const rate = 500;
const size = 400;
const publishers = 4; // at each
const batchesMs = 5000;

const latency = ({at}) => load('--url', `http://127.0.0.1:${at(1).port}/events`, '--streams', 10, '--topic', 'news',
  '--publish-url', `http://127.0.0.1:${at(0).port}/publish`, '--publish-rate', rate, '--publish-for', '10s',
  '--publish-connections', 4, '--duration', '20s');

async function batches({at}) {
  const body = lines(Array.from({length: size}, (_, n) => ({topic: 'news', data: `${n} ${'x'.repeat(90)}`})));
  const begun = performance.now();
  let events = 0;
  const publish = async (n) => {
    while (performance.now() - begun < batchesMs) {
      if ((await at(n).post(body, NDJSON)).status === 200) events += size;
    }
  };
  await Promise.all(Array.from({length: 2 * publishers}, (_, n) => publish(n % 2)));
  return events / ((performance.now() - begun) / 1000);
}

// The report of the load client, and with it `shared_per_second`.
export async function measureShared() {
  const scope = new Scope();
  try {
    const redis = await startRedis(scope);
    const workers = await startWorkers(scope, redis, 2);
    const report = await latency(workers);
    report.shared_per_second = await batches(workers);
    return report;
  } finally {
    await scope.close();
  }
}
