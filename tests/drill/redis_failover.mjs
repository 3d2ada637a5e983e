// Three machines, each with a worker, a Redis and a Sentinel; or a Cluster of six nodes on them. A node is lost under load, the keys
// move, a machine is cut off, a clock is wrong.
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {configText, Hub} from '../lib/hub.mjs';
import {Machines} from '../lib/machines.mjs';
import {startNginx} from '../lib/nginx.mjs';
import {build} from '../lib/places.mjs';
import {startCluster, startReplicated} from '../lib/redis_nodes.mjs';
import {until} from '../lib/wait.mjs';
import {startWorker} from '../lib/worker.mjs';
import {Population} from './population.mjs';

const machineCount = 3;

// `before(n)`: what the command of the worker on machine n begins with.
async function startHub(t, machines, url, {replicas, before = () => []}) {
  const config = configText({store: {kind: 'redis', url, replicas}});
  const workers = [];
  for (let n = 0; n < machineCount; ++n) workers.push(await startWorker(t, {config, ...machines.worker(n, before(n))}));
  const [first, ...others] = workers.map((each) => each.address);
  return new Hub(t, workers[0], await startNginx(t, first, {others}));
}

// Without `mayBeLost`, no reader may get a gap.
async function underLoad(t, start, {times, readers, kept, mayBeLost = kept.replicas === 0}, happens) {
  const machines = await Machines.make(t, machineCount);
  const redis = await start(machines);
  const hub = await startHub(t, machines, redis.url, kept);
  const population = new Population(t, hub.port, {readers});
  await population.start();
  const published = async (more) => {
    const before = population.figures().acknowledged;
    await until(() => population.figures().acknowledged >= before + more, 'events are published', 30000);
  };
  const seconds = [];
  for (let n = 0; n < times; ++n) {
    await published(50);
    const began = performance.now();
    const skipped = await happens({redis, machines, n, published});
    if (skipped) return {skipped};
    seconds.push((performance.now() - began) / 1000);
  }
  await published(50);
  await population.end(60000, {mayBeLost});
  const figures = population.figuresWithGaps();
  const wrong = [];
  if (!mayBeLost && figures.lost_and_told > 0) wrong.push(`lost although replicas had it: ${figures.lost_and_told}`);
  if (!mayBeLost && figures.gaps_told > 0) wrong.push(`gaps although nothing was lost: ${figures.gaps_told}`);
  return {tried: times, ...figures, longest_s: Math.max(...seconds), wrong};
}

const sentinels = (t) => (machines) =>
  startReplicated(t, {places: (n) => machines.redis(n), sentinelPlaces: (n) => machines.sentinel(n)});
// Two nodes on each machine.
const cluster = (t, more) => (machines) =>
  startCluster(t, {...more, places: (n) => ({...machines.redis(n % machineCount), ...(machines.reason ? {} : {port: n < machineCount ? 7000 : 7001})})});

async function loseThePrimary({redis, published}) {
  const former = await redis.primary();
  await former.kill();
  await until(async () => ![undefined, former].includes(await redis.primary()), 'another primary', 30000);
  await published(20);
  await former.start();
  await redis.settled();
}

export const sentinelFailover = (t, {times, readers, replicas}) =>
  underLoad(t, sentinels(t), {times, readers, kept: {replicas}}, loseThePrimary);

// The machine of the primary, with its worker, reaches nobody for a while. With `replicas: 0` that worker goes on taking publishes,
// which are lost.
export const sentinelPartition = (t, {times, readers, replicas, seconds}) =>
  underLoad(t, sentinels(t), {times, readers, kept: {replicas}}, async ({redis, machines, published}) => {
    if (machines.reason) return `network namespaces are needed: ${machines.reason}`;
    const former = await redis.primary();
    const machine = redis.nodes.indexOf(former);
    await machines.cut(machine);
    await pause(seconds * 1000);
    await machines.heal(machine);
    await until(async () => ![undefined, former].includes(await redis.primary()), 'another primary', 30000);
    await redis.settled(60000);
    await published(20);
    return undefined;
  });

// What the primary sends to one of the others gets lost, and after that the other way round.
export const oneWayLinks = (t, {times, readers, replicas, seconds}) =>
  underLoad(t, sentinels(t), {times, readers, kept: {replicas}}, async ({redis, machines, n, published}) => {
    if (machines.reason) return `network namespaces are needed: ${machines.reason}`;
    const primary = redis.nodes.indexOf(await redis.primary());
    const other = (primary + 1 + (n % 2)) % machineCount;
    const [from, to] = n % 4 < 2 ? [primary, other] : [other, primary];
    await machines.cutOneWay(from, to);
    await pause(seconds * 1000);
    await machines.healOneWay(from, to);
    await redis.settled(60000);
    await published(20);
    return undefined;
  });

export const slowLinks = (t, {times, readers, replicas, seconds}) =>
  underLoad(t, sentinels(t), {times, readers, kept: {replicas}}, async ({machines, n, published}) => {
    if (machines.reason) return `network namespaces are needed: ${machines.reason}`;
    if (!(await machines.worsen(n % machineCount))) return 'this kernel has no netem';
    await pause(seconds * 1000);
    await published(5);
    await machines.improve(n % machineCount);
    return undefined;
  });

export const clusterFailover = (t, {times, readers, replicas}) =>
  underLoad(t, cluster(t), {times, readers, kept: {replicas}}, async ({redis, published}) => {
    const former = await redis.ownerOf();
    await former.kill();
    await until(async () => ![undefined, former].includes(await redis.ownerOf()), 'another node has the slot', 30000);
    // The new node has no other replica, and publishes wait for one.
    await former.start();
    await published(20);
    await redis.settled();
  });

// No node is lost, so no event is. The timeout is long, so that a node that gets no CPU for some seconds is not taken for dead.
export const clusterReshard = (t, {times, readers, replicas}) =>
  underLoad(t, cluster(t, {timeout: 15000}), {times, readers, kept: {replicas}, mayBeLost: false}, async ({redis, n, published}) => {
    const from = await redis.ownerOf();
    const roles = await Promise.all(redis.nodes.map((node) => node.info('replication', 'role')));
    const others = redis.nodes.filter((node, at) => roles[at] === 'master' && node !== from);
    await redis.moveSlot(others[n % others.length], {between: () => pause(50)});
    await published(20);
  });

// Of the build; see tests/support/wrong_clock.cpp.
const library = path.join(build, 'tests/libwrong_clock.so');

export const wrongClocks = (t, {times, readers, replicas}) => {
  const before = (n) => ['/usr/bin/env', `LD_PRELOAD=${library}`, `WRONG_CLOCK_SECONDS=${[0, 600, -600][n]}`];
  return underLoad(t, sentinels(t), {times, readers, kept: {replicas, before}}, loseThePrimary);
};
