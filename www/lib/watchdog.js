// Notices a connection that has died in silence: the machine slept, the network changed, a NAT forgot it. Time is measured
// by two clocks, because the monotonic one stands still while many machines sleep, and the wall clock may be set.

const tickMs = 5000; // so a sleep is noticed within this time after it
const graceMs = 1000; // what arrived during a sleep is read before the connection is called dead

export class Watchdog {
  #env;
  #onSilent;
  #limitMs;
  #heard;
  #suspected = false;
  #closed = false;
  #timer = 0;

  // onSilent() is called once, after `limitMs` without heard().
  constructor({env, limitMs, onSilent}) {
    this.#env = env;
    this.#onSilent = onSilent;
    this.#limitMs = limitMs;
    this.heard();
    this.#arm();
  }

  set limitMs(ms) {
    this.#limitMs = ms;
  }

  heard() {
    this.#heard = {wall: this.#env.Date.now(), steady: this.#env.performance.now()};
    this.#suspected = false;
  }

  // After a sleep or another reason for doubt: looks now instead of at the next tick.
  check() {
    if (this.#closed || this.#suspected) return;
    this.#env.clearTimeout(this.#timer);
    this.#arm();
  }

  close() {
    this.#closed = true;
    this.#env.clearTimeout(this.#timer);
  }

  #arm() {
    const left = this.#limitMs - this.#silentMs();
    if (left <= 0) {
      this.#timer = this.#env.setTimeout(() => (this.#suspected ? this.#onSilent() : this.#arm()), graceMs);
      this.#suspected = true;
    } else {
      this.#timer = this.#env.setTimeout(() => this.#arm(), Math.min(left, tickMs));
    }
  }

  #silentMs() {
    return Math.max(this.#env.Date.now() - this.#heard.wall, this.#env.performance.now() - this.#heard.steady);
  }
}

// A page that was left may be kept for the back button, and its connections with it: some browsers read on for a page that nobody
// sees, and the next pages of the site wait for a free connection. Calls leaves() when the page is left, and returns() when it is back.
export function onKept(env, {leaves, returns}, signal) {
  env.addEventListener?.('pagehide', ({persisted}) => { if (persisted) leaves(); }, {signal});
  env.addEventListener?.('pageshow', ({persisted}) => { if (persisted) returns(); }, {signal});
}

// Calls woken(online) at each sign that the machine, the page or the network is back. `online`: the network was away, and
// connections from before are most likely dead.
export function onWake(env, woken, signal) {
  env.addEventListener?.('online', () => woken(true), {signal});
  env.addEventListener?.('pageshow', () => woken(false), {signal});
  env.document?.addEventListener('resume', () => woken(false), {signal});
  env.document?.addEventListener('visibilitychange', () => { if (!env.document.hidden) woken(false); }, {signal});
}
