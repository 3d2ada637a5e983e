// One stream, told in plain states: connecting, open, waiting, and then closed (the server said so), stopped (the reader
// did) or failed (the browser gave up). EventSource itself knows only three, and hides why.

const moves = {
  connecting: {live: 'open', lost: 'waiting', refused: 'failed', bye: 'closed', stop: 'stopped'},
  open: {lost: 'waiting', refused: 'failed', bye: 'closed', stop: 'stopped'},
  waiting: {live: 'open', refused: 'failed', bye: 'closed', stop: 'stopped'},
  closed: {},
  stopped: {},
  failed: {},
};

// What a signal makes of a state. A signal that means nothing there leaves it as it is.
export const next = (state, signal) => (signal === 'start' ? 'connecting' : moves[state][signal] ?? state);

// Whether there is still something to stop.
export const isLive = (state) => 'stop' in moves[state];

// nginx answers for a worker that is down with an empty stream and a `retry:`, so that browsers keep trying. `open` is
// therefore believed only when an event has come, or when it has lasted this long.
const settleMs = 300;

// EventSource would try again by itself, but not say when. So this does it, less often with each failure.
const delaysMs = [2000, 4000, 8000, 15000];

export class Greeting {
  #url;
  #onState;
  #onMessage;
  #onWait;
  #env;
  #state = 'stopped';
  #source = null;
  #timer;
  #failures = 0;

  // onState(state, before), onWait(ms until the next try) and onMessage(data) are called in order, never after stop(). env
  // is for tests.
  constructor({url, onState, onMessage, onWait = () => {}, env = globalThis}) {
    this.#url = url;
    this.#onState = onState;
    this.#onMessage = onMessage;
    this.#onWait = onWait;
    this.#env = env;
  }

  start() {
    this.#end();
    this.#failures = 0;
    this.#enter('connecting');
    this.#open();
  }

  #open() {
    const source = new this.#env.EventSource(this.#url);
    this.#source = source;
    source.addEventListener('open', () => {
      this.#timer = this.#env.setTimeout(() => this.#live(), settleMs);
    });
    source.addEventListener('message', ({data}) => {
      if (source !== this.#source) return;
      this.#live();
      this.#onMessage(data);
    });
    source.addEventListener('close', () => {
      this.#end();
      this.#signal('bye');
    });
    source.addEventListener('error', () => {
      // A server may name one of its own events "error": the connection is none the worse for it.
      if (source !== this.#source || source.readyState === this.#env.EventSource.OPEN) return;
      const refused = source.readyState === this.#env.EventSource.CLOSED;
      this.#end();
      this.#signal(refused ? 'refused' : 'lost');
      if (!refused) this.#wait();
    });
  }

  #live() {
    this.#env.clearTimeout(this.#timer);
    this.#failures = 0;
    this.#signal('live');
  }

  #wait() {
    const ms = delaysMs[Math.min(this.#failures, delaysMs.length - 1)] * (0.75 + Math.random() / 2);
    this.#failures += 1;
    this.#timer = this.#env.setTimeout(() => this.#open(), ms);
    this.#onWait(ms);
  }

  stop() {
    this.#end();
    this.#signal('stop');
  }

  // Ends it without a word: whoever would hear of it has left.
  close() {
    this.#end();
    this.#state = 'stopped';
  }

  #end() {
    this.#env.clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #signal(signal) {
    const state = next(this.#state, signal);
    if (state !== this.#state) this.#enter(state);
  }

  #enter(state) {
    const before = this.#state;
    this.#state = state;
    this.#onState(state, before);
  }
}
