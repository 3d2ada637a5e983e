// Child processes whose output is kept and which never outlive this process.
import fs from 'node:fs';
import {spawn} from 'node:child_process';
import {Signal, within} from './wait.mjs';

// Where Debian keeps servers, and users do not look.
process.env.PATH += ':/usr/sbin:/sbin';

// However this process ends, its children go with it; each is known by its own pid.
const running = new Map();
process.on('exit', () => {
  for (const [child, signal] of running) child.kill(signal);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

export class Process {
  stdout = '';
  stderr = '';
  exit = null;
  insisted = false;
  #child;
  #signal = new Signal();

  // Options are those of spawn(), and `lastSignal`, for a child that is still there when this process ends.
  constructor(command, args, {lastSignal = 'SIGKILL', ...options} = {}) {
    this.#child = spawn(command, args, {stdio: ['ignore', 'pipe', 'pipe'], ...options});
    running.set(this.#child, lastSignal);
    this.name = command;
    for (const stream of ['stdout', 'stderr']) {
      this.#child[stream]?.setEncoding('utf8').on('data', (text) => {
        this[stream] += text;
        this.#signal.changed();
      });
    }
    // `close` rather than `exit`: only then is all output here.
    const ended = (exit) => {
      running.delete(this.#child);
      this.exit = exit;
      this.#signal.changed();
    };
    this.#child.on('error', (error) => ended({code: null, signal: null, error}));
    this.#child.on('close', (code, signal) => ended({code, signal}));
  }

  get pid() {
    return this.#child.pid;
  }

  // Where the options make it a pipe.
  get stdin() {
    return this.#child.stdin;
  }

  // `insisted` tells a death that the test wanted from one that happened.
  kill(signal) {
    this.insisted ||= signal === 'SIGKILL';
    this.#child.kill(signal);
  }

  // {code, signal} of the finished process.
  exited(ms = 5000) {
    return this.#signal.when(
      () => this.exit,
      () => `${this.name} ends\n${this.stderr}`,
      ms,
    );
  }

  says(stream, pattern, ms = 5000) {
    return this.#signal.when(
      () => {
        if (this.exit && !pattern.test(this[stream])) throw new Error(`${this.name} ended: ${this.stdout}${this.stderr}`);
        return pattern.exec(this[stream]);
      },
      () => `${this.name} writes ${pattern}, has written: ${this.stdout}${this.stderr}`,
      ms,
    );
  }

  // Asks to end and insists only when that is not heard.
  async stop(signal = 'SIGTERM', ms = 10000) {
    if (!this.exit) this.kill(signal);
    try {
      return await this.exited(ms);
    } catch (error) {
      this.kill('SIGKILL');
      await within(this.exited(ms), `${this.name} is killed`, ms);
      throw error;
    }
  }
}

// Runs to the end and gives everything: {code, signal, stdout, stderr}.
export async function run(command, args = [], {ms = 10000, ...options} = {}) {
  const child = new Process(command, args, options);
  try {
    const exit = await child.exited(ms);
    if (exit.error) throw exit.error;
    return {...exit, stdout: child.stdout, stderr: child.stderr};
  } finally {
    if (!child.exit) child.kill('SIGKILL');
  }
}

// All processes below `ancestor` as {pid, name}; one that has ended and is not waited for is none.
export function descendants(ancestor) {
  const below = new Map();
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    let stat;
    try {
      stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    } catch {
      continue; // it has ended meanwhile
    }
    const [, name, state, parent] = stat.match(/^\d+ \((.*)\) (\S) (\d+)/s);
    if (state !== 'Z') below.set(Number(parent), [...(below.get(Number(parent)) ?? []), {pid: Number(pid), name}]);
  }
  const all = (pid) => (below.get(pid) ?? []).flatMap((child) => [child, ...all(child.pid)]);
  return all(ancestor);
}
