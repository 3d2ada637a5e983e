// A Stream of the page with a server and a clock that a test moves by hand.

import {pageModule} from './page_module.js';

const {Stream} = await pageModule('lib/stream.js');

export const settled = async () => { for (let turn = 0; turn < 3; ++turn) await new Promise((done) => { setImmediate(done); }); };
const head = {'Content-Type': 'text/event-stream; charset=utf-8'};
export const json = (value, init) => Response.json(value, init);

// What a fetch of the page is answered with, and by what hand: an answer is given, a body is written piece by piece.
class Request {
  constructor(url, {signal, headers}) {
    this.url = url;
    this.token = headers?.Authorization;
    this.answer = new Promise((give, fail) => {
      this.give = give;
      this.fail = fail;
      signal.addEventListener('abort', () => fail(signal.reason));
    });
    signal.addEventListener('abort', () => { this.left = true; });
  }

  async open(text = '') {
    this.give(new Response(new ReadableStream({start: (body) => { this.body = body; }}), {headers: head}));
    if (text) await this.write(text);
  }

  async write(text) {
    await settled();
    this.body.enqueue(new TextEncoder().encode(text));
    await settled();
  }

  async end() {
    await settled();
    this.body.close();
    await settled();
  }

  async cut() {
    await settled();
    this.body.error(new TypeError('cut'));
    await settled();
  }
}

// begin(t): a stream of demo, with a cursor unless told otherwise. polls: the browser cannot read a stream while it comes. `woken(type)` is an event of the window.
export async function begin(t, options = {}) {
  const made = [];
  t.mock.timers.enable({apis: ['setTimeout', 'Date']});
  t.mock.method(Math, 'random', () => 0);
  const env = Object.assign(new EventTarget(), {
    location: {href: 'http://page/app/'},
    fetch: (...asked) => {
      made.push(new Request(...asked));
      return made.at(-1).answer;
    },
    setTimeout: (...given) => setTimeout(...given),
    clearTimeout: (timer) => clearTimeout(timer),
    Date: {now: () => Date.now()}, performance: {now: () => Date.now()},
    ReadableStream: options.polls ? undefined : ReadableStream, Response, TextDecoder,
    reportError: (error) => seen.push(`reported ${error.message}`),
  });
  const seen = [];
  const stream = new Stream({
    topics: ['demo/a', 'demo/b'], cursor: 'e-0', env,
    onEvent: ({type, data}) => seen.push(`${type} ${data}`),
    onGap: (data) => seen.push(`gap ${data}`),
    onCursor: (id) => seen.push(`cursor ${id}`),
    onState: (state, {problem, untilMs}) => seen.push([state, problem, untilMs && `${untilMs - Date.now()} ms`].filter(Boolean).join(' ')),
    ...options,
  });
  await settled();
  const pass = async (ms) => {
    t.mock.timers.tick(ms);
    await settled();
  };
  return {stream, seen, made, pass, last: () => made.at(-1), woken: async (type) => { env.dispatchEvent(new Event(type)); await settled(); }};
}
export const again = (t) => {
  t.mock.reset();
  t.mock.timers.reset();
};
