// The greeting stream as the contract has it, checked the same way wherever it is read: straight from the
// worker or through nginx.
import assert from 'node:assert/strict';
import {events} from './sse.mjs';

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

// A loaded machine is late; nothing is ever early by more than the resolution of the clocks.
const early = 60;
const late = 900;

// Each moment lies `wanted` milliseconds after `start`. Measured from the start and not from the one before:
// when that one was received late, the next seems early.
export function assertTimes(start, times, wanted, what) {
  const offsets = times.map((at) => Math.round(at - start));
  assert.equal(offsets.length, wanted.length, `${what} at ${offsets}`);
  offsets.forEach((offset, n) => {
    assert.ok(
      offset > wanted[n] - early && offset < wanted[n] + late,
      `${what} at ${offsets} ms, not ${wanted}`,
    );
  });
}

// The whole stream. `started` is when the request was sent, `wall` the same in the time of the calendar.
export function assertGreeting(
  frames,
  {message = 'Hello World', interval = 2, duration = 10, started, wall},
) {
  assert.ok(frames[0].comments.length > 0, 'a comment comes first');
  assert.ok(
    frames.some((frame) => frame.retry !== undefined),
    'a time to reconnect is given',
  );
  const said = events(frames);
  const greetings = said.slice(0, -1);
  const close = said.at(-1);

  assert.equal(greetings.length, Math.ceil(duration / interval), 'so many greetings');
  const due = greetings.map((_, n) => n * interval * 1000);
  assertTimes(
    started,
    greetings.map((each) => each.at),
    due,
    'greetings',
  );
  const instants = greetings.map((each) => {
    assert.equal(each.event, 'message');
    const value = JSON.parse(each.data);
    assert.deepEqual(Object.keys(value), ['message', 'timestamp']);
    assert.equal(value.message, message);
    assert.match(value.timestamp, instant);
    return Date.parse(value.timestamp);
  });
  assertTimes(wall, instants, due, 'timestamps');

  assert.equal(close.event, 'close');
  assert.equal(close.data, '{}');
  assertTimes(started, [close.at], [duration * 1000], 'close');
  assert.equal(frames.at(-1), close, 'nothing comes after close');
}

export function assertStreamHeaders(answer) {
  assert.equal(answer.status, 200);
  assert.equal(answer.header('content-type'), 'text/event-stream; charset=utf-8');
  assert.equal(answer.header('cache-control'), 'no-cache, no-transform');
  assert.equal(answer.header('x-accel-buffering'), 'no');
  assert.equal(answer.header('content-length'), undefined);
}
