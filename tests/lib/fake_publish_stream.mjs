// A server that takes publish streams and keeps nothing: it answers every line while the body still comes, over HTTP/1.1 and, without
// HTTP, over a Unix socket. What it got is in `streams`: { url, lines, writes: how the lines came, unanswered: the most at once,
// ended: by the client's word }.
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import {once} from 'node:events';
import {defer, temporaryDirectory} from './cleanup.mjs';

class FakePublishStream {
  streams = [];
  #answer;
  #sockets = new Set();

  constructor(answer) {
    this.#answer = answer;
  }

  // `input` has the lines, `output` takes the answers.
  take(input, output, url) {
    const stream = {url, lines: [], writes: [], unanswered: 0, ended: false};
    this.streams.push(stream);
    let rest = '';
    let answered = 0;
    const say = (text) => {
      ++answered;
      output.write(text);
    };
    input.setEncoding('utf8');
    input.on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      stream.writes.push(lines.length);
      for (const line of lines) {
        stream.lines.push(JSON.parse(line));
        stream.unanswered = Math.max(stream.unanswered, stream.lines.length - answered);
        this.#answer({line: stream.lines.at(-1), number: stream.lines.length, say, cut: () => input.destroy(), end: () => output.end(), stream});
      }
    });
    input.on('error', () => {});
    output.on('error', () => {});
    input.on('end', () => {
      stream.ended = true;
      output.end();
    });
  }

  get lines() {
    return this.streams.flatMap(({lines}) => lines);
  }

  own(t, server) {
    server.on('connection', (socket) => this.#sockets.add(socket));
    defer(t, () => {
      for (const socket of this.#sockets) socket.destroy();
      return new Promise((done) => server.close(done));
    });
  }
}

const kept = ({number, say}) => say(`{"id":"fake-${number}"}\n`);

// `answer({line, number: of it in its stream, say, cut, end, stream})` is called for each line. The result's `url` is for HTTP,
// `local` for the Unix socket. `late`: over HTTP the head of the answer comes with the first line of it.
export async function startFakePublishStream(t, answer = kept, {late = false} = {}) {
  const fake = new FakePublishStream(answer);
  const web = http.createServer((request, response) => {
    if (new URL(request.url, 'http://a').pathname !== '/publish/stream') return response.writeHead(404).end();
    response.writeHead(200, {'Content-Type': 'application/x-ndjson'});
    if (!late) response.flushHeaders();
    return fake.take(request, response, request.url);
  });
  const local = net.createServer({allowHalfOpen: true}, (socket) => fake.take(socket, socket));
  const socket = path.join(temporaryDirectory(t), 's');
  fake.own(t, web);
  fake.own(t, local);
  await Promise.all([once(web.listen(0, '127.0.0.1'), 'listening'), once(local.listen(socket), 'listening')]);
  fake.url = `http://127.0.0.1:${web.address().port}/publish/stream`;
  fake.local = `unix:${socket}`;
  return fake;
}
