// Refusals in the worker's words: RFC 9457, naming what was wrong.
import assert from 'node:assert/strict';

const type = (answer) => answer.headers?.['content-type'] ?? answer.headers?.get?.('content-type');

// `names` is the field at fault, or a pattern for the detail.
export function assertProblem(answer, status, names) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(type(answer), 'application/problem+json');
  const problem = answer.json ?? JSON.parse(answer.text);
  assert.equal(problem.status, status);
  assert.equal(typeof problem.title, 'string');
  if (names instanceof RegExp) assert.match(problem.detail, names);
  else if (names) assert.ok(problem.detail.startsWith(`${names}: `), `${problem.detail} names ${names}`);
  assert.ok(problem.detail.length < 4096, 'a refusal does not repeat all that was sent');
  return problem;
}
