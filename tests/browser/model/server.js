// A worker behind nginx behind a bad network, in the model: history with eviction, epochs, publishers' own ids, cursors that
// move while a reader's topics are quiet, every answer that a reader may get, and every way in which a connection may end.

const encoder = new TextEncoder();

export class Server {
  events = []; // all that were ever published: { seq, id, topic, type, data }
  gaps = 0; // that were told
  weather = 'fair'; // or 'down' (nothing is reached), 'silent' (no answer), 'away' (nginx speaks), 'full', 'busy'
  closed = false;
  #epoch = 1;
  #firstHeld = 0; // index into events
  #streams = new Set();

  // tokens: how long one is valid, in ms; 0 where none is needed. resumes: a stream says where it may be opened again without a token.
  constructor(world, {heartbeats, heldMax, memory, lag, tokens = 0, resumes = false}) {
    Object.assign(this, {world, heartbeats, heldMax, memory, lag, tokens, resumes});
    this.beat();
  }

  get seq() {
    return this.events.length;
  }

  publish(topic, type, data, own) {
    const seq = this.seq + 1;
    this.events.push({seq, id: own ? `own ${seq}` : `${this.#epoch}-${seq}`, topic, type, data});
    this.#firstHeld = Math.max(this.#firstHeld, this.seq - this.heldMax);
    for (const stream of this.#streams) this.#feed(stream);
  }

  #idAt(seq) {
    const event = this.events[seq - 1];
    return event && seq > this.#firstHeld ? event.id : `${this.#epoch}-${seq}`;
  }

  // Where a reader of these topics goes on: { after, gap }.
  resume(topics, cursor) {
    if (!cursor) return {after: this.seq};
    if (cursor === 'earliest') return {after: this.#firstHeld};
    const [, epoch, number] = /^(\d+)-(\d+)$/.exec(cursor) ?? [];
    const own = this.events.slice(this.#firstHeld).find(({id}) => id === cursor);
    const after = own?.seq ?? (Number(epoch) === this.#epoch ? Number(number) : undefined);
    const evicted = this.events.slice(after ?? 0, this.#firstHeld).some(({topic}) => topics.includes(topic));
    if (after !== undefined && !evicted) return {after: Math.max(after, this.#firstHeld)};
    this.gaps += 1;
    return {after: this.#firstHeld, gap: {reason: after === undefined ? 'unknown' : 'evicted', lastEventId: cursor, resumedFrom: this.#idAt(this.#firstHeld)}};
  }

  // What a page's callback does: it takes a while, and fails at times.
  token(env) {
    return new Promise((give) => { this.world.after(this.world.random.below(200), () => give(`until-${Math.floor(this.world.wallMs) + this.tokens}`), env); });
  }

  // When the grant of a request ends; undefined where it has none.
  #granted(query, headers) {
    if (this.tokens === 0) return Infinity;
    const until = Number(query.get('resume') ?? /^Bearer until-(\d+)$/.exec(headers?.Authorization)?.[1]);
    return until > this.world.wallMs ? until : undefined;
  }

  fetch(url, {signal, headers}, env) {
    const {random} = this.world;
    return new Promise((give, fail) => {
      signal.addEventListener('abort', () => fail(signal.reason));
      const answer = () => {
        if (signal.aborted) return;
        if (this.weather === 'down') return fail(new TypeError('network'));
        if (this.weather === 'silent') return;
        if (random.below(40) === 0) return fail(new TypeError('cut on the way'));
        const query = new URL(url, 'http://model/').searchParams;
        const made = this.#answer(query, headers, signal, env);
        this.world.after(random.below(60), () => {
          if (signal.aborted) return;
          if (this.weather === 'down' || this.weather === 'silent') return made.drop?.();
          give(made);
        }, env);
      };
      this.world.after(random.below(60), answer, env);
    });
  }

  #answer(query, headers, signal, env) {
    const topics = query.getAll('topic');
    const cursor = query.get('lastEventId');
    const polls = query.has('poll');
    if (this.weather === 'away') return polls ? problem(503, '3') : this.#pipe('retry: 3000\n\n', signal, env);
    if (this.weather === 'busy') return problem(this.world.random.one([429, 503, 500]), this.world.random.one([null, '2', '9']));
    if (this.weather === 'full') return polls ? problem(503, '5') : this.#pipe(': ok\n\nretry: 4000\n\n', signal, env);
    const until = this.#granted(query, headers);
    if (until === undefined) return problem(401, null);
    const {after, gap} = this.resume(topics, cursor);
    const rest = this.events.slice(after);
    if (this.closed && !gap && !rest.some(({topic}) => topics.includes(topic))) {
      if (!polls) return {status: 204, ok: true, headers: head('')};
    }
    if (polls) return this.#page(topics, cursor, after, gap);
    const body = this.#pipe(null, signal, env);
    const stream = {topics, until, at: after, after, body, heartbeats: this.heartbeats && query.get('heartbeat') === 'event'};
    body.drop = () => this.#streams.delete(stream);
    this.#streams.add(stream);
    const begins = stream.heartbeats ? `event: heartbeat\nid: ${this.#idAt(after)}\ndata: {"intervalSeconds":15}\n\n` : `id: ${this.#idAt(after)}\n\n`;
    body.write(`: ok\n\nretry: 2000\n\n${gap ? `event: gap\nid: ${gap.resumedFrom}\ndata: ${JSON.stringify(gap)}\n\n` : begins}`);
    if (this.tokens > 0 && this.resumes) body.write(`event: resume\ndata: {"address":"/events?topic=a&topic=b&resume=${until - 7000}","expires":${(until - 7000) / 1000}}\n\n`);
    this.#feed(stream);
    return body;
  }

  // A page of history. Another worker that shares the history may lag behind for a moment.
  #page(topics, cursor, after, gap) {
    const {random} = this.world;
    const end = this.lag && random.below(3) === 0 ? Math.max(after, this.seq - random.below(4)) : this.seq;
    const events = this.events.slice(after, end).filter(({topic}) => topics.includes(topic));
    const page = events.slice(0, random.between(1, 6));
    const closed = this.closed && page.length === events.length && end === this.seq;
    const lastEventId = page.at(-1)?.id ?? (cursor && !gap && cursor !== 'earliest' ? cursor : this.#idAt(after));
    const value = {events: page.map(({id, type, data}) => ({id, event: type, data})), lastEventId, ...(gap && {gap}), ...(closed && {closed})};
    return {status: 200, ok: true, headers: head('application/json'), json: async () => value};
  }

  #feed(stream) {
    for (; stream.at < this.seq; ++stream.at) {
      const {id, topic, type, data} = this.events[stream.at];
      if (!stream.topics.includes(topic)) continue;
      stream.body.write(`${type === 'message' ? '' : `event: ${type}\n`}data: ${data}\nid: ${id}\n\n`);
    }
    if (!this.closed) return;
    this.#streams.delete(stream);
    stream.body.write('event: close\ndata: {}\n\n');
    stream.body.end();
  }

  beat() {
    this.#expire();
    for (const stream of this.#streams) {
      const moved = stream.said !== this.seq;
      stream.said = this.seq;
      const id = this.#idAt(this.seq);
      stream.body.write(stream.heartbeats ? `event: heartbeat\nid: ${id}\ndata: {"intervalSeconds":15}\n\n` : moved ? `id: ${id}\n\n` : ':\n\n');
    }
    this.world.after(15_000, () => this.beat());
  }

  #expire() {
    for (const stream of [...this.#streams]) {
      if (stream.until > this.world.wallMs) continue;
      this.#streams.delete(stream);
      stream.body.write(`id: ${this.#idAt(this.seq)}\n\nevent: expired\ndata: {"reason":"${this.world.random.one(['expired', 'revoked'])}"}\n\n`);
      stream.body.end();
    }
  }

  close() {
    this.closed = true;
    for (const stream of [...this.#streams]) this.#feed(stream);
  }

  // how: 'error', 'end' or 'silent' (half-open: neither side is told).
  cut(how) {
    for (const stream of this.#streams) {
      if (this.world.random.below(3) > 0) stream.body.break(how);
      if (how !== 'silent' && stream.body.broken) this.#streams.delete(stream);
    }
  }

  restart() {
    if (this.memory) {
      this.#epoch += 1;
      this.#firstHeld = this.seq;
    }
    for (const stream of this.#streams) stream.body.break(this.world.random.one(['end', 'error']));
    this.#streams.clear();
  }

  // An answer with a body that comes in pieces of any size, over time. `text`: all of it; null: more is written later.
  #pipe(text, signal, env) {
    const pipe = new Pipe(this.world, env, signal);
    if (text !== null) {
      pipe.write(text);
      pipe.end();
    }
    return pipe;
  }
}

class Pipe {
  status = 200;
  ok = true;
  headers = head('text/event-stream; charset=utf-8');
  broken = false;
  #arrived = [];
  #waiting = null;
  #last = 0;
  #onTheWay = new Set();

  constructor(world, env, signal) {
    Object.assign(this, {world, env});
    signal.addEventListener('abort', () => {
      this.broken = true;
      this.drop?.();
    });
    this.body = {getReader: () => ({read: () => this.#read()})};
  }

  write(text) {
    const bytes = encoder.encode(text);
    for (let from = 0; from < bytes.length;) {
      const to = this.world.random.below(3) === 0 ? from + 1 + this.world.random.below(bytes.length - from) : bytes.length;
      this.#send({value: bytes.subarray(from, to), done: false});
      from = to;
    }
  }

  end() {
    this.#send({done: true});
  }

  #send(piece) {
    if (this.broken) return;
    this.#last = Math.max(this.#last, this.world.steadyMs + this.world.random.below(40));
    const task = this.world.after(this.#last - this.world.steadyMs, () => {
      this.#onTheWay.delete(task);
      this.#arrive(piece);
    }, this.env);
    this.#onTheWay.add(task);
  }

  // What is on the way is lost.
  break(how) {
    if (this.broken) return;
    this.broken = true;
    for (const task of this.#onTheWay) this.world.cancel(task);
    if (how !== 'silent') this.world.after(this.world.random.below(20), () => this.#arrive(how === 'end' ? {done: true} : {error: new TypeError('cut')}), this.env);
  }

  #arrive(piece) {
    this.#arrived.push(piece);
    this.#waiting?.();
  }

  async #read() {
    if (this.#arrived.length === 0) await new Promise((come) => { this.#waiting = come; });
    const {error, ...piece} = this.#arrived.shift();
    if (error) throw error;
    return piece;
  }
}

const head = (type) => ({get: (name) => (name === 'Content-Type' ? type : null)});

const problem = (status, retryAfter) => ({
  status, ok: false,
  headers: {get: (name) => (name === 'Retry-After' ? retryAfter : 'application/problem+json')},
  text: async () => '{"title":"Busy"}',
});
