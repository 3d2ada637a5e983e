// One request and its whole answer, as a backend's HTTP client makes it.
import http from 'node:http';
import {within} from '../../lib/wait.mjs';

// A list as `body` goes out in chunks, without a length.
export function ask(port, where, {method = 'GET', headers = {}, body = '', ms = 10000, localAddress} = {}) {
  const answer = new Promise((resolve, reject) => {
    const length = typeof body === 'string' && body ? {'Content-Length': Buffer.byteLength(body)} : {};
    const options = {host: '127.0.0.1', port, path: where, method, agent: false, localAddress, headers: {...headers, ...length}};
    const request = http.request(options, (response) => {
      response.setEncoding('utf8');
      const seen = {status: response.statusCode, headers: response.headers, text: ''};
      response.on('data', (text) => (seen.text += text));
      response.on('error', reject);
      response.on('end', () => resolve(seen));
    });
    request.on('error', reject);
    for (const piece of [body].flat()) if (piece) request.write(piece);
    request.end();
  });
  return within(answer, `the answer of ${where}`, ms);
}
