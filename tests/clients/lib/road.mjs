// The road between one client and nginx. It can be cut, and held: then requests are taken but not passed on until it is
// released. It also counts the streams that were asked for, and knows whether the newest of them has begun.
import net from 'node:net';
import {once} from 'node:events';
import {defer} from '../../lib/cleanup.mjs';

class Road {
  // Requests for a stream; a poll is none.
  streams = 0;
  // The beginning of the newest stream is through: comment, retry and cursor.
  begun = false;
  #sockets = new Set();
  // While held: what clients have sent, in order.
  #held = null;
  #cutBehind = null;
  #port;

  constructor(port) {
    this.#port = port;
  }

  hold() {
    this.#held = [];
  }

  release() {
    const held = this.#held;
    this.#held = null;
    for (const {server, bytes} of held) if (!server.destroyed) server.write(bytes);
  }

  cut() {
    this.begun = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  // What is open now falls silent, in both directions and without an end; what comes later works.
  silence() {
    for (const socket of this.#sockets) socket.pause();
  }

  // Cuts once, right behind this text on its way to the client.
  cutBehind(text) {
    this.#cutBehind = text;
  }

  join(client) {
    const server = net.connect({host: '127.0.0.1', port: this.#port, noDelay: true});
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#sockets.delete(socket));
    }
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroySoon());
    let asked = '';
    client.on('data', (bytes) => {
      const lines = (asked + bytes.toString('latin1')).split('\n');
      asked = lines.pop().slice(-2000);
      for (const line of lines) this.#asked(line);
      if (this.#held) this.#held.push({server, bytes});
      else server.write(bytes);
    });
    let seen = '';
    server.on('data', (bytes) => {
      seen = (seen + bytes.toString('latin1')).slice(-bytes.length - 100);
      if (/\nretry: \d+\n[^]*\nid: /.test(seen)) this.begun = true;
      const at = this.#cutBehind === null ? -1 : bytes.indexOf(this.#cutBehind);
      if (at < 0) return client.write(bytes);
      const end = at + this.#cutBehind.length;
      this.#cutBehind = null;
      server.removeAllListeners('data');
      return client.end(bytes.subarray(0, end), () => server.destroy());
    });
  }

  #asked(line) {
    if (!/^(GET|POST) \/events\?/.test(line) || /[?&]poll=/.test(line)) return;
    this.streams += 1;
    this.begun = false;
  }
}

export async function startRoad(t, port) {
  const road = new Road(port);
  const server = net.createServer({noDelay: true}, (client) => road.join(client));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  defer(t, () => {
    road.cut();
    server.close();
  });
  road.origin = `http://127.0.0.1:${server.address().port}`;
  return road;
}
