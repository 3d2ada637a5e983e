// Leads a tab that has a cursor of its own to where a shared stream is. It fetches what comes after the cursor and keeps what
// is said meanwhile, until both meet: an event or cursor that was fetched is one that was said, so what was said after it
// follows. Ids are opaque, so that is the only sign: no order is guessed from them. An event that was said and not yet
// fetched is either about to be fetched, or older than the cursor; only fetching tells.

import {Refusal} from './answer.js';
import {Credential, NoToken} from './credential.js';
import {Delays} from './delays.js';
import {poll} from './polling.js';
import {address} from './stream_request.js';

const saidMax = 10_000;
const fewEvents = 50; // a page with fewer is not a history to be fetched, but what is being published
const fewMs = 200;
const endTries = 5;

export class CatchUp {
  #env;
  #options;
  #credential;
  #wanted;
  #cursor;
  #joinedAt;
  #said = []; // messages that are not taken yet
  #dropped = 0; // messages that were in #said before its first
  #numbers = new Map(); // by id: which of all that were said
  #events = 0; // said that are no cursors, and the end
  #finishing = false;
  #ending = new AbortController();
  #delays = new Delays();
  #news = () => {};
  #timer = 0;

  // joinedAt: the cursor of the shared stream at the time of joining. take(message) for each event, gap or cursor, in
  // order; done() once the tab is where the shared stream is.
  constructor({env, subscription, credential = new Credential({env}), cursor, joinedAt, take, done}) {
    this.#env = env;
    this.#options = {...subscription, take, done};
    this.#credential = credential;
    this.#wanted = new Set(['message', ...subscription.names]);
    this.#cursor = cursor;
    this.#joinedAt = joinedAt;
  }

  hear(message) {
    // Of cursors in a row the last is enough.
    if (message.what === 'cursor' && this.#said.at(-1)?.what === 'cursor') this.#numbers.delete(this.#said.pop().id);
    if (message.id) this.#numbers.set(message.id, this.#dropped + this.#said.length);
    this.#said.push(message);
    // Of many the first may be forgotten: where the later ones are met, these were fetched.
    if (this.#said.length > saidMax) this.#forget(saidMax / 2);
    if (message.what === 'cursor') return; // nothing is missing because of it
    this.#events += 1;
    this.#news();
  }

  // Nothing more will be said: fetch the rest, and be done.
  finish() {
    this.#finishing = true;
    this.#events += 1;
    this.#news();
  }

  close() {
    this.#ending.abort();
    this.#env.clearTimeout(this.#timer);
    this.#news();
  }

  async start() {
    const {signal} = this.#ending;
    for (let ends = 0; !signal.aborted;) {
      const heard = this.#events;
      try {
        const headers = await this.#credential.headers(signal);
        const answer = await poll(address(this.#options, this.#cursor), {env: this.#env, waits: false, signal, headers});
        this.#credential.accepted();
        if (signal.aborted || this.#takeAnswer(answer)) return;
        if (answer.events.length > 0 || answer.gap) {
          this.#delays.succeeded();
          if (answer.events.length < fewEvents) await this.#wait(Infinity, fewMs);
          continue;
        }
        if (this.#finishing) ends += 1;
        if (answer.closed || ends > endTries) return this.#meet(this.#said.length);
        // All that there is has been fetched. What has been said is older, or this server lags behind the other for a moment.
        // Also if the shared stream has sent nothing: this server may not have the event of the cursor that the tab joined with yet.
        await this.#wait(heard, this.#delays.next());
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Refusal && error.status === 401 && this.#credential.refused()) continue;
        if ((error instanceof Refusal || error instanceof NoToken) && !error.passes) return this.#giveUp();
        this.#credential.waited();
        await this.#wait(Infinity, this.#delays.next(error.retryAfterMs));
      }
    }
  }

  // True once it has met what was said.
  #takeAnswer({events, lastEventId, gap}) {
    const {signal} = this.#ending;
    if (gap) this.#take({what: 'gap', data: JSON.stringify(gap), id: gap.resumedFrom});
    if (gap && this.#meets(gap.resumedFrom)) return true;
    for (const {id, event, data} of events) {
      this.#take(this.#wanted.has(event) ? {what: 'event', event: {type: event, data, id}, id} : {what: 'cursor', id});
      if (signal.aborted || this.#meets(id)) return true;
    }
    if (!lastEventId) return false;
    this.#take({what: 'cursor', id: lastEventId});
    return this.#meets(lastEventId);
  }

  #meets(id) {
    if (id === this.#joinedAt && this.#dropped === 0) return this.#meet(0);
    const number = this.#numbers.get(id);
    return number >= this.#dropped && this.#meet(number - this.#dropped + 1);
  }

  // What was said from `from` on is what comes next.
  #meet(from) {
    const {signal} = this.#ending;
    // A message may be heard while one is taken.
    for (let n = from; n < this.#said.length && !signal.aborted; ++n) this.#take(this.#said[n]);
    if (!signal.aborted) this.#options.done();
    return true;
  }

  // No way to know what is missing: it is told, and the tab goes on from here.
  #giveUp() {
    this.#take({what: 'gap', data: JSON.stringify({reason: 'unknown', lastEventId: this.#cursor})});
    this.#meet(0);
  }

  #take(message) {
    if (message.id) this.#cursor = message.id;
    this.#options.take(message);
  }

  // Until something is said after `heard`, or for `ms` if that is not 0.
  #wait(heard, ms) {
    return new Promise((resolve) => {
      const go = () => {
        this.#env.clearTimeout(this.#timer);
        this.#news = () => {};
        resolve();
      };
      this.#news = () => { if (this.#ending.signal.aborted || this.#events > heard) go(); };
      if (ms > 0) this.#timer = this.#env.setTimeout(go, ms);
      this.#news();
    });
  }

  #forget(count) {
    for (const {id} of this.#said.splice(0, count)) if (this.#numbers.get(id) < this.#dropped + count) this.#numbers.delete(id);
    this.#dropped += count;
  }
}
