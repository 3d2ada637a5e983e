// A browser with tabs, without one: a clock that only the test moves, and timers, locks, channels and shared workers that
// behave as the standards say, each after a time of its own. Each tab has its own `env`, which stops when the tab dies.

export class World {
  steadyMs = 0;
  wallMs = 1_700_000_000_000;
  #tasks = []; // { at, order, run, env } by the steady clock
  #order = 0;
  locks = new Locks(this);
  channels = new Map(); // by name: the set of open channels
  workers = new Map(); // by name: { env, streams, clients }

  constructor(random) {
    this.random = random;
  }

  after(ms, run, env = null) {
    const task = {at: this.steadyMs + ms, order: this.#order++, run, env};
    this.#tasks.push(task);
    return task;
  }

  cancel(task) {
    const at = this.#tasks.indexOf(task);
    if (at >= 0) this.#tasks.splice(at, 1);
  }

  // Runs what is due within this time, and lets each finish before the next.
  async pass(ms) {
    const end = this.steadyMs + ms;
    for (;;) {
      let next = null;
      for (const task of this.#tasks) if (task.at <= end && (!next || task.at < next.at || (task.at === next.at && task.order < next.order))) next = task;
      if (!next) break;
      this.cancel(next);
      this.#advance(next.at - this.steadyMs);
      if (!next.env?.dead) next.run();
      await settled();
    }
    this.#advance(end - this.steadyMs);
  }

  #advance(ms) {
    this.steadyMs += ms;
    this.wallMs += ms;
  }

  // The machine sleeps: the wall clock goes on, the steady one and all timers stand still.
  sleep(ms) {
    this.wallMs += ms;
  }

  tab(server, workerClass) {
    const world = this;
    const env = new EventTarget();
    const task = (ms, run) => world.after(ms, run, env);
    return Object.assign(env, {
      dead: false,
      location: {href: 'http://model/'},
      setTimeout: (run, ms) => task(Math.max(0, ms), run),
      clearTimeout: (timer) => timer && world.cancel(timer),
      Date: {now: () => world.wallMs},
      performance: {now: () => world.steadyMs},
      ReadableStream: class {}, TextDecoder, Response: {prototype: {body: true}},
      fetch: (url, init) => server.fetch(url, init, env),
      navigator: {locks: {request: (...asked) => world.locks.request(env, ...asked)}},
      BroadcastChannel: class extends Channel { constructor(name) { super(world, env, name); } },
      SharedWorker: class { constructor(_, {name}) { return world.connect(env, server, workerClass, name); } },
    });
  }

  // A tab or worker is gone without a word.
  kill(env) {
    env.dead = true;
    this.locks.leave(env);
    for (const channels of this.channels.values()) for (const channel of channels) if (channel.env === env) channels.delete(channel);
    for (const [name, worker] of this.workers) {
      worker.clients.delete(env);
      if (worker.env === env) this.workers.delete(name);
      else if (worker.clients.size === 0) this.kill(worker.env);
    }
    this.onKill?.(env);
  }

  connect(env, server, workerClass, name) {
    const client = new Port(this, env);
    const target = Object.assign(new EventTarget(), {port: client});
    if (this.brokenWorkers === 'error') this.after(10, () => target.dispatchEvent(new Event('error')), env);
    if (this.brokenWorkers) return target;
    if (!this.workers.has(name)) {
      const workerEnv = this.tab(server, null);
      this.workers.set(name, {env: workerEnv, streams: new workerClass(workerEnv), clients: new Set()});
    }
    const worker = this.workers.get(name);
    worker.clients.add(env);
    const inside = new Port(this, worker.env);
    [client.other, inside.other] = [inside, client];
    this.after(this.random.below(20), () => worker.streams.connect(inside), worker.env);
    return target;
  }
}

export const settled = () => new Promise((done) => { setImmediate(done); });

// Messages between two sides in order; they are kept until start().
class Port extends EventTarget {
  #started = false;
  #kept = [];
  #last = 0;

  constructor(world, env) {
    super();
    Object.assign(this, {world, env});
  }

  postMessage(data) {
    if (!this.other || this.env.dead) return;
    const {other, world} = this;
    this.#last = Math.max(this.#last, world.steadyMs + world.random.below(15));
    world.after(this.#last - world.steadyMs, () => other.deliver(structuredClone(data)), other.env);
  }

  deliver(data) {
    if (this.#started) this.dispatchEvent(Object.assign(new Event('message'), {data}));
    else this.#kept.push(data);
  }

  start() {
    this.#started = true;
    for (const data of this.#kept.splice(0)) this.deliver(data);
  }
}

// Everybody else with a channel of this name hears it: in the sender's order, but each at a time of its own. `deaf` channels
// lose what is numbered, as a tab may whose messages the browser throws away.
class Channel extends EventTarget {
  #lasts = new Map();

  constructor(world, env, name) {
    super();
    Object.assign(this, {world, env, name});
    if (!world.channels.has(name)) world.channels.set(name, new Set());
    world.channels.get(name).add(this);
  }

  postMessage(data) {
    const {world, env, name} = this;
    if (env.dead) return;
    for (const other of world.channels.get(name)) {
      if (other === this || (other.env.deaf && data.n)) continue;
      const at = Math.max(this.#lasts.get(other) ?? 0, world.steadyMs + world.random.below(15));
      this.#lasts.set(other, at);
      world.after(at - world.steadyMs, () => {
        if (world.channels.get(name).has(other)) other.dispatchEvent(Object.assign(new Event('message'), {data: structuredClone(data)}));
      }, other.env);
    }
  }

  close() {
    this.world.channels.get(this.name).delete(this);
  }
}

// Web Locks: exclusive or shared, first come, first served.
export class Locks {
  #queues = new Map(); // by name: requests, the holders first

  constructor(world) {
    this.world = world;
  }

  request(env, name, ...rest) {
    const run = rest.at(-1);
    const {signal, mode = 'exclusive'} = rest.length > 1 ? rest[0] : {};
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, queue);
    return new Promise((done, failed) => {
      const request = {env, run, mode, held: false, done, failed};
      request.leave = () => {
        const at = queue.indexOf(request);
        if (at >= 0) queue.splice(at, 1);
        this.#grant(queue);
      };
      queue.push(request);
      signal?.addEventListener('abort', () => {
        if (request.held) return;
        request.leave();
        failed(signal.reason);
      });
      this.#grant(queue);
    });
  }

  #grant(queue) {
    for (const request of queue) {
      if (!request.held) {
        if (queue.some((other) => other.held && (other.mode === 'exclusive' || request.mode === 'exclusive'))) return;
        request.held = true;
        this.world.after(this.world.random.below(10), async () => {
          if (queue.includes(request)) request.done(await request.run({}));
          request.leave();
        }, request.env);
      }
      if (request.mode === 'exclusive') return;
    }
  }

  leave(env) {
    for (const queue of this.#queues.values()) {
      for (const request of [...queue]) if (request.env === env) request.leave();
    }
  }
}
