// A subscription that lasts: connecting, open, waiting (until when), refused (why), ended. It keeps the reader's cursor, asks
// again after every failure, and drops a connection that has died in silence. `open` means that it has a cursor: whatever is
// published from then on is delivered once and in order, or a gap is told.

import {Credential, NoToken} from './credential.js';
import {Delays} from './delays.js';
import {failure, poll, readPolls} from './polling.js';
import {resumeAddress, withParameter} from './resume_address.js';
import {address, canStream, expiryOf, heartbeatLimitMs, isEnd, isGap, isResume, readStream} from './stream_request.js';
import {onKept, onWake} from './watchdog.js';

// After a sleep a browser may send requests over the connections that it kept, all of them dead: six a host over HTTP/1.1.
// Each costs a try, so these tries are short and follow each other at once.
const keptConnectionsMax = 6;
const keptFirstByteMs = 3000;
// A grant that ends this soon after the stream has opened is a short one. After the second in a row the next request waits.
const grantMsLeast = 2000;

export class Stream {
  #options;
  #env;
  #wanted;
  #cursor;
  #state = null;
  #life = new AbortController();
  #trying = new AbortController();
  #credential;
  #resume = null; // { url, untilMs }: where the server wants to be asked next
  #delays = new Delays();
  #renewals = new Delays(); // after short grants
  #shortGrants = 0; // in a row
  #openedMs = 0;
  #timer = 0;
  #suspects = 0; // kept connections that may be dead like the last one
  #check = () => {};
  #paused = false;
  #waiting = null; // { untilMs by the wall clock, told by the server }

  // topics: list of names and patterns. templates: list of URI templates. cursor: where to begin (an id, or "earliest"); without one it begins now. names: types
  // of events to deliver besides `message`. onEvent({ type, data, id }), onGap(data, cursor), onCursor(id) when the cursor
  // has moved without an event, onState(state, { untilMs, problem, status }). token(): as of Credential. path: /events. signal: ends
  // it. Nothing is called after that, nor after close(). env: replaces globalThis in tests.
  constructor({env = globalThis, ...options}) {
    this.#options = {path: '/events', topics: [], templates: [], names: [], onGap() {}, onCursor() {}, onState() {}, ...options};
    this.#env = env;
    this.#credential = new Credential({env, token: options.token});
    this.#wanted = new Set(['message', ...this.#options.names]);
    this.#cursor = options.cursor;
    options.signal?.addEventListener('abort', () => this.close());
    onKept(env, {leaves: () => this.#pause(), returns: () => this.#proceed()}, this.#life.signal);
    onWake(env, (online) => this.#woken(online), this.#life.signal);
    this.#connect();
  }

  // Everything before it has been delivered. At the beginning the `cursor` of the options.
  get cursor() {
    return this.#cursor;
  }

  get state() {
    return this.#state;
  }

  get url() {
    return address(this.#options, this.#cursor);
  }

  close() {
    this.#life.abort();
    this.#leave();
    this.#state = 'closed';
  }

  // Asks again at once instead of when the time has come.
  retry() {
    if (this.#state !== 'waiting' && this.#state !== 'refused') return;
    this.#leave();
    this.#connect();
  }

  // After a sleep or another reason for doubt: looks at once whether the connection lives and the time to wait is over.
  wake() {
    this.#check();
    this.#woken(false);
  }

  #leave() {
    this.#env.clearTimeout(this.#timer);
    this.#waiting = null;
    this.#trying.abort();
  }

  // The page was left, and may come back.
  #pause() {
    if (!['connecting', 'open', 'waiting'].includes(this.#state)) return;
    this.#paused = true;
    this.#leave();
  }

  #proceed() {
    if (!this.#paused) return;
    this.#paused = false;
    this.#connect();
  }

  // A timer may be late after a sleep; and where no server was reached, the network was the reason for waiting.
  #woken(online) {
    if (!this.#waiting) return;
    if (this.#env.Date.now() >= this.#waiting.untilMs || (online && !this.#waiting.told)) this.retry();
  }

  async #connect() {
    this.#trying = new AbortController();
    const {signal} = this.#trying;
    this.#enter('connecting');
    if (signal.aborted) return;
    const end = await this.#authorized(signal);
    if (signal.aborted) return;
    if (end.what === 'ended') this.#enter('ended');
    else if (end.what === 'expired') this.#renew(end);
    else if (end.what === 'refused') this.#refused(end);
    else this.#again(end);
  }

  #refused(end) {
    // Also 400 and 414: the address is longer than the first one, and the first one may do.
    if (this.#resume !== null && end.resumed && end.status) {
      this.#resume = null;
      this.#connect();
    } else if (end.status === 401 && this.#credential.refused()) this.#connect();
    else {
      this.#credential.forget();
      this.#enter('refused', {problem: inWords(end), status: end.status});
    }
  }

  // The grant has ended. A token is asked for anew; a cookie, or what the web server knows, may have been renewed meanwhile.
  #renew({reason}) {
    this.#resume = null;
    this.#credential.refused();
    const short = this.#env.performance.now() - this.#openedMs < grantMsLeast;
    this.#shortGrants = short ? this.#shortGrants + 1 : 0;
    if (this.#shortGrants > 1) return this.#wait({problem: expiries[reason], told: true}, this.#renewals);
    this.#renewals.succeeded();
    return this.#connect();
  }

  #again(end) {
    if (end.atOnce) this.#suspects = keptConnectionsMax;
    if (end.atOnce || (end.unanswered && this.#suspects-- > 0)) this.#connect();
    else {
      this.#credential.waited();
      this.#wait(end);
    }
  }

  async #authorized(signal) {
    try {
      return await this.#read(this.#credential.held ?? await this.#credential.headers(signal), signal);
    } catch (error) {
      const {passes, message: problem} = error instanceof NoToken ? error : {passes: true};
      return passes ? {what: 'lost', problem, told: true} : {what: 'refused', problem};
    }
  }

  async #read(headers, signal) {
    const env = this.#env;
    const take = (answer) => {
      this.#credential.accepted();
      this.#takeAnswer(answer, signal);
    };
    if (!canStream(env)) return readPolls(() => this.url, {env, signal, headers, take: (answer) => { this.#live(); take(answer); }});
    // A stream that is cut before its first frame has given no cursor. An answer to a poll is there completely or not at all.
    if (!this.#cursor && hasHistory(this.#options)) {
      try {
        const answer = await poll(this.url, {env, waits: false, signal, headers});
        if (signal.aborted) return {what: 'lost'};
        take(answer);
        if (answer.closed) return {what: 'ended'};
      } catch (error) {
        return failure(error);
      }
    }
    if (this.#resume?.untilMs <= env.Date.now()) this.#resume = null;
    const resumed = this.#resume !== null;
    const end = await readStream(withParameter(resumed ? this.#resumeUrl : this.url, 'heartbeat', 'event'), {
      env, signal, headers,
      firstByteMs: this.#suspects > 0 ? keptFirstByteMs : this.#delays.firstByteMs,
      onWatchdog: (watchdog) => { this.#check = () => watchdog.check(); },
      onFrames: (frames, watchdog) => this.#takeFrames(frames, watchdog, signal),
    });
    return {...end, resumed};
  }

  get #resumeUrl() {
    const {url} = this.#resume;
    return this.#cursor ? withParameter(url, 'lastEventId', this.#cursor) : url;
  }

  #takeFrames(frames, watchdog, signal) {
    let moved = false;
    for (const frame of frames) {
      if (signal.aborted) return;
      if (frame.retry !== undefined) this.#delays.retry(frame.retry);
      if (isResume(frame)) {
        this.#resume = resumeAddress(frame.data, {requested: this.url, base: this.#env.location?.href}) ?? this.#resume;
        continue;
      }
      if (expiryOf(frame)) break;
      // nginx and a full worker answer with an empty stream: only a cursor or an event shows that this one has begun.
      if (frame.id || frame.data !== undefined) this.#live();
      if (frame.id) this.#cursor = frame.id;
      moved ||= Boolean(frame.id);
      const limitMs = heartbeatLimitMs(frame);
      const type = frame.event || 'message';
      if (limitMs) watchdog.limitMs = limitMs;
      else if (isGap(frame)) this.#tell('onGap', frame.data, frame.id);
      else if (isEnd(frame)) return;
      else if (frame.data !== undefined && this.#wanted.has(type)) this.#tell('onEvent', {type, data: frame.data, id: frame.id ?? ''});
      else continue;
      if (!limitMs) moved = false;
    }
    if (moved && !signal.aborted) this.#tell('onCursor', this.#cursor);
  }

  #takeAnswer({events, lastEventId, gap}, signal) {
    if (gap) {
      this.#cursor = gap.resumedFrom;
      this.#tell('onGap', JSON.stringify(gap), gap.resumedFrom);
    }
    for (const {id, event, data} of events) {
      if (signal.aborted) return;
      this.#cursor = id;
      if (this.#wanted.has(event)) this.#tell('onEvent', {type: event, data, id});
    }
    if (signal.aborted || !lastEventId) return;
    this.#cursor = lastEventId;
    this.#tell('onCursor', lastEventId);
  }

  #live() {
    if (this.#state === 'open') return;
    this.#suspects = 0;
    this.#delays.succeeded();
    this.#credential.accepted();
    this.#openedMs = this.#env.performance.now();
    this.#enter('open');
  }

  #wait({retryAfterMs, told = false, ...end}, delays = this.#delays) {
    const delayMs = delays.next(retryAfterMs);
    this.#waiting = {untilMs: this.#env.Date.now() + delayMs, told};
    this.#timer = this.#env.setTimeout(() => this.retry(), delayMs);
    this.#enter('waiting', {untilMs: this.#env.performance.now() + delayMs, problem: inWords(end), status: end.status});
  }

  #enter(state, details = {}) {
    if (this.#life.signal.aborted) return;
    this.#state = state;
    this.#tell('onState', state, details);
  }

  // A page's mistake in a callback is reported, and costs no other event.
  #tell(what, ...values) {
    if (this.#life.signal.aborted) return;
    try {
      this.#options[what](...values);
    } catch (error) {
      if (this.#env.reportError) this.#env.reportError(error);
      else this.#env.setTimeout(() => { throw error; }, 0);
    }
  }
}

// The worker's own streams have neither history nor cursors, and answer a poll with a stream.
const hasHistory = ({topics = [], templates = []}) => templates.length > 0 || topics.some((topic) => !topic.startsWith('$'));

const expiries = {expired: 'The grant has expired', revoked: 'The grant was revoked'};

// A page that shows a refusal shows its status, too.
const inWords = ({status, problem}) => (status && !problem.startsWith(String(status)) ? `${status} ${problem}` : problem);
