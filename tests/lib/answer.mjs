// One answer on a FastCGI connection, growing as its records arrive: head, body, frames of an event stream,
// end.
import {parseHeaders} from './headers.mjs';
import {FrameParser} from './sse.mjs';
import {END_REQUEST, STDERR, STDOUT} from './records.mjs';

export class Answer {
  headers = null;
  status = null;
  body = Buffer.alloc(0);
  stderr = '';
  end = null;
  records = [];
  #head = Buffer.alloc(0);
  #frames = new FrameParser();

  get frames() {
    return this.#frames.frames;
  }

  get unfinished() {
    return this.#frames.unfinished;
  }

  get text() {
    return this.body.toString('utf8');
  }

  get json() {
    return JSON.parse(this.text);
  }

  header(name) {
    return this.headers?.get(name);
  }

  add(record) {
    this.records.push(record);
    if (record.type === STDOUT) this.#output(record);
    else if (record.type === STDERR) this.stderr += record.content.toString('utf8');
    else if (record.type === END_REQUEST) {
      if (record.content.length !== 8) throw new Error('END_REQUEST of a wrong size');
      this.end = {at: record.at, application: record.content.readUInt32BE(0), protocol: record.content[4]};
    } else throw new Error(`a record of type ${record.type} from a responder`);
  }

  #output({content, at}) {
    if (this.headers) return this.#append(content, at);
    this.#head = Buffer.concat([this.#head, content]);
    const blank = this.#head.indexOf('\r\n\r\n');
    if (blank < 0) return undefined;
    this.headers = parseHeaders(this.#head.toString('latin1', 0, blank + 2));
    // CGI: no Status header means 200.
    this.status = Number.parseInt(this.headers.get('status') ?? '200', 10);
    return this.#append(this.#head.subarray(blank + 4), at);
  }

  #append(bytes, at) {
    if (bytes.length === 0) return;
    this.body = Buffer.concat([this.body, bytes]);
    if (this.headers.get('content-type')?.startsWith('text/event-stream')) this.#frames.push(bytes, at);
  }
}
