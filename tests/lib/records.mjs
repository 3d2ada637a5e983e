// FastCGI records as bytes, well formed by default and wrong on request. Numbers are those of the FastCGI
// specification 1.0.
export const BEGIN_REQUEST = 1;
export const ABORT_REQUEST = 2;
export const END_REQUEST = 3;
export const PARAMS = 4;
export const STDIN = 5;
export const STDOUT = 6;
export const STDERR = 7;
export const DATA = 8;
export const GET_VALUES = 9;

export const RESPONDER = 1;
export const AUTHORIZER = 2;
export const FILTER = 3;
export const KEEP_CONN = 1;

export const RECORD_MAX = 65535;

// `length` lies about the content, `version` about the protocol; both are true unless given.
export function record(
  type,
  id,
  content = Buffer.alloc(0),
  {version = 1, padding = 0, length = content.length} = {},
) {
  const header = Buffer.from([version, type, id >> 8, id & 255, length >> 8, length & 255, padding, 0]);
  return Buffer.concat([header, content, Buffer.alloc(padding)]);
}

export function begin({id = 1, role = RESPONDER, keep = false, ...lies} = {}) {
  const body = Buffer.from([role >> 8, role & 255, keep ? KEEP_CONN : 0, 0, 0, 0, 0, 0]);
  return record(BEGIN_REQUEST, id, body, lies);
}

export const abort = (id = 1) => record(ABORT_REQUEST, id);

function length(size) {
  if (size < 128) return Buffer.from([size]);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE((size | 0x80000000) >>> 0);
  return bytes;
}

export function pair(name, value) {
  const [nameBytes, valueBytes] = [Buffer.from(name), Buffer.from(value)];
  return Buffer.concat([length(nameBytes.length), length(valueBytes.length), nameBytes, valueBytes]);
}

// An undefined value leaves the parameter out; a list gives its name once for each value.
export function pairs(parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return Buffer.concat(given.flatMap(([name, value]) => [value].flat().map((each) => pair(name, each))));
}

// A stream (PARAMS, STDIN) as records of at most `size` bytes, closed by an empty one.
export function stream(type, id, bytes, {size = RECORD_MAX, padding = 0} = {}) {
  const records = [];
  for (let at = 0; at < bytes.length; at += size) {
    records.push(record(type, id, bytes.subarray(at, at + size), {padding}));
  }
  return Buffer.concat([...records, record(type, id)]);
}

export const get = (path, more = {}) => ({
  REQUEST_METHOD: 'GET',
  SCRIPT_NAME: path,
  DOCUMENT_URI: path,
  REQUEST_URI: path,
  QUERY_STRING: '',
  SERVER_PROTOCOL: 'HTTP/1.1',
  GATEWAY_INTERFACE: 'CGI/1.1',
  ...more,
});

// A whole request, as nginx would send it.
export function request(parameters, {id = 1, keep = false, body = Buffer.alloc(0), size, padding} = {}) {
  const content = Buffer.from(body);
  const all = content.length > 0 ? {CONTENT_LENGTH: String(content.length), ...parameters} : parameters;
  return Buffer.concat([
    begin({id, keep}),
    stream(PARAMS, id, pairs(all), {size, padding}),
    stream(STDIN, id, content, {size, padding}),
  ]);
}

// Parameters whose encoded size is exactly `bytes`: the ones given and filler, in pieces, as no single header
// is that long.
export function parametersOfSize(parameters, bytes) {
  const filled = {...parameters};
  for (let n = 0; ; ++n) {
    const missing = bytes - pairs(filled).length;
    if (missing === 0) return filled;
    const name = `HTTP_X_FILL_${n}`;
    // The length of a value takes four bytes from 128 on, else one.
    const long = missing > 9000 ? 4000 : missing - name.length - 5;
    const size = long >= 128 ? long : missing - name.length - 2;
    if (size < 0 || (long < 128 && size > 127)) throw new Error(`${bytes} bytes cannot be met exactly`);
    filled[name] = 'x'.repeat(size);
  }
}
