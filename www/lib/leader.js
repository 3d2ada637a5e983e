// The one stream that many tabs share, seen from where it is read. Everything that happens to it becomes a numbered message;
// a place { term, n, cursor } says what a tab has that has had every message of this term up to n.

import {Stream} from './stream.js';

export class Leader {
  #env;
  #subscription;
  #tell;
  #token;
  #after;
  #term;
  #n = 0;
  #cursor;
  #state = {name: 'connecting', problem: undefined};
  #stream = null;

  // tell(message) for every message. token(): as of Credential. after: the place, of an earlier term, that `subscription.cursor` stands for, if it does.
  // since: the newest earlier term that is known.
  constructor({env, subscription, token, after = null, since = 0, tell}) {
    this.#env = env;
    this.#subscription = subscription;
    this.#cursor = subscription.cursor;
    this.#tell = tell;
    this.#token = token;
    this.#after = after;
    // Terms are ordered: a leader may know nothing of the one before it, but the clock has moved.
    this.#term = {number: Math.max(env.Date.now(), since + 1), id: randomId()};
  }

  start() {
    const {path, topics, templates, names} = this.#subscription;
    this.#stream = new Stream({
      env: this.#env, path, topics, templates, names, cursor: this.#cursor, token: this.#token,
      onEvent: (event) => this.#say({what: 'event', event, id: event.id}),
      onGap: (data, id) => this.#say({what: 'gap', data, id}),
      onCursor: (id) => this.#say({what: 'cursor', id}),
      onState: (name, {untilMs, problem, status}) => {
        this.#state = {name, untilMs, problem, status};
        this.#say({what: 'state', state: this.state});
      },
    });
  }

  // Where all is that has been said. `after` lets tabs of the term before see that they lack nothing.
  get place() {
    return {term: this.#term, n: this.#n, cursor: this.#cursor, after: this.#n === 0 ? this.#after : null};
  }

  // Each tab has a clock of its own, so what is left of the time is told, not when it ends.
  get state() {
    const {name, untilMs, problem, status} = this.#state;
    return {name, inMs: untilMs && Math.max(0, untilMs - this.#env.performance.now()), problem, status};
  }

  retry() {
    this.#stream?.retry();
  }

  wake() {
    this.#stream?.wake();
  }

  close() {
    this.#stream?.close();
  }

  #say(message) {
    this.#n += 1;
    if (message.id) this.#cursor = message.id;
    this.#tell({...message, term: this.#term, n: this.#n});
  }
}

export const randomId = () => crypto.getRandomValues(new Uint32Array(4)).join('-');
