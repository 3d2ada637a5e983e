// The frames of the console as the HTML standard parses them: whatever ends a line, and wherever a piece ends.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {pageModule} from './page_module.js';

const {FrameParser} = await pageModule('lib/frame_parser.js');

const bytes = (text) => new TextEncoder().encode(text);

// Without what is undefined, and without the text it was.
const plain = (frames) => frames.map(({raw, ...frame}) => JSON.parse(JSON.stringify(frame)));

function parsed(...pieces) {
  const parser = new FrameParser();
  return plain(pieces.flatMap((piece) => parser.push(typeof piece === 'string' ? bytes(piece) : piece)));
}

const stream = [': hi', 'retry: 3000', 'id: e-0', '', 'event: paid', 'data: one', 'data:  two', 'id: e-1', '', '', '', 'data: naïve €𝄞', '',
  'data', 'data', '', ':', 'nothing: known', 'data:x', 'id', '', 'id: e-2', '', ''];
const frames = [
  {comment: 'hi', retry: 3000, id: 'e-0'},
  {event: 'paid', data: 'one\n two', id: 'e-1'},
  {data: 'naïve €𝄞'},
  {data: '\n'},
  {comment: '', data: 'x', id: ''},
  {id: 'e-2'},
];

for (const [name, ends] of Object.entries({LF: ['\n'], CRLF: ['\r\n'], CR: ['\r'], 'every kind of line end': ['\r\n', '\r', '\r\n', '\n', '\n', '\r']})) {
  // An empty line that is ended by an LF must not come after a line that is ended by a CR: together they are one end.
  const text = stream.reduce((all, line, n) => {
    const end = ends[n % ends.length];
    return `${all}${line}${line === '' && end === '\n' && all.endsWith('\r') ? '\r' : end}`;
  }, '');

  test(`${name}: the same frames, split anywhere`, () => {
    const all = bytes(text);
    assert.deepEqual(parsed(all), frames);
    for (let at = 0; at <= all.length; ++at) assert.deepEqual(parsed(all.subarray(0, at), all.subarray(at)), frames, `split at ${at}`);
    assert.deepEqual(parsed(...Array.from(all, (each) => Uint8Array.of(each))), frames, 'byte by byte');
  });
}

test('a frame is there with its last byte', () => {
  for (const end of ['\n\n', '\r\r', '\r\n\r', '\n\r', '\r\n\n', '\r\n\r\n']) assert.deepEqual(parsed(`data: x${end}`), [{data: 'x'}]);
  assert.deepEqual(parsed('data: x\r\r', '\ndata: y\n\n'), [{data: 'x'}, {data: 'y'}], 'the LF belongs to the CR before it');
  assert.deepEqual(parsed('data: x\r\n', 'data: y\r\n'), [], 'one line end is no frame');
});

test('its text comes with it, line by line', () => {
  const [{raw}] = new FrameParser().push(bytes('event: paid\r\ndata: one\rid: e-1\n\n'));
  assert.equal(raw, 'event: paid\ndata: one\nid: e-1');
});

test('a byte order mark is left out where the stream begins, and nowhere else', () => {
  assert.deepEqual(parsed('\uFEFFdata: x\n\n'), [{data: 'x'}]);
  assert.deepEqual(parsed('data: x', '\uFEFFy\n\n'), [{data: 'x\uFEFFy'}]);
  assert.deepEqual(parsed('data: x\n\n', '\uFEFFdata: y\n\n'), [{data: 'x'}, {}], 'a field of another name');
  assert.deepEqual(parsed('\uFEFF\uFEFFdata: x\n\n'), [{}]);
});

test('what a field must not be is left out', () => {
  assert.deepEqual(parsed('id: a\0b\nretry: 1s\nretry:\nevent: x\n\n'), [{event: 'x'}]);
});

test('a large frame costs what its bytes cost, however small the pieces', () => {
  const parser = new FrameParser();
  const piece = bytes('x'.repeat(100));
  const deadline = performance.now() + 5000;
  parser.push(bytes('data: '));
  for (let n = 0; n < 40_000; ++n) {
    parser.push(piece);
    assert.ok(performance.now() < deadline, `${n} pieces in 5 s`);
  }
  assert.equal(parser.push(bytes('\n\n'))[0].data.length, 4_000_000);
});

test('a frame that does not end is not kept for ever', () => {
  const parser = new FrameParser();
  const endless = (piece) => { for (let n = 0; n < 100; ++n) parser.push(bytes(piece.repeat(50_000))); };
  assert.throws(() => endless('x'), RangeError);
  const lines = new FrameParser();
  assert.throws(() => { for (let n = 0; n < 100; ++n) lines.push(bytes('data\n'.repeat(10_000))); }, RangeError);
});
