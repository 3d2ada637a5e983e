// Workers that share a Redis: what an event costs Redis and each worker as the number of workers grows; what TLS, an AOF that is
// written before each answer, and a replica that must have each event add to that; and how long an event takes from a publish at one
// worker to a reader at another. The publishers run on the same processors, so one worker alone, with its store in memory, shows how much of
// that time is the machine's.
import {readFileSync} from 'node:fs';
import {startHub} from '../lib/hub.mjs';
import {startRedis, startWorkers} from '../lib/redis.mjs';
import {startReplicated} from '../lib/redis_nodes.mjs';
import {startTls} from '../lib/redis_tls.mjs';
import {Scope} from '../lib/scope.mjs';
import {load} from './load.mjs';

const [size, batchPublishers, singlePublishers, rate] = [400, 8, 32, 500];
const seconds = 5;

const ticks = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return Number(fields[11]) + Number(fields[12]);
};
// Seconds.
const cpuOf = (processes) => processes.reduce((sum, {pid}) => sum + ticks(pid), 0) / 100;

const everysec = ['--appendonly', 'yes'];
const always = [...everysec, '--appendfsync', 'always'];

// {store, servers}: the configuration of the workers, and the processes whose CPU time counts as that of Redis.
const setups = {
  plain: (scope) => single(scope, everysec),
  always: (scope) => single(scope, always),
  async tls(scope) {
    const {redis, store} = await startTls(scope, {options: everysec});
    return {redis, store, servers: [redis.process]};
  },
  replicated: (scope) => replicated(scope, 0),
  replicas: (scope) => replicated(scope, 1),
};

async function single(scope, options) {
  const redis = await startRedis(scope, options);
  return {redis, store: {kind: 'redis', url: redis.url}, servers: [redis.process]};
}

async function replicated(scope, replicas) {
  const redis = await startReplicated(scope, {replicas: 1, sentinels: 1, options: everysec});
  return {redis, store: {kind: 'redis', url: redis.url, replicas}, servers: [redis.nodes[0].process]};
}

// All workers are published to for so many seconds; how many events were acknowledged.
async function publish(hubs, publishers, batch) {
  const reports = await Promise.all(hubs.map(({port}) => load('--url', `http://127.0.0.1:${port}/events`, '--streams', 0,
    '--publish-url', `http://127.0.0.1:${port}/publish`, '--publish-topic', 'news', '--publish-batch', batch,
    '--publish-connections', publishers / hubs.length, '--publish-for', `${seconds}s`, '--duration', '60s')));
  return reports.reduce((sum, report) => sum + report.publish.acknowledged, 0);
}

// Events that are published at one port, and read at another.
const deliver = (from, to) => load('--url', `http://127.0.0.1:${to}/events`, '--streams', 10, '--topic', 'news', '--publish-url', `http://127.0.0.1:${from}/publish`,
  '--publish-rate', rate, '--publish-for', '8s', '--publish-connections', 4, '--duration', '20s');

async function measureAlone() {
  const scope = new Scope();
  try {
    const {port} = await startHub(scope);
    const {deliveries} = await deliver(port, port);
    return {deliveries};
  } finally {
    await scope.close();
  }
}

async function measureSetup(setup, count) {
  const scope = new Scope();
  try {
    const {redis, store, servers} = await setups[setup](scope);
    const {workers, at} = await startWorkers(scope, redis, count, {store});
    const processes = workers.map(({process}) => process);
    const latency = await deliver(at(0).port, at(count - 1).port);
    const hubs = workers.map((_, n) => at(n));
    const one = await publish(hubs, singlePublishers, 1);
    const before = {redis: cpuOf(servers), workers: cpuOf(processes)};
    const batches = await publish(hubs, batchPublishers, size);
    const after = {redis: cpuOf(servers), workers: cpuOf(processes)};
    return {
      deliveries: latency.deliveries,
      rate: batches / seconds,
      redis_us: ((after.redis - before.redis) / batches) * 1e6,
      worker_us: ((after.workers - before.workers) / batches / count) * 1e6,
      singles: one / seconds,
    };
  } finally {
    await scope.close();
  }
}

const measured = {
  two: ['plain', 2], four: ['plain', 4], eight: ['plain', 8], tls: ['tls', 2], always: ['always', 2], replicated: ['replicated', 2], replicas: ['replicas', 2],
};
const names = {
  two: '2 workers', four: '4 workers', eight: '8 workers', tls: '2 workers, TLS', always: '2 workers, appendfsync always',
  replicated: '2 workers, one replica', replicas: '2 workers, one replica, `replicas: 1`',
};

async function measure() {
  const taken = {alone: await measureAlone()};
  for (const [name, words] of Object.entries(measured)) taken[name] = await measureSetup(...words);
  return taken;
}

const each = (name, unit, of) => Object.keys(measured).map((key) => ({name: `${name}, ${names[key]}`, unit, of: (taken) => of(taken[key])}));
const total = ({redis_us: redis, worker_us: worker}, workers) => redis + workers * worker;

export const cluster = {
  name: 'cluster',
  title: 'workers that share a Redis',
  columns: {this: 'this build'},
  measure,
  wanted: [
    {name: 'events lost', unit: '', at_most: 0, of: (taken) => Object.values(taken).reduce((sum, {deliveries}) => sum + deliveries.lost, 0)},
    ...each('batches', 'events/s', ({rate: perSecond}) => perSecond),
    ...each('CPU of Redis per event', 'us', ({redis_us: us}) => us),
    ...each('CPU of each worker per event', 'us', ({worker_us: us}) => us),
    ...each(`single publishes by ${singlePublishers} publishers`, 'events/s', ({singles: perSecond}) => perSecond),
    ...each(`p99 at ${rate} events/s, publish at one worker to reader at another`, 'ms', ({deliveries}) => deliveries.latency_ms.p99),
    {name: 'CPU per event of Redis and workers, TLS over without', unit: 'x', at_most: 1.2, of: ({tls, two}) => total(tls, 2) / total(two, 2)},
    {name: `p99 at ${rate} events/s, one worker, its store in memory`, unit: 'ms', of: ({alone}) => alone.deliveries.latency_ms.p99},
    {name: 'p99 over two workers', unit: 'ms', at_most: 5, of: ({two}) => two.deliveries.latency_ms.p99},
    {name: 'p99 over two workers and TLS', unit: 'ms', at_most: 5, of: ({tls}) => tls.deliveries.latency_ms.p99},
  ],
};
