// One time away: from the cut until an event comes that was published after the return. Those before it are late.

const atOnceMs = 500; // where events do not say when they were published: late is what comes within this

export class Absence {
  #before;
  #back = null;
  #first = null;
  #timed = false;
  over = false;

  // before: the Tally at the cut, as it is now.
  constructor({requests, late, missed, repeated, latencyMs}) {
    this.#before = {requests, late, missed: missed ?? 0, repeated: repeated ?? 0, latencyMs: latencyMs ?? 0};
  }

  // The server has answered again.
  return(now = Date.now()) {
    this.#back ??= now;
  }

  // Whether an event is late that was published `at` by the publisher's clock, or null. The usual latency holds what that
  // clock is ahead or behind, so the two need not agree.
  isLate(at, now = Date.now()) {
    if (this.over) return false;
    this.return(now);
    this.#first ??= now;
    this.#timed ||= at !== null;
    this.over = at === null ? now - this.#first >= atOnceMs : at + this.#before.latencyMs >= this.#back;
    return !this.over;
  }

  words({requests, late, missed, repeated}) {
    const before = this.#before;
    const asked = requests - before.requests;
    const came = late - before.late;
    const some = (count, what) => `${count > 0 ? count.toLocaleString() : 'none'} ${what}`;
    const lack = missed === null ? 'missing and repeated events are not counted, because the events have no numbers'
      : `${some(missed - before.missed, 'missed')}, ${some(repeated - before.repeated, 'repeated')}`;
    return `Back after ${asked.toLocaleString()} ${asked === 1 ? 'request' : 'requests'}, with ${came.toLocaleString()} ${came === 1 ? 'event' : 'events'} ${this.#timed ? 'published in this time' : 'at once'}; ${lack}.`;
  }
}
