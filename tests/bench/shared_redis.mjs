// What two workers with one Redis do: from a publish at one to a reader at the other, and batches at both at once. Run as:
// SSE_WORKER=build/sse-worker node tests/bench/shared_redis.mjs. The reader and the publishers are this process, so its time is
// in the figures.
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {setTimeout as pause} from 'node:timers/promises';
import {NDJSON, lines} from '../integration/lib/hub_publisher.mjs';
import {startRedis, startWorkers} from '../integration/lib/redis.mjs';
import {until} from '../integration/lib/wait.mjs';
import {Scope} from '../drill/scope.mjs';

const ticks = Number(execFileSync('getconf', ['CLK_TCK'], {encoding: 'utf8'}));
// Processor seconds of a process so far.
function cpu(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

async function latency({at}, {rate = 500, seconds = 10}) {
  const late = [];
  const take = ({data}) => late.push(performance.now() - Number(data.split(' ')[0]));
  await at(1).read({topic: 'news'}, {take});
  const padding = 'x'.repeat(80);
  const begun = performance.now();
  const answers = [];
  for (let n = 0; n < rate * seconds; ++n) {
    const wait = begun + (n * 1000) / rate - performance.now();
    if (wait > 0) await pause(wait);
    answers.push(at(0).form({topic: 'news', data: `${performance.now()} ${padding}`}));
  }
  const statuses = (await Promise.all(answers)).map((answer) => answer.status);
  await until(() => late.length === statuses.length, 'all have come', 10000);
  late.sort((one, other) => one - other);
  const share = (part) => `${late[Math.floor(late.length * part)].toFixed(2)} ms`;
  return {events: late.length, refused: statuses.filter((each) => each !== 200).length, p50: share(0.5), p99: share(0.99)};
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

for (const [name, measure] of Object.entries({latency, batches})) {
  const scope = new Scope();
  try {
    const redis = await startRedis(scope);
    console.log(name, await measure({redis, ...(await startWorkers(scope, redis, 2))}, {}));
  } finally {
    await scope.close();
  }
}
