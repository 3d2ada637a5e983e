// Child processes whose output is kept and which never outlive the test.
import {spawn} from 'node:child_process';
import {Signal, within} from './wait.mjs';

// If the test file itself is cut short, its children go with it; each is known by its own pid.
const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export class Process {
  stdout = '';
  stderr = '';
  exit = null;
  insisted = false;
  #child;
  #signal = new Signal();

  constructor(command, args, options = {}) {
    this.#child = spawn(command, args, {stdio: ['ignore', 'pipe', 'pipe'], ...options});
    running.add(this.#child);
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
        if (this.exit && !pattern.test(this[stream])) throw new Error(`${this.name} ended: ${this.stderr}`);
        return pattern.exec(this[stream]);
      },
      () => `${this.name} writes ${pattern}, has written: ${this[stream]}`,
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
