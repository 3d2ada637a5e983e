// Machines of a test's own: network namespaces whose links can be cut. Each has an address, and runs a Redis, a Sentinel, a worker.
// Files are shared, so an nginx outside reaches a worker by its Unix socket, as one on the same machine would. Needs root; where
// namespaces are not permitted, machines are ports of the loopback, and links cannot be cut.
import fs from 'node:fs';
import {defer} from './cleanup.mjs';
import {run} from './process.mjs';

const prefix = 'sse-worker-';
// spawn-fcgi does not look for programs.
const program = ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip'].find((each) => fs.existsSync(each)) ?? 'ip';

async function ip(...words) {
  const done = await run(program, words);
  if (done.code !== 0) throw new Error(`ip ${words.join(' ')}: ${done.stderr.trim()}`);
}

// Of test runs that were killed.
async function removeLeftOvers() {
  const names = fs.existsSync('/run/netns') ? fs.readdirSync('/run/netns') : [];
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    const [pid] = name.slice(prefix.length).split('-');
    if (!fs.existsSync(`/proc/${pid}`)) await ip('netns', 'del', name).catch(() => {});
  }
}

let made = 0;

export class Machines {
  // Why links cannot be cut, if they cannot.
  reason = null;
  #net;
  #names = [];

  // `count` machines; the first is 0.
  static async make(t, count) {
    const machines = new Machines();
    const group = `${prefix}${process.pid}-${made++}`;
    machines.#net = `${group}-net`;
    defer(t, () => machines.#remove());
    try {
      await removeLeftOvers();
      await ip('netns', 'add', machines.#net);
      await ip('-n', machines.#net, 'link', 'add', 'bridge', 'type', 'bridge');
      await ip('-n', machines.#net, 'link', 'set', 'bridge', 'up');
      for (let n = 0; n < count; ++n) await machines.#add(`${group}-${n}`, n);
    } catch (error) {
      machines.reason = error.message;
    }
    return machines;
  }

  async #add(name, n) {
    const port = `port${n}`;
    await ip('netns', 'add', name);
    this.#names.push(name);
    await ip('-n', this.#net, 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    await ip('-n', this.#net, 'link', 'set', port, 'master', 'bridge', 'up');
    await ip('-n', name, 'link', 'set', 'lo', 'up');
    await ip('-n', name, 'addr', 'add', `${this.#host(n)}/24`, 'dev', 'eth0');
    await ip('-n', name, 'link', 'set', 'eth0', 'up');
  }

  #host(n) {
    return `10.99.0.${n + 1}`;
  }

  // Options of what runs on machine `n`: a RedisNode, or startWorker().
  redis(n) {
    return this.reason ? {} : {host: this.#host(n), inside: this.#inside(n), port: 6379};
  }

  sentinel(n) {
    return this.reason ? {} : {host: this.#host(n), inside: this.#inside(n), port: 26379};
  }

  worker(n, before = []) {
    return {wrap: (command) => [...(this.reason ? [] : this.#inside(n)), ...before, ...command]};
  }

  #inside(n) {
    return [program, 'netns', 'exec', this.#names[n]];
  }

  // The machine reaches no other one, and is not told so: packets are lost.
  cut(n) {
    return ip('-n', this.#net, 'link', 'set', `port${n}`, 'nomaster');
  }

  heal(n) {
    return ip('-n', this.#net, 'link', 'set', `port${n}`, 'master', 'bridge');
  }

  // What `from` sends does not arrive at `to`; what `to` sends arrives at `from`.
  cutOneWay(from, to) {
    return ip('-n', this.#names[from], 'route', 'add', 'blackhole', this.#host(to));
  }

  healOneWay(from, to) {
    return ip('-n', this.#names[from], 'route', 'del', 'blackhole', this.#host(to));
  }

  // Everything that the machine sends takes so long, and a part of it is lost. False where the kernel cannot do that.
  async worsen(n, {delay = '20ms', loss = '1%'} = {}) {
    const done = await run(program, ['netns', 'exec', this.#names[n], 'tc', 'qdisc', 'add', 'dev', 'eth0', 'root', 'netem', 'delay', delay, 'loss', loss]);
    return done.code === 0;
  }

  async improve(n) {
    await run(program, ['netns', 'exec', this.#names[n], 'tc', 'qdisc', 'del', 'dev', 'eth0', 'root']);
  }

  async #remove() {
    for (const name of [...this.#names, this.#net]) await ip('netns', 'del', name).catch(() => {});
  }
}
