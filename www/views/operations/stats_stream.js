// The worker's figures as they come, told in plain states: connecting, live, waiting (it tries again by itself, in so many
// seconds), refused (it would be of no use to try again) and paused. EventSource reconnects by itself, but says neither when
// nor why a stream was refused; here both are known.

const delaysMs = [1_000, 2_000, 4_000, 8_000, 15_000];
// The longest interval of the worker is 10 s: a stream that says nothing for this long is dead.
const silenceMs = 25_000;
const detailMax = 500;

export class StatsStream {
  #url;
  #onFigures;
  #onState;
  #source = null;
  #asking = null; // AbortController of the question why
  #timer;
  #failures = 0;

  // onFigures(object) and onState(name, { seconds, detail }); neither is called after close().
  constructor({ url, onFigures, onState }) {
    this.#url = url;
    this.#onFigures = onFigures;
    this.#onState = onState;
  }

  start() {
    this.#end();
    this.#onState('connecting', {});
    this.#connect();
  }

  pause() {
    this.#end();
    this.#failures = 0;
    this.#onState('paused', {});
  }

  close() {
    this.#end();
  }

  #connect() {
    const source = new EventSource(this.#url);
    this.#source = source;
    this.#expectNews();
    source.addEventListener('message', ({ data }) => {
      const figures = parse(data);
      if (!figures) return;
      this.#failures = 0;
      this.#expectNews();
      this.#onState('live', {});
      this.#onFigures(figures);
    });
    source.addEventListener('error', () => {
      // A web server that stands in for a worker that is away opens a stream and ends it: then this is "connecting" again.
      if (source.readyState === EventSource.CLOSED) this.#askWhy();
      else this.#wait('');
    });
  }

  #expectNews() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#wait(''), silenceMs);
  }

  async #askWhy() {
    this.#end();
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const answer = await fetch(this.#url, { signal: asking.signal });
      const detail = answer.ok ? '' : await reason(answer);
      if (asking.signal.aborted) return;
      if ([400, 403, 404].includes(answer.status)) {
        this.#end();
        this.#onState('refused', { detail });
      } else {
        this.#wait(detail);
      }
    } catch {
      if (!asking.signal.aborted) this.#wait('');
    }
  }

  #wait(detail) {
    this.#end();
    const delayMs = delaysMs[Math.min(this.#failures++, delaysMs.length - 1)];
    // Not all pages that watch a worker come back to it in the same moment.
    const at = performance.now() + delayMs * (0.8 + Math.random() * 0.4);
    const tick = () => {
      const leftMs = at - performance.now();
      this.#onState('waiting', { seconds: Math.max(0, Math.ceil(leftMs / 1000)), detail });
      if (leftMs <= 0) return this.#connect();
      this.#timer = setTimeout(tick, Math.min(leftMs, (leftMs - 1) % 1000 + 1));
    };
    tick();
  }

  #end() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#asking = null;
    this.#source?.close();
    this.#source = null;
  }
}

function parse(data) {
  try {
    const value = JSON.parse(data);
    return typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

// The problem's own words, else the status.
async function reason(answer) {
  const { detail } = parse(await answer.text()) ?? {};
  return typeof detail === 'string' ? detail.slice(0, detailMax) : `The server answers ${answer.status}.`;
}
