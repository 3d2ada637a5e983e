// What expires at night: the certificate of Redis, and the password. Two workers behind one nginx, under load.
import fs from 'node:fs';
import path from 'node:path';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {startWorkers} from '../lib/redis.mjs';
import {startTls} from '../lib/redis_tls.mjs';
import {until} from '../lib/wait.mjs';
import {Population} from './population.mjs';

const onDisk = ['--appendonly', 'yes', '--appendfsync', 'always'];

// All workers say why Redis is of no use to them.
const refused = (at, pattern) => Promise.all([0, 1].map((n) =>
  until(async () => pattern.test((await at(n).nginx.http('/healthz').done()).text), `/healthz says ${pattern}`, 20_000)));

async function underLoad(t, {times, readers}, {store, redis}, happens) {
  const stack = await startWorkers(t, redis, 2, {store});
  const population = new Population(t, stack.hub.port, {readers});
  await population.start();
  const published = async (more) => {
    const before = population.figures().acknowledged;
    await until(() => population.figures().acknowledged >= before + more, 'events are published', 30_000);
  };
  for (let n = 0; n < times; ++n) {
    await published(30);
    await happens(stack, n);
  }
  await published(30);
  const figures = await population.end(30_000);
  return {tried: times, ...figures, wrong: figures.reconnects > 0 ? [`${figures.reconnects} reconnects`] : []};
}

const cutAll = (redis) => redis.ask('CLIENT', 'KILL', 'TYPE', 'normal');

// Redis has it from a file and reads that anew. Connections go on with the certificate that they began with; so they are cut.
export async function certificateExpired(t, options) {
  const {authority, redis, store, server} = await startTls(t, {options: onDisk});
  const present = async ({certificate, key}) => {
    await redis.ask('CONFIG', 'SET', 'tls-cert-file', certificate, 'tls-key-file', key);
    await cutAll(redis);
  };
  const expired = authority.issue('expired', undefined, {days: 0});
  return underLoad(t, options, {store, redis}, async ({at}) => {
    await present(expired);
    await refused(at, /the certificate of Redis is refused: certificate has expired/);
    await present(server);
  });
}

// The workers are told by SIGHUP; the configuration is the same.
export async function passwordRotated(t, options) {
  const {redis, store} = await startTls(t, {options: onDisk});
  const file = path.join(temporaryDirectory(t), 'password');
  const ask = redis.ask.bind(redis);
  let password;
  const change = async (to) => {
    await redis.ask('CONFIG', 'SET', 'requirepass', to);
    password = to;
  };
  redis.ask = (...words) => (password ? ask('-a', password, ...words) : ask(...words));
  await change('number 0');
  fs.writeFileSync(file, `${password}\n`, {mode: 0o600});
  return underLoad(t, options, {store: {...store, password_file: file}, redis}, async ({at, workers}, n) => {
    await change(`number ${n + 1}`);
    await cutAll(redis);
    await refused(at, /WRONGPASS .*; check store\.user and store\.password/);
    fs.writeFileSync(file, `${password}\n`);
    for (const worker of workers) worker.process.kill('SIGHUP');
  });
}
