// Stack: nginx and the worker as an operator runs them (deploy/local/run), on a port of their own, for one measurement.
// Started fresh each time, so that memory left over from one measurement is not the base of the next.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const root = resolve(fileURLToPath(new URL('.', import.meta.url)), '../..');
export const build = resolve(root, process.env.BUILD || 'build');
// Where the reports go.
export const results = join(build, 'bench');
mkdirSync(results, { recursive: true });

// However this process ends, what it started ends too.
const children = new Set();
process.on('exit', () => children.forEach((child) => child.kill('SIGTERM')));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

function start(command, args, env = process.env) {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

// Below the ports the kernel gives to clients, of which the measurement takes thousands.
async function freePort() {
  for (let port = 18100; port < 18200; ++port) {
    const server = createServer().listen(port, '127.0.0.1');
    const free = await once(server, 'listening').then(() => true, () => false);
    await new Promise((done) => server.close(done));
    if (free) return port;
  }
  throw new Error('no free port between 18100 and 18199');
}

// All processes below `ancestor` as { pid, name }.
function descendants(ancestor) {
  const below = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    let stat;
    try {
      stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    } catch {
      continue; // it has ended meanwhile
    }
    const [, name, parent] = stat.match(/^\d+ \((.*)\) \S (\d+)/s);
    below.set(Number(parent), [...(below.get(Number(parent)) ?? []), { pid: Number(pid), name }]);
  }
  const all = (pid) => (below.get(pid) ?? []).flatMap((child) => [child, ...all(child.pid)]);
  return all(ancestor);
}

export class Stack {
  #process;

  // `config`: the worker's configuration file, or none for the shipped one.
  static async start(config) {
    const stack = new Stack();
    const port = await freePort();
    const environment = { ...process.env, PORT: String(port), BUILD: build };
    delete environment.CONFIG;
    if (config) environment.CONFIG = config;
    stack.home = join(root, '.run', String(port));
    stack.origin = `http://127.0.0.1:${port}`;
    stack.#process = start(join(root, 'deploy/local/run'), [], environment);
    const ended = once(stack.#process, 'exit').then(([code]) => {
      throw new Error(`deploy/local/run ended with ${code} before it was ready`);
    });
    const ready = (async () => {
      for await (const line of createInterface({ input: stack.#process.stdout })) if (line.startsWith('ready:')) return;
      await ended;
    })();
    ended.catch(() => {}); // after the start, its end is awaited by stop()
    await Promise.race([ready, ended]);
    return stack;
  }

  // Arguments that make the load client watch the worker and nginx.
  watched() {
    return descendants(this.#process.pid)
      .filter(({ name }) => ['sse-worker', 'nginx'].includes(name))
      .flatMap(({ name, pid }) => ['--watch-pid', `${name === 'nginx' ? 'nginx' : 'worker'}=${pid}`]);
  }

  // Where the streams are.
  get events() {
    return `${this.origin}/events`;
  }

  // The worker's listening socket.
  get socket() {
    return join(this.home, 'worker.sock');
  }

  // What nginx complained about, last lines first.
  complaints(count = 5) {
    const log = join(this.home, 'error.log');
    return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').filter(Boolean).slice(-count) : [];
  }

  async stop() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
  }
}

// Runs the load client and returns its report.
export async function load(...args) {
  const client = start(join(build, 'sse-load'), args.map(String));
  let out = '';
  client.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  const [code] = await once(client, 'close');
  if (code !== 0) throw new Error(`sse-load ended with ${code}`);
  return JSON.parse(out);
}

// A configuration of the worker, for Stack.start().
export function writeConfig(name, yaml) {
  const path = join(results, `${name}.yaml`);
  writeFileSync(path, yaml);
  return path;
}

// The report of one measurement on a fresh stack that was warmed up; with what nginx said where streams failed.
export async function withStack(config, warm, measure) {
  const stack = await Stack.start(config);
  try {
    await warm(stack);
    const report = await measure(stack);
    if (Object.keys(report.streams.errors).length > 0) report.nginx_complaints = stack.complaints();
    return report;
  } finally {
    await stack.stop();
  }
}
