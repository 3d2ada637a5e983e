// Server-Sent Events, read as the HTML standard says ("9.2.6 Interpreting an event stream"), but nothing is
// thrown away: comments, retry lines and blocks without data are kept, each block with the time at which its
// blank line arrived.
import {now} from './wait.mjs';

export class FrameParser {
  frames = [];
  #decoder = new TextDecoder('utf-8', {fatal: true});
  #rest = '';
  #block = [];
  #afterCr = false;

  push(bytes, at = now()) {
    let text = this.#decoder.decode(bytes, {stream: true});
    // CRLF is one end of line also when it was cut in two.
    if (this.#afterCr && text.startsWith('\n')) text = text.slice(1);
    if (text !== '') this.#afterCr = text.endsWith('\r');
    const lines = (this.#rest + text).split(/\r\n|\r|\n/);
    this.#rest = lines.pop();
    for (const line of lines) this.#line(line, at);
  }

  // What has arrived since the last blank line; an EventSource would drop it at the end of the stream.
  get unfinished() {
    return this.#rest !== '' || this.#block.length > 0;
  }

  #line(line, at) {
    if (line !== '') {
      this.#block.push(line);
      return;
    }
    if (this.#block.length === 0) return;
    this.frames.push(frame(this.#block, at));
    this.#block = [];
  }
}

function frame(lines, at) {
  const result = {at, comments: [], event: 'message', data: undefined, id: undefined, retry: undefined};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === '') result.comments.push(value);
    else if (field === 'data') result.data = result.data === undefined ? value : `${result.data}\n${value}`;
    else if (field === 'retry' && /^\d+$/.test(value)) result.retry = Number(value);
    else if (field === 'event' || field === 'id') result[field] = value;
    else throw new Error(`a field that no EventSource knows: ${JSON.stringify(line)}`);
  }
  return result;
}

// The frames that would fire an event in a page.
export const events = (frames) => frames.filter((each) => each.data !== undefined);
