// Who reads a topic, as its events `here`, `join` and `leave` say.

const namesMax = 1000; // the others are counted only

export class Readers {
  count = null; // null: not known
  names = new Set();
  #before = new Set(); // the names that the last reset removed: their `join` is no news

  // The connection is lost. The first `here` of the next one has the number and the names again.
  forget() {
    this.count = null;
    this.#replace([]);
  }

  // An event's type and its data, parsed. Returns whether it says something new: the number differs, or this subject has come or gone.
  take(type, {count, subject, subjects, reset}) {
    if (!Number.isSafeInteger(count) || count < 0) return false;
    const differs = this.count !== null && this.count !== count;
    this.count = count;
    if (type === 'here') {
      if (Array.isArray(subjects)) this.#replace(subjects.filter((each) => typeof each === 'string').slice(0, namesMax));
      else if (reset === true) this.#replace([], this.names);
      return differs;
    }
    if (typeof subject !== 'string') return false;
    const known = this.#before.delete(subject);
    if (type === 'leave') return this.names.delete(subject) || known;
    if (this.names.has(subject) || this.names.size >= namesMax) return false;
    this.names.add(subject);
    return !known;
  }

  #replace(names, before = new Set()) {
    this.names = new Set(names);
    this.#before = before;
  }
}
