import assert from 'node:assert/strict';
import {test} from 'node:test';
import {pageModule} from './page_module.js';

const {duration} = await pageModule('views/hello/format.js');
const {readMessage} = await pageModule('views/hello/message.js');

test('a greeting gives its message and its time', () => {
  const {text, raw, sent} = readMessage('{"message":"Hello World","timestamp":"2026-11-22T07:20:00.123Z"}');
  assert.deepEqual({text, raw, sent: sent.toISOString()},
    {text: 'Hello World', raw: false, sent: '2026-11-22T07:20:00.123Z'});
});

test('what is no greeting is shown as it came', () => {
  for (const data of ['', 'plain', '{"message":', 'null', '7', '"text"', '[1]', '{}', '{"message":{"a":1}}', '<b>x</b>']) {
    assert.deepEqual(readMessage(data), {text: data, raw: true, sent: null});
  }
});

test('a time that is none is left out', () => {
  for (const timestamp of ['"soon"', '1', 'null', '"+275760-09-13T00:00:00.001Z"', '{}']) {
    const {text, sent} = readMessage(`{"message":"m","timestamp":${timestamp}}`);
    assert.deepEqual({text, sent}, {text: 'm', sent: null});
  }
});

test('a long text is cut, and says by how much', () => {
  assert.equal(readMessage('x'.repeat(1000)).text.length, 1000);
  assert.equal(readMessage('x'.repeat(1001)).text, `${'x'.repeat(1000)}… (1 more characters)`);
});

test('durations', () => {
  assert.deepEqual([0, 14.4, 999.4, 999.6, 2004].map(duration), ['0 ms', '14 ms', '999 ms', '1.00 s', '2.00 s']);
});
