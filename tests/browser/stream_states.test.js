// A subscription of the page that lasts, with an EventSource, a fetch and a clock moved by hand.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageModule } from './page_module.js';

const { Stream } = await pageModule('lib/stream.js');

class FakeSource extends EventTarget {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSED = 2;

  constructor(url) {
    super();
    this.url = url;
    this.readyState = FakeSource.CONNECTING;
    made.push(this);
  }

  close() {
    this.readyState = FakeSource.CLOSED;
  }

  emit(type, data, { id = '', state = this.readyState } = {}) {
    this.readyState = state;
    this.dispatchEvent(Object.assign(new Event(type), { data, lastEventId: id }));
  }
}

let made = [];
globalThis.EventSource = FakeSource;

// begin(t, answer): a stream of demo; answer is what the server says when it is asked what was wrong.
function begin(t, answer = new Error('away'), options = {}) {
  made = [];
  t.mock.timers.enable({ apis: ['setTimeout'] });
  t.mock.method(Math, 'random', () => 0.5);
  t.mock.method(globalThis, 'fetch', async () => {
    if (answer instanceof Error) throw answer;
    return { status: 200, ok: false, text: async () => '', ...answer };
  });
  const seen = [];
  const stream = new Stream({
    topics: ['demo/a', 'demo/b'],
    onEvent: ({ type, data }) => seen.push(`${type} ${data}`),
    onGap: (data) => seen.push(`gap ${data}`),
    onState: (state, { problem }) => seen.push(problem ? `${state}: ${problem}` : state),
    ...options,
  });
  return { stream, seen, source: () => made.at(-1) };
}

const soon = () => new Promise((resolve) => { setImmediate(resolve); });

test('open when it lasts, not when it opens', (t) => {
  const { seen, source } = begin(t);
  source().emit('open', undefined, { state: 1 });
  assert.deepEqual(seen, ['connecting']);
  t.mock.timers.tick(300);
  assert.deepEqual(seen, ['connecting', 'open']);
  assert.equal(source().url, '/events?topic=demo%2Fa&topic=demo%2Fb');
});

test('lost, it comes back from the last event', (t) => {
  const { seen, source, stream } = begin(t, undefined, { cursor: 'earliest' });
  assert.match(source().url, /&lastEventId=earliest$/);
  source().emit('message', 'one', { id: 'e-1', state: 1 });
  source().emit('message', 'two', { id: 'e-2' });
  assert.equal(stream.cursor, 'e-2');
  source().emit('error', undefined, { state: 0 });
  assert.deepEqual(seen, ['connecting', 'open', 'message one', 'message two', 'waiting']);
  assert.equal(made[0].readyState, FakeSource.CLOSED, 'the browser does not try beside it');
  t.mock.timers.tick(999);
  assert.equal(made.length, 1);
  t.mock.timers.tick(1);
  assert.equal(made.length, 2);
  assert.match(source().url, /&lastEventId=e-2$/);
});

test('each failure makes it wait longer, to a limit; a success begins anew', (t) => {
  const { source } = begin(t);
  for (const ms of [1000, 2000, 4000, 8000, 15000, 15000]) {
    const before = made.length;
    source().emit('open', undefined, { state: 1 });
    source().emit('error', undefined, { state: 0 }); // nginx's empty stream: it opens, and is over at once
    t.mock.timers.tick(ms - 1);
    assert.equal(made.length, before, `${ms}`);
    t.mock.timers.tick(1);
    assert.equal(made.length, before + 1, `${ms}`);
  }
  source().emit('message', 'on', { state: 1 });
  source().emit('error', undefined, { state: 0 });
  t.mock.timers.tick(1000);
  assert.equal(made.length, 8);
});

test('refused: what the server said, and no more trying', async (t) => {
  const text = async () => JSON.stringify({ title: 'Forbidden', detail: 'not this topic' });
  const { seen, source, stream } = begin(t, { status: 403, text });
  source().emit('error', undefined, { state: 2 });
  await soon();
  assert.deepEqual(seen, ['connecting', 'refused: 403 Forbidden: not this topic']);
  t.mock.timers.tick(60_000);
  assert.equal(made.length, 1);
  stream.retry();
  assert.equal(made.length, 2);
});

test('busy, or a page instead of an answer: it waits, and says why', async (t) => {
  for (const [answer, said] of [
    [{ status: 503, text: async () => '{"title":"Service Unavailable"}' }, 'waiting: 503 Service Unavailable'],
    [{ status: 502, text: async () => '<html>' }, 'waiting: 502'],
    [new Error('no network'), 'waiting'],
  ]) {
    const { seen, source } = begin(t, answer);
    source().emit('error', undefined, { state: 2 });
    await soon();
    assert.equal(seen.at(-1), said);
    t.mock.timers.tick(1000);
    assert.equal(made.length, 2);
    t.mock.reset();
    t.mock.timers.reset();
  }
});

test('ended by close, or by 204: nothing follows', async (t) => {
  const first = begin(t);
  first.source().emit('message', 'last', { id: 'e-9', state: 1 });
  first.source().emit('close', '{}');
  assert.deepEqual(first.seen.at(-1), 'ended');
  t.mock.reset();
  t.mock.timers.reset();

  const second = begin(t, { status: 204, ok: true });
  second.source().emit('error', undefined, { state: 2 });
  await soon();
  assert.equal(second.seen.at(-1), 'ended');
  t.mock.timers.tick(60_000);
  assert.equal(made.length, 1);
});

test('a gap is told apart from events; an event named "error" is none', (t) => {
  const { seen, source } = begin(t);
  source().emit('gap', '{"reason":"evicted"}', { state: 1 });
  source().emit('error', 'only a name');
  assert.deepEqual(seen, ['connecting', 'open', 'gap {"reason":"evicted"}']);
});

test('left, it is silent', async (t) => {
  const leave = new AbortController();
  const { seen, source, stream } = begin(t, { status: 403 }, { signal: leave.signal });
  source().emit('open', undefined, { state: 1 });
  source().emit('error', undefined, { state: 2 });
  leave.abort();
  await soon();
  t.mock.timers.tick(60_000);
  stream.retry();
  assert.deepEqual(seen, ['connecting']);
  assert.equal(made.length, 1);
});
