// text/event-stream in pieces becomes frames, each with the text it was: { raw, id, event, data, retry, comment }. What a
// frame does not have is undefined. As the HTML standard parses it, but for comments, which a browser drops and a
// console shows.

const frameCharsMax = 4 * 1024 * 1024;

export class FrameParser {
  #rest = '';

  // The frames that are complete with this piece. Throws RangeError where one grows beyond all bounds.
  push(piece) {
    this.#rest += piece.replace(/^\uFEFF/, '');
    const frames = [];
    // Two line ends make a frame; a CR at the very end may have an LF to come.
    const end = /(\r\n|\n|\r(?!$))(\r\n|\n|\r(?!$))/g;
    let from = 0;
    for (let found = end.exec(this.#rest); found; found = end.exec(this.#rest)) {
      const raw = this.#rest.slice(from, found.index);
      from = found.index + found[0].length;
      if (raw !== '') frames.push(parse(raw));
    }
    this.#rest = this.#rest.slice(from);
    if (this.#rest.length > frameCharsMax) throw new RangeError('a frame without an end');
    return frames;
  }
}

function parse(raw) {
  const frame = { raw };
  for (const line of raw.split(/\r\n|\n|\r/)) {
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
