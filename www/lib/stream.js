// A subscription that lasts: connecting, open, waiting (and until when), refused (and why), ended. EventSource tells
// neither when it will try again nor what the server said, and gives up for good at the first wrong answer; this tries
// again itself, from the last event seen, and polls where there is no EventSource.

import { openEventSource } from './event_source.js';
import { openPolling } from './polling.js';

const delaysMs = [1000, 2000, 4000, 8000, 15000];
const problemCharsMax = 2000;

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
    return address(this.#options, this.#cursor);
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
    const { names } = this.#options;
    const moved = (id) => { if (id) this.#cursor = id; };
    const on = {
      live: () => this.#live(),
      event: (event) => { moved(event.id); this.#options.onEvent(event); },
      gap: (data, id) => { moved(id); this.#options.onGap(data); },
      cursor: moved,
      end: (id) => { moved(id); this.#end(); },
      lost: () => this.#wait(),
      refused: () => this.#ask(),
    };
    this.#source = globalThis.EventSource ? openEventSource(this.url, names, on) : openPolling(() => this.url, names, on);
  }

  #live() {
    if (this.#state === 'open') return;
    this.#failures = 0;
    this.#enter('open');
  }

  #end() {
    this.close();
    this.#enter('ended');
  }

  #wait(problem) {
    this.#source?.close();
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

// Where a reader of these topics begins with this cursor.
export function address({ path = '/events', topics }, cursor) {
  const query = new URLSearchParams(topics.map((topic) => ['topic', topic]));
  if (cursor) query.set('lastEventId', cursor);
  return `${path}?${query}`;
}

function describe(status, text) {
  try {
    const { title, detail } = JSON.parse(text.slice(0, problemCharsMax));
    return `${status} ${title ?? ''}${detail ? `: ${detail}` : ''}`;
  } catch {
    return `${status}`;
  }
}
