// Two workers that share a Redis, behind one nginx, under load: what happens to the Redis, and to the workers.
import {setTimeout as pause} from 'node:timers/promises';
import {startRedis, startWorkers} from '../lib/redis.mjs';
import {before, binary} from '../lib/places.mjs';
import {Program, takeOver} from '../lib/takeover.mjs';
import {startWorker} from '../lib/worker.mjs';
import {Population} from './population.mjs';

// Does `happens(…)` so many times while all goes on.
async function under(t, {times, readers = 20, between = 300, workers = {}}, happens) {
  // With `everysec`, the default, a Redis on a busy disk answers up to two seconds before it writes: killed then, it has lost
  // what it acknowledged, and readers are told of a gap.
  const redis = await startRedis(t, ['--appendonly', 'yes', '--appendfsync', 'always']);
  const stack = await startWorkers(t, redis, 2, {}, workers);
  const population = new Population(t, stack.hub.port, {readers});
  await population.start();
  for (let n = 0; n < times; ++n) {
    await pause(between / 2 + Math.random() * between);
    await happens({redis, n, ...stack});
  }
  await pause(between);
  return {tried: times, ...(await population.end(30000))};
}

export const restartedRedis = (t, options) =>
  under(t, options, async ({redis}) => {
    await redis.kill();
    await redis.start();
  });

export const pausedRedis = (t, {seconds, ...options}) =>
  under(t, options, async ({redis}) => {
    redis.signal('SIGSTOP');
    await pause(seconds * 1000);
    redis.signal('SIGCONT');
  });

export const cutConnections = (t, options) =>
  under(t, options, ({redis}) => redis.ask('CLIENT', 'KILL', 'TYPE', 'normal'));

export const fullRedis = (t, options) =>
  under(t, options, async ({redis}) => {
    await redis.ask('CONFIG', 'SET', 'maxmemory', '1');
    await pause(300);
    await redis.ask('CONFIG', 'SET', 'maxmemory', '0');
  });

export const workersInTurn = (t, options) =>
  under(t, options, async ({workers, config, n}) => {
    const one = workers[n % 2];
    one.process.kill('SIGKILL');
    await one.process.exited();
    workers[n % 2] = await startWorker(t, {config, socket: one.address, directory: one.directory});
  });

// Each time another build takes both workers over, one after the other: this one after that of before, then that of before again.
export async function rollingUpgrade(t, {times, ...options}) {
  const program = new Program(t, before);
  const pauses = [];
  const figures = await under(t, {times, ...options, workers: {wrap: program.wrap}}, async ({workers, n}) => {
    program.real(n % 2 === 0 ? binary : before);
    for (const worker of workers) {
      pauses.push((await takeOver(worker)).pause);
      await pause(300 * Math.random());
    }
  });
  return {...figures, 'pause at most, ms': Math.max(...pauses), wrong: figures.reconnects > 0 ? [`${figures.reconnects} reconnects`] : []};
}
