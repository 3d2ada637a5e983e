// A front end: a real web server out of its Debian package, with the file of deploy/front-ends. Only what names a place on
// this machine is changed: ports, sockets, folders.
import fs from 'node:fs';
import path from 'node:path';
import {defer, temporaryDirectory} from '../../lib/cleanup.mjs';
import {freePort} from '../../lib/port.mjs';
import {Process, descendants, run} from '../../lib/process.mjs';
import {until} from '../../lib/wait.mjs';
import {root} from '../../lib/places.mjs';
import {ask} from './ask.mjs';
import {kinds} from './kinds.mjs';

const shipped = (file) => fs.readFileSync(path.join(root, 'deploy/front-ends', file), 'utf8');

// Replaces each place; one that is not there is a mistake of the test.
function placed(text, places) {
  return places.reduce((sofar, [from, to]) => {
    if (!sofar.includes(from)) throw new Error(`the shipped file does not have ${from}`);
    return sofar.replaceAll(from, to);
  }, text);
}

export class FrontEnd {
  constructor(t, name, directory, ports) {
    Object.assign(this, {t, name, directory, ...ports});
    this.kind = kinds[name];
  }

  async start(behind, more) {
    const {kind, directory} = this;
    let changed = more.length === 0;
    for (const [file, places, wrap = (text) => text] of kind.files(this, behind)) {
      const to = path.join(directory, path.basename(file));
      const text = shipped(file);
      const here = more.filter(([from]) => text.includes(from));
      changed ||= here.length === more.length;
      fs.writeFileSync(to, wrap(placed(text, [...places, ...here])));
    }
    if (!changed) throw new Error('no shipped file has all of the places to change');
    const env = {...process.env, HOME: directory, XDG_CONFIG_HOME: directory, XDG_DATA_HOME: directory};
    const [command, args] = kind.command(this);
    this.process = new Process(command, args, {env});
    defer(this.t, () => this.#stop());
    await until(async () => {
      if (this.process.exit) throw new Error(`${this.name}: ${this.process.stdout}${this.process.stderr}${this.errors}`);
      return (await ask(this.port, '/healthz').catch(() => ({}))).status === 200;
    }, `${this.name} serves`, 20000);
    return this;
  }

  get errors() {
    const file = path.join(this.directory, 'error.log');
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  }

  // As its operator does it.
  async reload() {
    const [command, ...args] = this.kind.reload(this);
    const env = {...process.env, HOME: this.directory};
    const {code, stderr} = await run(command, args, {env});
    if (code !== 0) throw new Error(`${this.name} does not reload: ${stderr}`);
  }

  // Some wait for their readers; here those have left.
  async #stop() {
    if (this.process.exit) return;
    this.process.kill('SIGTERM');
    const children = descendants(this.process.pid);
    await this.process.exited(3000).catch(() => this.process.kill('SIGKILL'));
    await this.process.exited(3000);
    for (const {pid} of children) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended with its parent, as it should.
      }
    }
  }
}

// `behind` is a Unix socket of the worker, or the port of an nginx. `more`: further places of the shipped file and what stands there.
export async function startFrontEnd(t, name, behind, more = []) {
  const directory = temporaryDirectory(t);
  fs.chmodSync(directory, 0o755);
  const ports = {port: await freePort(), otherPort: await freePort()};
  const frontEnd = new FrontEnd(t, name, directory, ports);
  return frontEnd.start(behind, more);
}
