// The real thing to test against: nginx with the shipped files, spawn-fcgi and the worker, on a port of its own. Everything
// that is waited for has a deadline, and what a failed start printed is in the error.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const readyMs = 60_000;
const stopMs = 30_000;

// The worker is taken from the folder BUILD, or is the program SSE_WORKER, or the one of the ordinary build. With `feed` the
// page's live examples run beside it, in the configuration that goes with them; without, all is as shipped. `settings` is the
// text of another configuration, `config` names its file, `root` another folder with deploy/, config/ and www/.
export async function startStack({ settings, ...options } = {}) {
  if (settings === undefined) return start(options);
  const folder = await mkdtemp(join(tmpdir(), 'stack-'));
  const forget = () => rm(folder, { recursive: true, force: true });
  try {
    const config = join(folder, 'sse-worker.yaml');
    await writeFile(config, settings);
    const stack = await start({ ...options, config });
    return { ...stack, stop: () => stack.stop().finally(forget) };
  } catch (error) {
    await forget();
    throw error;
  }
}

async function start({ feed = false, config, root = repository }) {
  const { SSE_WORKER, BUILD = 'build' } = process.env;
  const port = await freePort();
  const child = spawn(`${root}deploy/local/run`, {
    cwd: root,
    env: { ...process.env, BUILD: SSE_WORKER ? dirname(SSE_WORKER) : resolve(repository, BUILD), PORT: String(port), FEED: feed ? 'on' : 'off', ...(config && { CONFIG: config }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const emergency = () => child.kill('SIGTERM');
  process.once('exit', emergency);
  const exited = once(child, 'exit');

  try {
    const url = await readyLine(child, exited);
    return { url, workerPid: () => descendant(child.pid, 'sse-worker'), stop };
  } catch (error) {
    await stop();
    throw error;
  }

  async function stop() {
    process.off('exit', emergency);
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), stopMs);
    const [, signal] = await exited;
    clearTimeout(late);
    if (signal === 'SIGKILL') throw new Error(`the stack did not stop within ${stopMs} ms of SIGTERM`);
    await rm(`${root}.run/${port}`, { recursive: true, force: true });
  }
}

async function readyLine(child, exited) {
  let said = '';
  const found = new Promise((resolve) => {
    const read = (chunk) => {
      said += chunk;
      const ready = /^ready: (\S+)$/m.exec(said);
      if (ready) resolve(ready[1]);
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
  });
  let timer;
  const late = new Promise((resolve) => { timer = setTimeout(resolve, readyMs); });
  const url = await Promise.race([found, exited.then(() => null), late]);
  clearTimeout(timer);
  if (!url) throw new Error(`the stack was not ready within ${readyMs} ms; it said:\n${said}`);
  return url;
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

// The pid of the process with this name among the children, and their children, of another.
async function descendant(ancestor, name) {
  const parents = new Map();
  const named = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => null);
    if (!stat) continue;
    // "pid (name) state ppid …": the name may itself hold spaces and brackets.
    const end = stat.lastIndexOf(')');
    const [state, parent] = stat.slice(end + 2).split(' ');
    parents.set(Number(entry), Number(parent));
    if (stat.slice(stat.indexOf('(') + 1, end) === name && state !== 'Z') named.push(Number(entry));
  }
  const pid = named.find((candidate) => {
    for (let at = candidate; at; at = parents.get(at)) if (at === ancestor) return true;
    return false;
  });
  if (!pid) throw new Error(`no process ${name} under ${ancestor}`);
  return pid;
}
