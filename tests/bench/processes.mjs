// Processes: what a measurement starts, where, and how it ends: with this process, however that ends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
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

export function start(command, args, env = process.env) {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

// Below the ports the kernel gives to clients, of which the measurement takes thousands. Begins anywhere among them: another
// run on this machine that looked at the same time would take the same one.
const [firstPort, ports] = [18100, 1900];
export async function freePort() {
  const begin = Math.floor(Math.random() * ports);
  for (let i = 0; i < ports; ++i) {
    const port = firstPort + (begin + i) % ports;
    const server = createServer().listen(port, '127.0.0.1');
    const free = await once(server, 'listening').then(() => true, () => false);
    await new Promise((done) => server.close(done));
    if (free) return port;
  }
  throw new Error(`no free port between ${firstPort} and ${firstPort + ports - 1}`);
}

// All processes below `ancestor` as { pid, name }.
export function descendants(ancestor) {
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

// Asks a process that start() gave to end, and waits for it; after a while no longer asks.
export async function end(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  const impatience = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await ended;
  clearTimeout(impatience);
}
