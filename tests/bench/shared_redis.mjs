// What two workers with one Redis do: from a publish at one to a reader at the other, and batches at both at once. Run as:
// SSE_WORKER=build/sse-worker node tests/bench/shared_redis.mjs. The batches' publishers are this process, on
// the same processors.
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {NDJSON, lines} from '../integration/lib/hub_publisher.mjs';
import {startRedis, startWorkers} from '../integration/lib/redis.mjs';
import {run} from '../integration/lib/process.mjs';
import {binary} from '../integration/lib/worker.mjs';
import {Scope} from '../drill/scope.mjs';

const program = path.join(path.dirname(binary), 'sse-load');
const ticks = Number(execFileSync('getconf', ['CLK_TCK'], {encoding: 'utf8'}));
// Processor seconds of a process so far.
function cpu(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

// `n`: whose readers; of the same worker (0) for comparison.
async function latency({at}, {rate = 500, seconds = 10, n = 1}) {
  const where = (port, path) => `http://127.0.0.1:${port}/${path}`;
  const {stdout, stderr} = await run(program, ['--url', where(at(n).port, 'events'), '--streams', 10, '--topic', 'news',
    '--publish-url', where(at(0).port, 'publish'), '--publish-rate', rate, '--publish-for', `${seconds}s`,
    '--publish-connections', 4, '--duration', `${seconds + 10}s`].map(String), {ms: 60000});
  if (!stdout) throw new Error(stderr);
  const {deliveries} = JSON.parse(stdout);
  return deliveries;
}

async function batches({at, workers, redis}, {seconds = 5, size = 400, publishers = 4}) {
  const body = lines(Array.from({length: size}, (_, n) => ({topic: 'news', data: `${n} ${'x'.repeat(90)}`})));
  const pids = {redis: redis.process.pid, worker: workers[0].pid, other: workers[1].pid};
  const before = Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, cpu(pid)]));
  const begun = performance.now();
  let events = 0;
  const publish = async (n) => {
    while (performance.now() - begun < seconds * 1000) {
      const answer = await at(n).post(body, NDJSON);
      if (answer.status === 200) events += size;
    }
  };
  await Promise.all(Array.from({length: 2 * publishers}, (_, n) => publish(n % 2)));
  const took = (performance.now() - begun) / 1000;
  const microseconds = (name) => `${(((cpu(pids[name]) - before[name]) / events) * 1e6).toFixed(2)} µs`;
  const memory = (await redis.ask('MEMORY', 'USAGE', '{sse-worker}:events', 'SAMPLES', '0')) || 0;
  const held = await redis.ask('XLEN', '{sse-worker}:events');
  return {
    events_per_second: Math.round(events / took),
    redis_per_event: microseconds('redis'),
    worker_per_event: microseconds('worker'),
    other_per_event: microseconds('other'),
    bytes_in_redis_per_event: Math.round(memory / held),
  };
}

const sameWorker = (stack, options) => latency(stack, {...options, n: 0});
for (const [name, measure] of Object.entries({latency, sameWorker, batches})) {
  const scope = new Scope();
  try {
    const redis = await startRedis(scope);
    console.log(name, await measure({redis, ...(await startWorkers(scope, redis, 2))}, {}));
  } finally {
    await scope.close();
  }
}
