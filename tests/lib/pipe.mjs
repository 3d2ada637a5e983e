// `sse-worker pipe`, whose standard input the test writes, and a worker that takes what it publishes.
import path from 'node:path';
import {defer, temporaryDirectory} from './cleanup.mjs';
import {startHub} from './hub.mjs';
import {binary} from './places.mjs';
import {Process} from './process.mjs';

export class Pipe extends Process {
  // Ends with the test, however far it is.
  constructor(t, args, options = {}) {
    super(binary, ['pipe', ...args], {stdio: ['pipe', 'pipe', 'pipe'], ...options});
    // One that has ended takes no more; what it says about that, it says itself.
    this.stdin?.on('error', () => {});
    defer(t, async () => {
      if (!this.exit) this.kill('SIGKILL');
      await this.exited();
    });
  }

  // Resolves once the program's pipe has taken it, or will take nothing more.
  write(text) {
    return new Promise((done) => {
      this.stdin.write(text, () => done());
    });
  }

  // The end of the input, and the end of the program: {code, stderr}.
  async finish(text = '', ms = 20_000) {
    this.stdin.end(text);
    return this.finished(ms);
  }

  async finished(ms = 20_000) {
    const {code} = await this.exited(ms);
    return {code, stderr: this.stderr};
  }
}

// A hub with a local publish socket. `hub.again(change)` starts its worker anew, in whichever way it has ended.
export async function startPipeHub(t, config = {}, more = {}) {
  const directory = temporaryDirectory(t);
  const all = {...config, publish: {...config.publish, listen: path.join(directory, 'p.sock')}};
  const hub = await startHub(t, all, {directory, ...more});
  return Object.assign(hub, {publishSocket: all.publish.listen, again: (change = {}) => hub.restart({...all, ...change})});
}

// The two ways to it, as arguments.
export const ways = {
  'the local socket': (hub) => ['--socket', hub.publishSocket],
  HTTP: (hub) => ['--url', `http://127.0.0.1:${hub.port}`],
};

// Its summary, which is its last line.
export const summary = (published, refused = 0, reconnects = 0) => `sse-worker pipe: ${published} published, ${refused} refused, ${reconnects} reconnects\n`;

// "N\n" for each number.
export const numbers = (from, to) => Array.from({length: to - from + 1}, (_, n) => `${from + n}\n`).join('');
