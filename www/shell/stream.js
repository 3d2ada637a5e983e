// A subscription that lasts: connecting, open, waiting (and until when), refused (and why), ended. EventSource tells
// neither when it will try again nor what the server said; this does, by trying again itself, from the last event seen.

const settleMs = 300; // nginx answers for a worker that is down with an empty stream: `open` is believed after this
const delaysMs = [1000, 2000, 4000, 8000, 15000];
const problemBytesMax = 2000;

export class Stream {
  #options;
  #cursor;
  #source = null;
  #timer = 0;
  #failures = 0;
  #asking = null;
  #state = null;

  // topics: list of names and patterns. cursor: where to begin (an id, or "earliest"), or nothing for now. names: types of
  // events to be told of beside `message`. onEvent({ type, data, id }), onGap(data), onState(state, { untilMs, problem }).
  // path: /events. signal: ends it. Nothing is called after that, nor after close().
  constructor(options) {
    this.#options = { path: '/events', names: [], onGap() {}, onState() {}, ...options };
    this.#cursor = options.cursor;
    options.signal?.addEventListener('abort', () => this.close());
    this.#open();
  }

  // The id of the last event, or what it began with.
  get cursor() {
    return this.#cursor;
  }

  get state() {
    return this.#state;
  }

  get url() {
    const query = new URLSearchParams(this.#options.topics.map((topic) => ['topic', topic]));
    if (this.#cursor) query.set('lastEventId', this.#cursor);
    return `${this.#options.path}?${query}`;
  }

  close() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#source?.close();
    this.#source = null;
    this.#state = 'closed';
  }

  // At once instead of when the time has come.
  retry() {
    if (this.#state !== 'waiting' && this.#state !== 'refused') return;
    this.close();
    this.#open();
  }

  #open() {
    this.#enter('connecting');
    const source = new EventSource(this.url);
    this.#source = source;
    const heard = ({ type, data, lastEventId }) => {
      this.#live();
      if (lastEventId) this.#cursor = lastEventId;
      if (type === 'gap') this.#options.onGap(data);
      else this.#options.onEvent({ type, data, id: lastEventId });
    };
    for (const name of ['message', 'gap', ...this.#options.names]) source.addEventListener(name, heard);
    source.addEventListener('open', () => { this.#timer = setTimeout(() => this.#live(), settleMs); });
    source.addEventListener('close', () => this.#end());
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.OPEN) return; // an event that the server names "error"
      const refused = source.readyState === EventSource.CLOSED;
      source.close();
      clearTimeout(this.#timer);
      if (refused) this.#ask();
      else this.#wait();
    });
  }

  #live() {
    clearTimeout(this.#timer);
    if (this.#state === 'open') return;
    this.#failures = 0;
    this.#enter('open');
  }

  #end() {
    this.close();
    this.#enter('ended');
  }

  #wait(problem) {
    const most = delaysMs[Math.min(this.#failures, delaysMs.length - 1)];
    this.#failures += 1;
    const delayMs = most * (0.75 + Math.random() / 2); // or all pages would come back in the same moment
    this.#timer = setTimeout(() => this.#open(), delayMs);
    this.#enter('waiting', { untilMs: performance.now() + delayMs, problem });
  }

  // What was wrong? The same request once more, where its answer can be read.
  async #ask() {
    const asking = new AbortController();
    this.#asking = asking;
    let answer = null;
    let problem = '';
    try {
      answer = await fetch(this.url, { signal: asking.signal, headers: { Accept: 'text/event-stream' } });
      if (!answer.ok) problem = describe(answer.status, await answer.text());
    } catch {
      // no answer at all: the worker or the network is away
    }
    if (asking.signal.aborted) return;
    asking.abort();
    if (answer?.status === 204) this.#end();
    else if (problem && answer.status < 500) this.#enter('refused', { problem });
    else this.#wait(problem);
  }

  #enter(state, details = {}) {
    this.#state = state;
    this.#options.onState(state, details);
  }
}

function describe(status, text) {
  try {
    const { title, detail } = JSON.parse(text.slice(0, problemBytesMax));
    return `${status} ${title ?? ''}${detail ? `: ${detail}` : ''}`;
  } catch {
    return `${status}`;
  }
}
