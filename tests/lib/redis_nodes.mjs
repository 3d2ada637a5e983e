// Several Redis of a test's own, as they are run in production: a primary with replicas and Sentinels, or a Cluster. Every node
// listens on an address of its own; `inside` are the words that a command begins with to run where the node runs, as
// `ip netns exec NAME`.
import fs from 'node:fs';
import path from 'node:path';
import {defer, temporaryDirectory} from './cleanup.mjs';
import {freePort} from './port.mjs';
import {Process, run} from './process.mjs';
import {until} from './wait.mjs';

export class RedisNode {
  constructor(t, {host = '127.0.0.1', port, options = [], config = '', inside = []}) {
    Object.assign(this, {host, port, options, config, inside, directory: temporaryDirectory(t)});
    defer(t, async () => {
      this.process?.kill('SIGCONT');
      await this.process?.stop('SIGKILL');
    });
  }

  get address() {
    return `${this.host}:${this.port}`;
  }

  // Also again, after kill(): with what it has on its disk.
  async start() {
    const file = path.join(this.directory, 'node.conf');
    if (!fs.existsSync(file)) fs.writeFileSync(file, this.config);
    const words = ['redis-server', file, '--port', String(this.port), '--bind', this.host, '--dir', this.directory];
    const [command, ...args] = [...this.inside, ...words, '--protected-mode', 'no', ...this.options];
    this.process = new Process(command, args);
    await until(async () => {
      if (this.process.exit) throw new Error(`redis-server ended: ${this.process.stdout}${this.process.stderr}`);
      return (await this.ask('PING')) === 'PONG';
    }, `the Redis at ${this.address} answers`);
  }

  async ask(...words) {
    const [command, ...args] = [...this.inside, 'redis-cli', '-h', this.host, '-p', String(this.port), ...words];
    const {stdout} = await run(command, args);
    return stdout.trim();
  }

  // The value of a field of INFO.
  async info(section, field) {
    return new RegExp(`^${field}:(.*?)\r?$`, 'm').exec(await this.ask('INFO', section))?.[1];
  }

  signal(name) {
    this.process.kill(name);
  }

  async kill() {
    this.process.kill('SIGCONT');
    this.process.kill('SIGKILL');
    await this.process.exited();
  }
}

async function make(t, count, options, places) {
  const nodes = [];
  for (let n = 0; n < count; ++n) nodes.push(new RedisNode(t, {port: await freePort(), ...options, ...places?.(n)}));
  return nodes;
}

const onDisk = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--repl-diskless-sync-delay', '0'];

export class ReplicatedRedis {
  name = 'orders';

  get url() {
    return `redis+sentinel://${this.sentinels.map((each) => each.address).join(',')}/${this.name}`;
  }

  // The node that most of the Sentinels name.
  async primary() {
    const named = await Promise.all(this.sentinels.map((each) => each.ask('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', this.name)));
    const most = named.find((one) => named.filter((other) => other === one).length * 2 > named.length);
    return this.nodes.find(({host, port}) => most === `${host}\n${port}`);
  }

  // All nodes are there, and all replicas have what the primary has.
  async settled(ms = 30000) {
    const quorum = this.sentinels.length - 1;
    await until(async () => {
      const primary = await this.primary();
      if (!primary || (await primary.info('replication', 'role')) !== 'master') return false;
      const offset = Number(await primary.info('replication', 'master_repl_offset'));
      for (const node of this.nodes) {
        if (node === primary) continue;
        if ((await node.info('replication', 'master_link_status')) !== 'up') return false;
        if ((await node.info('replication', 'master_port')) !== String(primary.port)) return false;
        if (Number(await node.info('replication', 'slave_repl_offset')) < offset) return false;
      }
      for (const sentinel of this.sentinels) {
        const words = (await sentinel.ask('SENTINEL', 'MASTER', this.name)).split('\n');
        const value = (key) => Number(words[words.indexOf(key) + 1]);
        if (value('num-slaves') !== this.nodes.length - 1 || value('num-other-sentinels') !== quorum) return false;
      }
      return true;
    }, 'the primary, its replicas and the Sentinels know each other', ms);
  }
}

// A primary with replicas, watched by Sentinels who take it for dead after `downAfter` ms. `places(n)` and `sentinelPlaces(n)` are
// options of the nodes.
export async function startReplicated(t, {replicas = 2, sentinels = 3, downAfter = 1500, options = onDisk, places, sentinelPlaces} = {}) {
  const group = new ReplicatedRedis();
  group.nodes = await make(t, replicas + 1, {options}, places);
  const [primary] = group.nodes;
  for (const node of group.nodes) {
    await node.start();
    if (node !== primary) await node.ask('REPLICAOF', primary.host, String(primary.port));
  }
  const quorum = Math.floor(sentinels / 2) + 1;
  const config = [
    `sentinel monitor ${group.name} ${primary.host} ${primary.port} ${quorum}`,
    `sentinel down-after-milliseconds ${group.name} ${downAfter}`,
    `sentinel failover-timeout ${group.name} 6000`,
    '',
  ].join('\n');
  group.sentinels = await make(t, sentinels, {config, options: ['--sentinel']}, sentinelPlaces);
  for (const sentinel of group.sentinels) await sentinel.start();
  await group.settled();
  return group;
}

export class RedisCluster {
  get url() {
    return `redis+cluster://${this.nodes.map((each) => each.address).join(',')}`;
  }

  // The node that has the slot of `key`, as those nodes say that run.
  async ownerOf(key = '{sse-worker}:cluster') {
    for (const node of this.nodes.filter((each) => each.process.exit === null)) {
      const answer = await node.ask('EXISTS', key);
      if (/^[01]$/.test(answer)) return node;
      const address = /^MOVED \d+ (\S+)/.exec(answer)?.[1];
      const owner = this.nodes.find((each) => each.address === address);
      if (owner && owner.process.exit === null) return owner;
    }
    return undefined;
  }

  // Every node knows all nodes and takes commands; every primary has its replica, which has what it has.
  async settled(ms = 60000) {
    await until(async () => {
      for (const node of this.nodes) {
        const told = await node.ask('CLUSTER', 'INFO');
        if (!told.includes('cluster_state:ok') || !told.includes(`cluster_known_nodes:${this.nodes.length}`)) return false;
        if ((await node.info('replication', 'role')) === 'slave' && (await node.info('replication', 'master_link_status')) !== 'up') {
          return false;
        }
      }
      return true;
    }, 'the nodes of the Cluster know each other', ms);
  }

  // Moves the slot of the keys as redis-cli does, key by key, while clients go on. `between()` is awaited between two keys.
  async moveSlot(to, {between = async () => {}} = {}) {
    const slot = await to.ask('CLUSTER', 'KEYSLOT', '{sse-worker}');
    const from = await this.ownerOf();
    const [fromId, toId] = [await from.ask('CLUSTER', 'MYID'), await to.ask('CLUSTER', 'MYID')];
    const well = async (answer) => {
      const text = await answer;
      if (text !== 'OK') throw new Error(text);
    };
    await well(to.ask('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId));
    await well(from.ask('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId));
    for (;;) {
      const [key] = (await from.ask('CLUSTER', 'GETKEYSINSLOT', slot, '1')).split('\n');
      if (!key) break;
      await well(from.ask('MIGRATE', to.host, String(to.port), key, '0', '10000'));
      await between();
    }
    for (const node of [to, from]) await well(node.ask('CLUSTER', 'SETSLOT', slot, 'NODE', toId));
  }
}

// Three primaries with one replica each, which take a node for dead after `timeout` ms. They get more time to meet: who is not met
// within that time on a busy machine is forgotten, and redis-cli waits for ever.
export async function startCluster(t, {count = 6, timeout = 2000, options = onDisk, places} = {}) {
  const cluster = new RedisCluster();
  const own = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '15000', '--cluster-config-file', 'nodes.conf'];
  cluster.nodes = await make(t, count, {options: [...options, ...own]}, places);
  for (const node of cluster.nodes) {
    // The bus of the nodes; by default 10,000 above, which may be taken.
    node.options = [...node.options, '--cluster-port', String(await freePort())];
    await node.start();
  }
  const addresses = cluster.nodes.map((each) => each.address);
  const [first] = cluster.nodes;
  const [command, ...args] = [...first.inside, 'redis-cli', '--cluster', 'create', ...addresses, '--cluster-replicas', '1', '--cluster-yes'];
  const made = await run(command, args, {ms: 60000});
  if (made.code !== 0) throw new Error(`redis-cli --cluster create: ${made.stdout}${made.stderr}`);
  await cluster.settled();
  for (const node of cluster.nodes) {
    await node.ask('CONFIG', 'SET', 'cluster-node-timeout', String(timeout));
    // Also when it is started again.
    node.options = [...node.options, '--cluster-node-timeout', String(timeout)];
  }
  return cluster;
}
