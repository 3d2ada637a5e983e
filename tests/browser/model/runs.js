// So many random runs, from a seed on: node runs.js SEED COUNT [plain], where plain is without tokens. A process of its own, because Node's test runner watches every
// promise, which takes longer than the runs. Ends with an error that names the seed of the run that failed.

import assert from 'node:assert/strict';
import {loadLib} from '../lib_module.js';
import {Server} from './server.js';
import {Tab} from './tab.js';
import {World, settled} from './world.js';
import {randomOf} from '../../lib/random.mjs';

const steps = 60;
const [first, count] = process.argv.slice(2).map(Number);
const plain = process.argv[4] === 'plain';
const lib = await loadLib();

class Run {
  tabs = [];
  places = [];
  wanted = []; // what the tabs must have, by number
  number = 0;

  constructor(random) {
    this.random = random;
    this.by = random.one(['worker', 'lock', 'own', 'alone']);
    this.world = new World(random);
    this.server = new Server(this.world, {
      heartbeats: random.below(3) > 0, heldMax: random.one([12, 60, 1000]), memory: random.below(2) === 0, lag: random.below(3) === 0,
      ...(!plain && {tokens: random.one([0, 20_000, 60_000, 300_000]), resumes: random.below(2) === 0}),
    });
  }

  join() {
    const {by, random, server, world} = this;
    const env = world.tab(server, lib.WorkerStreams);
    const place = random.below(2) === 0 && this.places.length > 0 ? random.one(this.places) : {};
    const make = (options) => {
      const all = {env, topics: ['a', 'b'], names: ['paid', 'resume', 'expired'], ...options};
      if (server.tokens > 0) all.token = () => server.token(env);
      return by === 'alone' ? new lib.Stream(all) : new lib.SharedStream({...all, by});
    };
    this.tabs.push(new Tab({world, server, wanted: this.wanted, make, env, ...place}));
  }

  part() {
    const {random, world} = this;
    const [tab] = this.tabs.splice(random.below(this.tabs.length), 1);
    this.places.push(tab.place);
    if (random.below(2) === 0) tab.stream.close();
    world.kill(tab.env); // and with it a lock that was granted and not yet taken
  }

  publish(count) {
    for (let n = 0; n < count; ++n) {
      const topic = this.random.one(['a', 'b', 'other', 'other']);
      const type = this.random.one(['message', 'message', 'paid', 'nobody listens']);
      this.number += 1;
      if (topic !== 'other' && type !== 'nobody listens') this.wanted.push(this.number);
      this.server.publish(topic, type, String(this.number), this.random.below(4) === 0);
    }
  }

  // The machine sleeps; most connections die of it, and nobody is told.
  sleep() {
    const {random, server, world} = this;
    server.cut('silent');
    world.sleep(random.between(1000, 600_000));
    const sign = random.one(['online', 'pageshow', null]);
    if (sign) for (const {env} of this.tabs) env.dispatchEvent(new Event(sign));
  }

  async storm() {
    for (let n = 0; n < 40; ++n) {
      this.publish(2);
      await this.world.pass(20);
    }
  }

  async step() {
    const {random, server, world} = this;
    await random.one([
      () => this.publish(random.between(1, 5)),
      () => this.publish(1),
      () => this.publish(random.between(1, 5)),
      () => this.storm(),
      () => this.tabs.length < 4 && this.join(),
      () => this.tabs.length > 1 && this.part(),
      () => server.cut(random.one(['error', 'end', 'silent'])),
      () => server.cut('silent'),
      () => this.sleep(),
      () => server.restart(),
      () => { server.weather = random.one(['down', 'silent', 'away', 'full', 'busy']); },
      () => { server.weather = 'fair'; },
      () => { server.weather = 'fair'; },
      () => { random.one(this.tabs).env.deaf = random.below(2) === 0; },
      () => { for (const {env} of [...world.workers.values()]) if (random.below(4) === 0) world.kill(env); },
      () => { world.brokenWorkers = random.one([null, null, 'error', 'silent']); },
    ])();
    await world.pass(random.one([0, 5, 30, 200, 1000, 5000, 20_000]));
  }

  async finish() {
    const {server, world} = this;
    server.weather = 'fair';
    for (const {env} of this.tabs) env.deaf = false;
    this.publish(4);
    await world.pass(180_000);
    this.publish(4);
    await world.pass(60_000);
    for (const tab of this.tabs) tab.finish();
    if (this.random.below(4) > 0) return;
    server.close();
    await world.pass(60_000);
    for (const tab of this.tabs) {
      tab.finish();
      assert.equal(tab.stream.state, 'ended', `${tab.log.slice(-12)}`);
    }
  }
}

async function run(seed) {
  const random = randomOf(seed);
  const real = Math.random;
  Math.random = () => random.below(1000) / 1000;
  const failures = [];
  const failed = (error) => failures.push(error);
  process.on('uncaughtException', failed);
  const made = new Run(random);
  try {
    made.join();
    for (let n = 0; n < steps && failures.length === 0; ++n) await made.step();
    if (failures.length === 0) await made.finish();
    await settled();
  } catch (error) {
    failed(error);
  } finally {
    Math.random = real;
    for (const {stream} of made.tabs) stream.close();
    process.off('uncaughtException', failed);
  }
  if (failures.length > 0) throw new Error(`SEED=${seed} (by ${made.by}): ${failures[0].message}`, {cause: failures[0]});
  return made;
}

let events = 0;
try {
  for (let n = 0; n < count; ++n) events += (await run(first + n)).wanted.length;
  console.log(`${count} runs, ${events} events`);
} finally {
  await lib.remove();
}
