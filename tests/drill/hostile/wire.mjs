// What every hostile client is made of: connections from loopback addresses of its own, request heads, and a judgement of the
// answer: its status, and which layer gave it.
import fs from 'node:fs';
import net from 'node:net';

// The sentences that nginx itself answers with; the worker has none of them.
const shipped = fs.readFileSync(new URL('../../../deploy/nginx/sse-worker.upstream.conf', import.meta.url), 'utf8');
const nginxSentences = [...shipped.matchAll(/"([^"\n]{20,})"/g)].map(([, sentence]) => sentence);

// Connections that share one address. Few, so that a limit per address does not stop a kind before it has begun.
const perAddress = 16;

// The address of connection `n` of a kind; 127.0.0.1 is the publishers' and the operator's.
export function addressOf(kind, n) {
  const place = Math.floor(n / perAddress) % 65000;
  return `127.${kind}.${place >> 8}.${place & 255}`;
}

// A request's head. `Connection: close` makes the end of the answer the end of the connection.
export function head(method, target, headers = {}) {
  const lines = Object.entries({Host: 'drill', Connection: 'close', ...headers}).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

export const query = (pairs) => pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');

// `place`: {port} of nginx, to which it comes from the address `from`, or {socket}, the worker's own.
export function connect({port, socket}, from, more = {}) {
  const place = socket ? {path: socket} : {host: '127.0.0.1', port, localAddress: from};
  const connection = net.connect({...place, ...more});
  connection.on('error', (error) => (connection.failure = error.code));
  return connection;
}

// `200 worker`, `414 nginx`, or what happened in place of an answer.
export function judged(text, otherwise) {
  const status = /^HTTP\/1\.\d (\d{3})/.exec(text)?.[1];
  if (!status) return otherwise;
  const blank = text.indexOf('\r\n\r\n');
  const [top, body] = [text.slice(0, blank), text.slice(blank)];
  const standIn = /retry: 3000\n\n\s*$/.test(body) && !body.includes(': ok');
  const nginx = /content-type: text\/html/i.test(top) || standIn || nginxSentences.some((sentence) => body.includes(sentence));
  return `${status} ${nginx ? 'nginx' : 'worker'}`;
}

// One request on one connection: {said, ms, text}. `first`: the first bytes of the body are enough, and the client leaves.
export function exchange(place, from, request, {first = false, ms = 15000} = {}) {
  return new Promise((resolve) => {
    const began = performance.now();
    const connection = connect(place, from);
    let text = '';
    const done = (how) => {
      clearTimeout(timer);
      connection.destroy();
      resolve({said: judged(text, how), ms: performance.now() - began, text});
    };
    const timer = setTimeout(() => done('no answer in time'), ms);
    connection.on('data', (bytes) => {
      if (text.length < 65536) text += bytes.toString('latin1');
      if (first && text.length > text.indexOf('\r\n\r\n') + 4 && text.includes('\r\n\r\n')) done();
    });
    connection.on('close', () => done(connection.failure ?? 'closed without an answer'));
    connection.write(request);
  });
}
