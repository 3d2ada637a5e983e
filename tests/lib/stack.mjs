// Stack: nginx and the worker as an operator runs them, by deploy/local/run on a port of its own. Fresh each time, so that memory
// left over from one test or measurement is not the base of the next. Whoever starts a stack stops it.
import fs from 'node:fs';
import path from 'node:path';
import {binary, root} from './places.mjs';
import {freePort} from './port.mjs';
import {Process, descendants} from './process.mjs';

// With the patience of wait.mjs: a minute to be ready, half a minute to stop.
const readyMs = 15_000;
const stopMs = 7500;

export class Stack {
  #process;

  // Options: `config`, the worker's configuration file, or `settings`, the text of one; without either it is the shipped one.
  // `feed`: the page's live examples run beside it, in the configuration that goes with them. `program`: the folder of the worker's
  // program. `server`: text for nginx's server block, in place of the shipped locations. `tree`: the checkout whose scripts, nginx files, pages and shipped configuration are used. `stderr`: 'inherit' for
  // one that shows what the worker logs.
  static async start({config, settings, feed = false, server, program = path.dirname(binary), tree = root, stderr = 'pipe'} = {}) {
    const stack = new Stack();
    const port = await freePort();
    stack.home = path.join(tree, '.run', String(port));
    stack.origin = `http://127.0.0.1:${port}`;
    const env = {...process.env, PORT: String(port), BUILD: program, FEED: feed ? 'on' : 'off'};
    delete env.CONFIG;
    delete env.SERVER;
    if (server !== undefined) {
      fs.mkdirSync(stack.home, {recursive: true, mode: 0o700});
      env.SERVER = path.join(stack.home, 'lines');
      fs.writeFileSync(env.SERVER, server);
    }
    if (settings !== undefined) {
      fs.mkdirSync(stack.home, {recursive: true, mode: 0o700});
      env.CONFIG = path.join(stack.home, 'sse-worker.yaml');
      fs.writeFileSync(env.CONFIG, settings);
    } else if (config) env.CONFIG = config;
    stack.#process = new Process(path.join(tree, 'deploy/local/run'), [], {
      cwd: tree,
      env,
      stdio: ['ignore', 'pipe', stderr],
      // It ends nginx and the worker before it ends.
      lastSignal: 'SIGTERM',
    });
    try {
      await stack.#process.says('stdout', /^ready: \S+$/m, readyMs);
      return stack;
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  get url() {
    return `${this.origin}/`;
  }

  // Where the streams are.
  get events() {
    return `${this.origin}/events`;
  }

  // The worker's listening socket.
  get socket() {
    return path.join(this.home, 'worker.sock');
  }

  // Of the worker and of nginx.
  get pids() {
    const all = descendants(this.#process.pid);
    const named = (...names) => all.filter(({name}) => names.includes(name)).map(({pid}) => pid);
    return {worker: named('sse-worker', 'sse-floor'), nginx: named('nginx')};
  }

  get workerPid() {
    const [pid] = this.pids.worker;
    if (!pid) throw new Error('no worker runs in this stack');
    return pid;
  }

  // The last lines of nginx's error log.
  complaints(count = 5) {
    return lastLines(path.join(this.home, 'error.log'), count);
  }

  async stop() {
    await this.#process.stop('SIGTERM', stopMs);
    fs.rmSync(this.home, {recursive: true, force: true});
  }
}

export function lastLines(file, count) {
  if (!fs.existsSync(file)) return [];
  return fs.readFileSync(file, 'utf8').trim().split('\n').filter(Boolean).slice(-count);
}
