// What one tab has of a shared stream. It takes each message once and in order, sees when it has missed some, and then, or
// when it joins with a cursor of its own, fetches what it lacks.

import {CatchUp} from './catch_up.js';

const askAgainMs = 1000;

export class Follower {
  #env;
  #subscription;
  #credential;
  #on;
  #cursor;
  #place = null; // { term, n }: null while no leader has answered
  #askedMs = 0;
  #catchUp = null;
  #over = false; // the leader says that the stream has ended

  // credential: of this tab. on: event(event), gap(data), state(state). ask(): the leader is to say where it is, by join().
  constructor({env, subscription, credential, on, ask}) {
    this.#env = env;
    this.#subscription = subscription;
    this.#credential = credential;
    this.#cursor = subscription.cursor;
    this.#on = {...on, ask};
  }

  get cursor() {
    return this.#cursor;
  }

  // The newest term that this tab knows of.
  get term() {
    return this.#place?.term.number ?? 0;
  }

  // The place of this tab, if its cursor is the one at that place.
  get place() {
    return this.#catchUp ? null : this.#place;
  }

  // Until the next join() it hears nothing.
  close() {
    this.#catchUp?.close();
    this.#catchUp = null;
    this.#place = null;
  }

  // The leader is at this place; what it says next comes after it.
  join({term, n, cursor, after}, state) {
    if (this.#place && term.number < this.#place.term.number) return;
    const same = cursor === this.#cursor || isSame(after, this.place) || isSame({term, n}, this.place);
    this.#catchUp?.close();
    this.#catchUp = null;
    this.#place = {term, n};
    this.#over = false;
    if (this.#cursor === undefined) this.#cursor = cursor;
    else if (!same) this.#fetch(cursor);
    if (state) this.#enter(state);
  }

  hear(message) {
    const place = this.#place;
    if (!place) return this.#askAgain();
    if (message.term.number < place.term.number) return; // of a leader that is gone: the new one reads it again
    if (message.term.id !== place.term.id || message.n > place.n + 1) return this.#missed();
    if (message.n <= place.n) return;
    place.n = message.n;
    if (message.what === 'state') this.#enter(message.state);
    else if (this.#catchUp) this.#catchUp.hear(message);
    else this.#take(message);
  }

  // What this tab has is known, but not what came since: the leader is asked for its place.
  #missed() {
    this.#catchUp?.close();
    this.#catchUp = null;
    this.#place = null;
    this.#ask();
  }

  #ask() {
    this.#askedMs = this.#env.performance.now();
    this.#on.ask();
  }

  // There is a leader, so the question or its answer got lost, or is on its way.
  #askAgain() {
    if (this.#env.performance.now() - this.#askedMs >= askAgainMs) this.#ask();
  }

  #fetch(joinedAt) {
    const catchUp = new CatchUp({
      env: this.#env, subscription: this.#subscription, credential: this.#credential, cursor: this.#cursor, joinedAt,
      take: (message) => this.#take(message),
      done: () => {
        if (this.#catchUp === catchUp) this.#catchUp = null;
        if (this.#over) this.#on.state({name: 'ended'});
      },
    });
    this.#catchUp = catchUp;
    catchUp.start();
  }

  #take(message) {
    if (message.id) this.#cursor = message.id;
    if (message.what === 'event') this.#on.event(message.event);
    else if (message.what === 'gap') this.#on.gap(message.data);
  }

  #enter(state) {
    this.#over = state.name === 'ended';
    if (this.#over && this.#catchUp) this.#catchUp.finish(); // what this tab lacks comes before the end
    else this.#on.state(state);
  }
}

const isSame = (one, other) => Boolean(one && other) && one.term.id === other.term.id && one.n === other.n;
