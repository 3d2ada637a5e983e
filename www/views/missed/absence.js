// One time away: from the closing of the stream until the page has caught up. What came back is told as plain facts.

const caughtUpMs = 400; // events come 20 times a second; one that is younger than this when it arrives is live again

export class Absence {
  left = Date.now();
  back = null;
  cursor;
  lastBefore;
  gap = null;
  replayed = 0;
  known = 0;
  from = null;
  to = null;
  done = false;

  // cursor: the one that will be sent. lastBefore: the number of the last event seen.
  constructor(cursor, lastBefore) {
    this.cursor = cursor;
    this.lastBefore = lastBefore;
  }

  return() {
    this.back = Date.now();
  }

  // An event after the return. Says whether it is part of the replay; the first that is not ends the absence.
  take(n, at, what) {
    if (this.done) return false;
    const live = at > this.back || (Date.now() - at < caughtUpMs && at > this.back - caughtUpMs);
    if (live && what !== 'again') {
      this.done = true;
      return false;
    }
    if (what === 'again') {
      this.known += 1;
    } else {
      this.replayed += 1;
      this.from = Math.min(this.from ?? n, n);
      this.to = Math.max(this.to ?? n, n);
    }
    return true;
  }

  get seconds() {
    return (this.back - this.left) / 1000;
  }

  // How many after lastBefore never came.
  get lost() {
    return this.from === null ? 0 : Math.max(0, this.from - this.lastBefore - 1);
  }

  get words() {
    const away = this.seconds < 0.5 ? 'Offline for less than half a second.' : `Offline for ${this.seconds.toFixed(1)} s.`;
    const many = (count) => `${count.toLocaleString()} ${count === 1 ? 'event' : 'events'}`;
    const told = this.gap ? ` The server sent “gap”: ${reasons[this.gap.reason] ?? 'it cannot resume from the cursor'}.` : '';
    const known = this.known > 0 ? ` ${many(this.known)} had been received before.` : '';
    if (this.gap?.reason === 'restarted') return `${away}${told} ${many(this.replayed)} were published after the restart.`;
    if (this.replayed === 0) return `${away}${told}${known || ' Nothing was published in this time.'}`;
    const range = `${this.from.toLocaleString()} to ${this.to.toLocaleString()}`;
    const lost = this.lost > 0 ? ` ${this.lost.toLocaleString()} are missing.` : ' None is missing.';
    return `${away}${told} ${many(this.replayed)} replayed, number ${range}.${known}${lost}`;
  }
}

const reasons = {
  evicted: 'events after the cursor are no longer retained',
  unknown: 'the cursor is unknown',
  lost: 'a part of the history may be lost',
  restarted: 'the server was restarted, and a new history began',
};
