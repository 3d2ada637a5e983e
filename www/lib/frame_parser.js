// Turns text/event-stream, in pieces of any size, into frames: { raw, id, event, data, retry, comment }. A field that a frame
// does not have is undefined. It parses as the HTML standard says, but keeps comments. A frame that the end of the
// connection cuts off is never returned.

const frameCharsMax = 4 * 1024 * 1024;

export class FrameParser {
  #decoder = new TextDecoder(); // leaves out a byte order mark where the stream begins
  #lines = []; // of the frame that has begun
  #line = []; // pieces of the line that has begun: joined once, for each piece would be copied again and again
  #chars = 0; // of both
  #afterCr = false; // an LF to come belongs to the line end that is there already

  // The frames that are complete with these bytes. Throws RangeError where one grows beyond all bounds.
  push(bytes) {
    const piece = this.#decoder.decode(bytes, {stream: true});
    const frames = [];
    if (piece === '') return frames;
    let from = this.#afterCr && piece.startsWith('\n') ? 1 : 0;
    this.#afterCr = piece.endsWith('\r');
    const lineEnd = /\r\n|\n|\r/g;
    lineEnd.lastIndex = from;
    for (let found = lineEnd.exec(piece); found; found = lineEnd.exec(piece)) {
      this.#add(piece.slice(from, found.index));
      from = lineEnd.lastIndex;
      const frame = this.#endLine();
      if (frame) frames.push(frame);
    }
    this.#add(piece.slice(from));
    return frames;
  }

  #add(part) {
    this.#line.push(part);
    this.#chars += part.length + 1;
    if (this.#chars > frameCharsMax) throw new RangeError('a frame is too long');
  }

  // The frame that an empty line ends, if it does.
  #endLine() {
    const line = this.#line.join('');
    this.#line = [];
    if (line !== '') {
      this.#lines.push(line);
      return undefined;
    }
    const lines = this.#lines;
    this.#lines = [];
    this.#chars = 0;
    return lines.length > 0 ? parse(lines) : undefined;
  }
}

function parse(lines) {
  const frame = {raw: lines.join('\n')};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (colon === 0) frame.comment = frame.comment === undefined ? value : `${frame.comment}\n${value}`;
    else if (name === 'data') frame.data = frame.data === undefined ? value : `${frame.data}\n${value}`;
    else if (name === 'id' && !value.includes('\0')) frame.id = value;
    else if (name === 'event') frame.event = value;
    else if (name === 'retry' && /^\d+$/.test(value)) frame.retry = Number(value);
  }
  return frame;
}
