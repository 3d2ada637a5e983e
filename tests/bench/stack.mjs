// Stack: nginx and the worker as an operator runs them (deploy/local/run), on a port of their own, for one measurement.
// Started fresh each time, so that memory left over from one measurement is not the base of the next.
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { watching } from './load.mjs';
import { build, descendants, end, freePort, results, root, start } from './processes.mjs';

export class Stack {
  #process;

  // `config`: the worker's configuration file, or none for the shipped one. `from`: the folder of the worker's program. `tree`:
  // the checkout whose scripts, nginx files and shipped configuration are used.
  static async start(config, from = build, tree = root) {
    const stack = new Stack();
    const port = await freePort();
    const environment = { ...process.env, PORT: String(port), BUILD: from, FEED: 'off' };
    environment.CONFIG = config ?? join(tree, 'config/sse-worker.yaml');
    stack.home = join(tree, '.run', String(port));
    stack.origin = `http://127.0.0.1:${port}`;
    stack.#process = start(join(tree, 'deploy/local/run'), [], environment);
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

  // Of the worker and of nginx.
  get pids() {
    const all = descendants(this.#process.pid);
    const named = (...names) => all.filter(({ name }) => names.includes(name)).map(({ pid }) => pid);
    return { worker: named('sse-worker', 'sse-floor'), nginx: named('nginx') };
  }

  // Arguments that make the load client watch them.
  watched() {
    return watching(this.pids);
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
    await end(this.#process);
  }
}

// A configuration of the worker, for Stack.start().
export function writeConfig(name, yaml) {
  const path = join(results, `${name}.yaml`);
  writeFileSync(path, yaml);
  return path;
}

// The report of one measurement on a fresh stack that was warmed up; with what nginx said where streams failed.
export async function withStack(config, warm, measure, ...where) {
  const stack = await Stack.start(config, ...where);
  try {
    await warm(stack);
    const report = await measure(stack);
    if (Object.keys(report.streams.errors).length > 0) report.nginx_complaints = stack.complaints();
    return report;
  } finally {
    await stack.stop();
  }
}
