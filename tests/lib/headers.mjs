// The head of an answer, the same text from a FastCGI responder (CGI style) and from an HTTP server after its
// status line. Names are compared in lower case; repeated headers are joined as RFC 9110 allows.
export function parseHeaders(text) {
  const headers = new Map();
  for (const line of text.split('\r\n')) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    if (colon <= 0) throw new Error(`not a header: ${JSON.stringify(line)}`);
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value);
  }
  return headers;
}
