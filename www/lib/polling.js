// The same by long polling, for where there is no EventSource: one request after the other, each from where the last one
// ended. urlOf() gives the address from the present cursor. Returns what closes it; on: as in event_source.js.

const waitSeconds = 25;
const onTheWayMs = 15_000; // beside the time that the worker was asked to wait
const retryAfterSecondsMax = 3600;

// An answer that is not 2xx.
export class Refusal extends Error {
  constructor(status, text, retryAfter) {
    super(`${status}`);
    this.status = status;
    this.text = text;
    this.retryAfterMs = /^\d+$/.test(retryAfter ?? '') ? Math.min(Number(retryAfter), retryAfterSecondsMax) * 1000 : 0;
  }

  // Whether the same request may do better later.
  get passes() {
    return this.status >= 500 || this.status === 408 || this.status === 429;
  }
}

// One request; the worker answers it when there is something, or else at once or, with `waits`, after a while. Throws a
// Refusal, or something else where there is no answer of the worker's, or none in time.
export async function poll(url, { waits, signal }) {
  signal.throwIfAborted();
  const ending = new AbortController();
  const end = () => ending.abort();
  const seconds = waits ? waitSeconds : 0;
  const timer = setTimeout(end, seconds * 1000 + onTheWayMs);
  signal.addEventListener('abort', end);
  try {
    const answer = await fetch(`${url}&poll=${seconds}`, { signal: ending.signal, cache: 'no-store' });
    if (!answer.ok) throw new Refusal(answer.status, await answer.text(), answer.headers.get('Retry-After'));
    // nginx answers for a worker that is down with a stream.
    if (!answer.headers.get('Content-Type')?.startsWith('application/json')) throw new TypeError('not an answer to a poll');
    return await answer.json();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    end(); // a body that nobody reads
  }
}

export function openPolling(urlOf, names, on) {
  const ending = new AbortController();
  const { signal } = ending;
  const wanted = new Set(['message', ...names]);

  async function run() {
    // The first answer comes at once, so that one knows that there is somebody, and where one is.
    for (let waits = false; ; waits = true) {
      const { events, lastEventId, gap, closed } = await poll(urlOf(), { waits, signal });
      if (signal.aborted) return undefined;
      on.live();
      if (gap) on.gap(JSON.stringify(gap), gap.resumedFrom);
      for (const { id, event, data } of events) {
        if (wanted.has(event)) on.event({ type: event, data, id });
        if (signal.aborted) return undefined;
      }
      if (closed) return on.end(lastEventId);
      on.cursor(lastEventId);
    }
  }

  run().catch((error) => {
    if (signal.aborted) return;
    if (error instanceof Refusal && error.status !== 408 && error.status !== 429) on.refused();
    else on.lost();
  });
  return { close: () => ending.abort() };
}
