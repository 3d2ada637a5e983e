// A stream for which there is no slot: empty, and it says when to come back. An EventSource that saw an error
// status would never return.
import assert from 'node:assert/strict';

export function assertTurnedAway(answer) {
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.header('content-type'), 'text/event-stream; charset=utf-8');
  const [, retry] = /^: .+\n\nretry: (\d+)\n\n$/.exec(answer.text) ?? assert.fail(answer.text);
  return Number(retry);
}
