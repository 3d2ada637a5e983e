// A real redis-server of a test's own, and workers that share a hub through it.
import fs from 'node:fs';
import path from 'node:path';
import {defer, temporaryDirectory} from './cleanup.mjs';
import {writeConfig} from './config.mjs';
import {fetch} from './fcgi.mjs';
import {configText, Hub} from './hub.mjs';
import {startNginx} from './nginx.mjs';
import {Process, run} from './process.mjs';
import {until} from './wait.mjs';
import {binary} from './places.mjs';
import {startWorker} from './worker.mjs';

export class Redis {
  constructor(t, directory, options) {
    Object.assign(this, {t, directory, options, socket: path.join(directory, 'redis.sock')});
  }

  get url() {
    return `unix://${this.socket}`;
  }

  async start() {
    const places = ['--port', '0', '--unixsocket', this.socket, '--dir', this.directory, '--save', ''];
    this.process = new Process('redis-server', [...places, ...this.options]);
    await until(async () => {
      if (this.process.exit) throw new Error(`redis-server ended: ${this.process.stdout}`);
      return (await this.ask('PING')) === 'PONG';
    }, 'Redis answers');
  }

  async ask(...words) {
    const {stdout} = await run('redis-cli', ['-s', this.socket, ...words]);
    return stdout.trim();
  }

  signal(name) {
    this.process.kill(name);
  }

  // As by the machine's out-of-memory killer.
  async kill() {
    this.process.kill('SIGKILL');
    await this.process.exited();
  }
}

// With `appendonly yes`, as docs/clustering.md has it.
export async function startRedis(t, options = ['--appendonly', 'yes']) {
  const redis = new Redis(t, temporaryDirectory(t), options);
  await redis.start();
  defer(t, () => {
    redis.process.kill('SIGCONT');
    return redis.process.stop('SIGTERM');
  });
  return redis;
}

// `count` workers behind one nginx, whose upstream names them all. `at(n)` speaks with one of them alone. `options` are of startWorker().
export async function startWorkers(t, redis, count, settings = {}, options = {}) {
  const config = configText({store: {kind: 'redis', url: redis.url}, ...settings});
  const workers = [];
  for (let n = 0; n < count; ++n) workers.push(await startWorker(t, {config, ...options}));
  const nginx = await startNginx(t, workers[0].address, {others: workers.slice(1).map((each) => each.address)});
  const hub = new Hub(t, workers[0], nginx);
  const alone = [];
  for (const worker of workers) alone.push(new Hub(t, worker, await startNginx(t, worker.address)));
  return {config, workers, hub, at: (n) => alone[n]};
}

// As an operator does: the four end by their pids.
export async function spawnFour(t, redis) {
  const directory = temporaryDirectory(t);
  const address = path.join(directory, 'w.sock');
  const file = writeConfig(directory, configText({store: {kind: 'redis', url: redis.url}}));
  const words = ['-s', address, '-b', '4096', '-F', '4', '--', binary, '--config', file];
  const child = new Process('spawn-fcgi', words, {stdio: ['ignore', 'pipe', 'ignore']});
  const pids = [];
  defer(t, async () => {
    for (const pid of pids) process.kill(pid, 'SIGTERM');
    await until(() => !pids.some((pid) => fs.existsSync(`/proc/${pid}`) && !isZombie(pid)), 'the four end', 15000);
  });
  await until(() => {
    const all = [...child.stdout.matchAll(/PID: (\d+)/g)].map((match) => Number(match[1]));
    pids.splice(0, pids.length, ...all);
    return pids.length === 4;
  }, 'four are spawned');
  await until(() => fetch(t, address, '/healthz').then((answer) => answer.status === 200, () => false), 'they answer');
  return {address, pids};
}

const isZombie = (pid) => / Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));

export function moveTo(worker, redis) {
  fs.writeFileSync(
    path.join(worker.directory, 'sse-worker.yaml'),
    configText({store: {kind: 'redis', url: redis.url}}),
  );
  worker.process.kill('SIGHUP');
}

// Publishes with an id of the event's own until it is taken, as a careful backend does; how often it was refused.
export async function insist(publisher, event, ms = 15000) {
  let refused = 0;
  await until(
    async () => {
      const answer = await publisher.json(event).catch((error) => ({status: 0, text: String(error)}));
      if (answer.status === 200) return true;
      if (![0, 502, 503].includes(answer.status)) throw new Error(`${answer.status}: ${answer.text}`);
      refused += 1;
      return false;
    },
    'the event is taken',
    ms,
  );
  return refused;
}
