// How long a reader waits before it asks again. The first delay is what the server asked for with `retry:`; each failure
// doubles it. A random part is added, because all readers of a server that restarts lose their streams in one moment.

const usualMs = 1000; // while the server has asked for nothing
const growingMsMax = 15_000;
const retryMsMax = 3_600_000;
const firstByteMsLeast = 5000; // the worker's first bytes come at once; a slow network gets more time with each failure
const firstByteMsMost = 20_000;

export class Delays {
  #failures = 0;
  #retryMs = null;

  // The server's `retry:`. It is already jittered there.
  retry(ms) {
    this.#retryMs = Math.min(ms, retryMsMax);
  }

  succeeded() {
    this.#failures = 0;
  }

  // How long the next answer may take to begin.
  get firstByteMs() {
    return Math.min(firstByteMsLeast * 2 ** this.#failures, firstByteMsMost);
  }

  // The next delay in milliseconds: never less than the server's `retry:` or `Retry-After`.
  next(retryAfterMs = 0) {
    const first = this.#retryMs ?? usualMs;
    const grown = Math.min(Math.max(first, usualMs / 2) * 2 ** this.#failures, Math.max(growingMsMax, first));
    const delayMs = this.#failures === 0 ? first : grown;
    this.#failures += 1;
    const spread = this.#retryMs === null ? 0.75 + Math.random() / 2 : 1 + Math.random() / 4;
    return Math.max(delayMs * spread, retryAfterMs * (1 + Math.random() / 4));
  }
}
