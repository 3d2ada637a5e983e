// What the head of an answer means for a reader, and the words in which a refusal is shown.

const problemCharsMax = 2000;
const foreignCharsMax = 200;
const retryAfterMsMax = 3_600_000;

// An answer that is not 2xx.
export class Refusal extends Error {
  constructor(status, text, retryAfter, nowMs = Date.now()) {
    super(`${status}`);
    this.status = status;
    this.text = text;
    this.retryAfterMs = retryAfterMs(retryAfter, nowMs);
  }

  // Whether the same request may succeed later.
  get passes() {
    return this.status >= 500 || this.status === 408 || this.status === 429;
  }
}

// `Retry-After` is a number of seconds or a date (RFC 9110, 10.2.3). Anything else means 0.
export function retryAfterMs(header, nowMs) {
  const text = header ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, retryAfterMsMax);
  const at = /[a-z]/i.test(text) ? Date.parse(text) : NaN;
  return Number.isFinite(at) ? Math.min(Math.max(0, at - nowMs), retryAfterMsMax) : 0;
}

// The problem's own words (RFC 9457); without them, the beginning of what came instead.
export function describe(status, text) {
  try {
    const {title, detail} = JSON.parse(text);
    const words = detail ?? title;
    if (words !== undefined) return clipped(String(words), problemCharsMax);
  } catch {
    // The answer is not the worker's.
  }
  return clipped(`${status} ${text}`.trim(), foreignCharsMax);
}

const clipped = (text, most) => (text.length > most ? `${text.slice(0, most)}…` : text);
