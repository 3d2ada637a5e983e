// One stream, told in plain states: connecting, open, waiting, and then closed (the server said so), stopped (the reader
// did) or failed (the browser gave up). EventSource itself knows only three, and hides why.

const moves = {
  connecting: { live: 'open', lost: 'waiting', refused: 'failed', bye: 'closed', stop: 'stopped' },
  open: { lost: 'waiting', refused: 'failed', bye: 'closed', stop: 'stopped' },
  waiting: { live: 'open', refused: 'failed', bye: 'closed', stop: 'stopped' },
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

export class Greeting {
  #url;
  #onState;
  #onMessage;
  #env;
  #state = 'stopped';
  #source = null;
  #settling;

  // onState(state, before) and onMessage(data) are called in order, never after stop(). env is for tests.
  constructor({ url, onState, onMessage, env = globalThis }) {
    this.#url = url;
    this.#onState = onState;
    this.#onMessage = onMessage;
    this.#env = env;
  }

  start() {
    this.#end();
    this.#enter('connecting');
    const source = new this.#env.EventSource(this.#url);
    this.#source = source;
    source.addEventListener('open', () => {
      this.#settling = this.#env.setTimeout(() => this.#signal('live'), settleMs);
    });
    source.addEventListener('message', ({ data }) => {
      this.#signal('live');
      this.#onMessage(data);
    });
    source.addEventListener('close', () => {
      this.#end();
      this.#signal('bye');
    });
    source.addEventListener('error', () => {
      // A server may name one of its own events "error": the connection is none the worse for it.
      if (source.readyState === this.#env.EventSource.OPEN) return;
      this.#env.clearTimeout(this.#settling);
      this.#signal(source.readyState === this.#env.EventSource.CLOSED ? 'refused' : 'lost');
    });
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
    this.#env.clearTimeout(this.#settling);
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
