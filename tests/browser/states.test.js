// The states of a connection, with an EventSource and a clock moved by hand.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {pageModule} from './page_module.js';

const {Greeting, isLive, next} = await pageModule('views/hello/greeting.js');

class FakeSource extends EventTarget {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSED = 2;
  static made = [];

  constructor(url) {
    super();
    this.url = url;
    this.readyState = FakeSource.CONNECTING;
    FakeSource.made.push(this);
  }

  close() {
    this.readyState = FakeSource.CLOSED;
  }

  emit(type, data, readyState = this.readyState) {
    this.readyState = readyState;
    this.dispatchEvent(Object.assign(new Event(type), {data}));
  }
}

Math.random = () => 0.5;

function begin() {
  FakeSource.made = [];
  const timers = new Set();
  const seen = [];
  const greeting = new Greeting({
    url: '/events',
    onState: (state) => seen.push(state),
    onMessage: (data) => seen.push(`message ${data}`),
    onWait: (ms) => seen.push(`again in ${ms / 1000} s`),
    env: {
      EventSource: FakeSource,
      setTimeout: (action) => { timers.add(action); return action; },
      clearTimeout: (action) => timers.delete(action),
    },
  });
  greeting.start();
  const settle = () => { for (const action of timers) { timers.delete(action); action(); } };
  return {greeting, seen, settle, source: FakeSource.made[0]};
}

test('a stream that greets and closes', () => {
  const {seen, source} = begin();
  source.emit('open', undefined, FakeSource.OPEN);
  source.emit('message', 'a');
  source.emit('message', 'b');
  source.emit('close', '{}');
  assert.deepEqual(seen, ['connecting', 'open', 'message a', 'message b', 'closed']);
  assert.equal(source.readyState, FakeSource.CLOSED);
});

test('a quiet stream is open once it has lasted', () => {
  const {seen, settle, source} = begin();
  source.emit('open', undefined, FakeSource.OPEN);
  assert.deepEqual(seen, ['connecting']);
  settle();
  assert.deepEqual(seen, ['connecting', 'open']);
});

test('an empty answer that ends at once is no open stream', () => {
  const {seen, settle} = begin();
  for (let i = 0; i < 3; ++i) {
    FakeSource.made.at(-1).emit('open', undefined, FakeSource.OPEN);
    FakeSource.made.at(-1).emit('error', undefined, FakeSource.CONNECTING);
    settle();
  }
  assert.deepEqual(seen.filter((each) => !each.startsWith('again')), ['connecting', 'waiting']);
});

test('a lost stream comes back by itself, and says when', () => {
  const {seen, settle, source} = begin();
  source.emit('message', 'a', FakeSource.OPEN);
  source.emit('error', undefined, FakeSource.CONNECTING);
  assert.equal(source.readyState, FakeSource.CLOSED, 'the browser does not try beside it');
  source.emit('message', 'late');
  settle();
  FakeSource.made[1].emit('message', 'b', FakeSource.OPEN);
  assert.deepEqual(seen, ['connecting', 'open', 'message a', 'waiting', 'again in 2 s', 'open', 'message b']);
});

test('each failure makes it wait longer, to a limit', () => {
  const {seen, settle} = begin();
  for (let i = 0; i < 6; ++i) {
    FakeSource.made.at(-1).emit('error', undefined, FakeSource.CONNECTING);
    settle();
  }
  assert.deepEqual(seen, ['connecting', 'waiting', ...[2, 4, 8, 15, 15, 15].map((seconds) => `again in ${seconds} s`)]);
});

test('a refused stream has failed, and can be started again', () => {
  const {greeting, seen, source} = begin();
  source.emit('error', undefined, FakeSource.CLOSED);
  greeting.start();
  assert.deepEqual(seen, ['connecting', 'failed', 'connecting']);
  assert.equal(FakeSource.made.length, 2);
});

test('an event that the server names "error" changes nothing', () => {
  const {seen, source} = begin();
  source.emit('message', 'a', FakeSource.OPEN);
  source.emit('error', 'from the server');
  assert.deepEqual(seen, ['connecting', 'open', 'message a']);
});

test('stop ends the stream, its settling included, and start closes the one before', () => {
  const {greeting, seen, settle, source} = begin();
  source.emit('open', undefined, FakeSource.OPEN);
  greeting.stop();
  settle();
  greeting.stop();
  assert.deepEqual(seen, ['connecting', 'stopped']);
  assert.equal(source.readyState, FakeSource.CLOSED);
  greeting.start();
  greeting.start();
  assert.deepEqual(seen.slice(2), ['connecting', 'connecting']);
  assert.deepEqual(FakeSource.made.map((made) => made.readyState), [2, 2, 0]);
});

test('every signal is defined in every state', () => {
  for (const state of ['connecting', 'open', 'waiting', 'closed', 'stopped', 'failed']) {
    assert.equal(next(state, 'start'), 'connecting');
    for (const signal of ['live', 'lost', 'refused', 'bye', 'stop']) {
      const after = next(state, signal);
      if (!isLive(state)) assert.equal(after, state);
    }
    assert.equal(isLive(next(state, 'stop')), false);
  }
});
