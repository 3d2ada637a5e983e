// An application beside nginx: an HTTP server on a port of its own, which keeps what it was asked. `answer` gets the request and
// answers it.
import http from 'node:http';
import {defer} from './cleanup.mjs';

export async function startApplication(t, answer) {
  const application = {asked: [], answer};
  const server = http.createServer((request, response) => {
    const {method, url, headers, rawHeaders} = request;
    let body = 0;
    request.on('data', (bytes) => (body += bytes.length));
    request.on('end', () => {
      application.asked.push({method, url, headers, rawHeaders, body});
      application.answer(request, response);
    });
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  application.port = server.address().port;
  application.stop = () => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  };
  defer(t, () => server.listening && application.stop());
  return application;
}

// The lines of the server block for sse-worker.auth.conf, whose file is the `locations` of startNginx.
export const question = (port) => `location = /_sse_grant { include snippets/sse-worker.question.conf; proxy_pass http://127.0.0.1:${port}/grant; }`;

// Those for one that hands over at `path`.
export const handover = (port, path = '/chat') =>
  `include snippets/sse-worker.handover.conf;
   location = ${path} { include snippets/sse-worker.application.conf; proxy_pass http://127.0.0.1:${port}; }`;
