// SharedStream: a subscription that all tabs of a browser have together, over one connection: by a SharedWorker, else by a
// lock and a channel, else each tab for itself. Each tab has every event after its own cursor, once and in order, whoever
// reads it.

import {joinByLock} from './by_lock.js';
import {joinByWorker} from './by_worker.js';
import {Credential} from './credential.js';
import {address} from './stream_request.js';
import {Stream} from './stream.js';
import {onKept, onWake} from './watchdog.js';

export class SharedStream {
  #env;
  #options;
  #subscription;
  #credential; // what this tab lacks is fetched with it
  #transport;
  #life = new AbortController();
  #state = null;
  #paused = false;

  // How it is shared: 'worker', 'lock' or 'own'. It changes when the SharedWorker does not load, or the tab with the lock does not answer.
  by;

  // topics, templates, cursor, names, path, token, onEvent, onGap, onState, signal, env: as of Stream. onTabs(count) where it is known.
  // subject: who reads; tabs of different subjects share nothing. by: 'worker', 'lock' or 'own' instead of the best there is. With a
  // token and without a subject that is 'own': another tab may be another person's, and its events would come here.
  constructor({env = globalThis, ...options}) {
    this.#env = env;
    this.#options = {path: '/events', topics: [], templates: [], names: [], onGap() {}, onState() {}, onTabs() {}, ...options};
    const {topics, templates, names, path, cursor, token, subject, signal} = this.#options;
    signal?.addEventListener('abort', () => this.close());
    const absolute = new URL(path, env.location.href).href;
    const key = JSON.stringify([absolute, [...topics].sort(), [...templates].sort(), [...names].sort(), subject, Boolean(token)]);
    this.#subscription = {key, path: absolute, topics: [...topics], templates: [...templates], names: [...names], tokens: Boolean(token), cursor};
    this.#credential = new Credential({env, token});
    // Whoever leads has to leave that to another tab; and what comes meanwhile would be lost to a tab that is frozen.
    onKept(env, {leaves: () => this.#pause(), returns: () => this.#proceed()}, this.#life.signal);
    onWake(env, () => this.#transport.wake(), this.#life.signal);
    this.#join(options.by ?? (token && subject === undefined ? 'own' : best(env)));
  }

  // Everything before it has been delivered to this tab. At the beginning the `cursor` of the options.
  get cursor() { return this.#transport?.cursor ?? this.#options.cursor; }
  get state() { return this.#state; }
  get url() { return address(this.#options, this.cursor); }

  close() {
    this.#life.abort();
    this.#transport.close();
    this.#state = 'closed';
  }

  // Asks again at once instead of when the time has come.
  retry() { if (!this.#paused) this.#transport.retry(); }

  #pause() {
    if (this.#state === 'ended' || this.#state === 'refused') return;
    this.#paused = true;
    this.#transport.close();
  }

  #proceed() {
    if (!this.#paused) return;
    this.#paused = false;
    this.#join(this.by);
  }

  #join(by) {
    this.by = by;
    const env = this.#env;
    const on = {
      event: (event) => this.#tell('onEvent', event),
      gap: (data) => this.#tell('onGap', data),
      state: ({name, inMs, problem, status}) => this.#enter(name, {untilMs: inMs && env.performance.now() + inMs, problem, status}),
      tabs: (count) => this.#tell('onTabs', count),
      failed: () => this.#join(by === 'worker' ? best(env, false) : 'own'),
    };
    const subscription = {...this.#subscription, cursor: this.cursor};
    const credential = this.#credential;
    if (by === 'worker') {
      try {
        this.#transport = joinByWorker({env, subscription, credential, on});
      } catch {
        on.failed(); // where a page may not start one, making it throws
      }
    } else if (by === 'lock') this.#transport = joinByLock({env, subscription, token: this.#options.token, credential, on});
    else this.#transport = this.#alone(subscription);
  }

  #alone({path, topics, templates, names, cursor}) {
    const stream = new Stream({
      env: this.#env, path, topics, templates, names, cursor, token: this.#options.token,
      onEvent: (event) => this.#tell('onEvent', event),
      onGap: (data) => this.#tell('onGap', data),
      onState: (state, details) => this.#enter(state, details),
    });
    return {get cursor() { return stream.cursor; }, close: () => stream.close(), retry: () => stream.retry(), wake() {}};
  }

  #enter(state, details) {
    this.#state = state;
    this.#tell('onState', state, details);
  }

  // A page's mistake in a callback is reported, and costs no other event.
  #tell(what, ...values) {
    if (this.#life.signal.aborted) return;
    try {
      this.#options[what](...values);
    } catch (error) {
      if (this.#env.reportError) this.#env.reportError(error);
      else this.#env.setTimeout(() => { throw error; }, 0);
    }
  }
}

function best(env, worker = true) {
  if (worker && env.SharedWorker && env.navigator.locks) return 'worker';
  return env.BroadcastChannel && env.navigator.locks ? 'lock' : 'own';
}
