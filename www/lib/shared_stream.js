// SharedStream: a subscription that all tabs of a browser have together, over one connection: by a SharedWorker, else by a
// lock and a channel, else each for itself. To its tab it looks as if it were alone: it begins at its own cursor, and has
// every event once and in order, whoever reads it.

import { joinByLock } from './by_lock.js';
import { joinByWorker } from './by_worker.js';
import { Recent } from './recent.js';
import { Stream, address } from './stream.js';

const pagesMax = 1000;

export class SharedStream {
  #options;
  #recent = new Recent();
  #cursor;
  #held = null; // what comes while what this tab lacks is fetched
  #transport;
  #ending = new AbortController();
  #state = null;

  // topics, cursor, names, path, onEvent, onGap, onState, signal: as of Stream. onTabs(count) where it is known.
  // by: 'worker', 'lock' or 'own' instead of the best there is.
  constructor(options) {
    this.#options = { path: '/events', names: [], onGap() {}, onState() {}, onTabs() {}, ...options };
    const { topics, names, path, cursor, by = best(), signal } = this.#options;
    this.by = by;
    this.#cursor = cursor;
    signal?.addEventListener('abort', () => this.close());
    const absolute = new URL(path, location.href).href;
    const key = JSON.stringify([absolute, [...topics].sort(), [...names].sort()]);
    const subscription = { key, path: absolute, topics: [...topics], names: [...names], cursor };
    const on = {
      joined: (at) => this.#joined(at),
      event: (event) => (this.#held ? this.#held.push(event) : this.#take(event)),
      gap: (data) => this.#options.onGap(data),
      state: (state, { inMs, problem }) => this.#enter(state, { untilMs: inMs && performance.now() + inMs, problem }),
      tabs: (count) => this.#options.onTabs(count),
    };
    if (by === 'worker') this.#transport = joinByWorker(subscription, on);
    else if (by === 'lock') this.#transport = joinByLock(subscription, on);
    else this.#transport = alone(subscription, on);
  }

  // The id of the last event this tab has had, or what it began with.
  get cursor() { return this.#cursor; }
  get state() { return this.#state; }
  get url() { return address(this.#options, this.#cursor); }

  close() {
    this.#ending.abort();
    this.#transport.close();
    this.#state = 'closed';
  }

  // At once instead of when the time has come.
  retry() { this.#transport.retry(); }

  // The stream that this tab joins has come to `at`; this tab, with a cursor of its own, may lack what is before.
  async #joined(at) {
    if (!this.#options.cursor || at === this.#options.cursor || this.#held) return;
    this.#held = [];
    try {
      await this.#catchUp();
    } catch {
      // The server is away. Its stream comes back from where it was, and what is lacking is not known any more.
      if (!this.#ending.signal.aborted) this.#options.onGap(JSON.stringify({ reason: 'unknown', lastEventId: this.#cursor }));
    }
    const held = this.#held;
    this.#held = null;
    for (const event of held) this.#take(event);
  }

  async #catchUp() {
    const { signal } = this.#ending;
    for (let page = 0; page < pagesMax; ++page) {
      const answer = await fetch(`${address(this.#options, this.#cursor)}&poll=0`, { signal, cache: 'no-store' });
      if (!answer.ok) throw new Error(`${answer.status}`);
      const { events, lastEventId, gap } = await answer.json();
      if (gap) this.#options.onGap(JSON.stringify(gap));
      for (const { id, event, data } of events) {
        if (event === 'message' || this.#options.names.includes(event)) this.#take({ type: event, data, id });
      }
      this.#cursor = lastEventId;
      if (events.length === 0) return;
    }
  }

  #take(event) {
    if (this.#ending.signal.aborted || !this.#recent.add(event.id)) return;
    if (event.id) this.#cursor = event.id;
    this.#options.onEvent(event);
  }

  #enter(state, details) {
    if (this.#ending.signal.aborted) return;
    this.#state = state;
    this.#options.onState(state, details);
  }
}

function best() {
  if (globalThis.SharedWorker && navigator.locks) return 'worker';
  return globalThis.BroadcastChannel && navigator.locks ? 'lock' : 'own';
}

function alone({ path, topics, names, cursor }, on) {
  return new Stream({
    path, topics, names, cursor,
    onEvent: on.event,
    onGap: on.gap,
    onState: (state, { untilMs, problem }) => on.state(state, { inMs: untilMs && untilMs - performance.now(), problem }),
  });
}
