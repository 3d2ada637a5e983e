// The stretch of network between a browser and nginx, as phones have it. Connections can be cut before the first byte of a
// stream, forgotten in silence, refused; requests can be answered in nginx's place, or never.

import {once} from 'node:events';
import net from 'node:net';

export async function badNetwork(port) {
  const network = new BadNetwork(port);
  network.server.listen(0, '127.0.0.1');
  await once(network.server, 'listening');
  network.url = `http://127.0.0.1:${network.server.address().port}/`;
  return network;
}

class BadNetwork {
  requests = []; // { line, atMs }
  cuts = 0;
  refuses = false;
  cutsStreams = false; // after the head of the answer
  from = '127.0.0.1'; // the address that nginx sees
  addresses = new Set(); // that streams came from
  answer = () => undefined; // (line) => bytes to answer with, null for never, undefined to pass it on
  #port;
  #pairs = new Set();

  constructor(port) {
    this.#port = port;
    this.server = net.createServer({noDelay: true}, (client) => this.#join(client));
  }

  // What is open now passes nothing on any more, and neither side is told.
  forget() {
    for (const pair of this.#pairs) pair.silent = true;
  }

  cut() {
    for (const {client} of this.#pairs) client.destroy();
  }

  close() {
    this.cut();
    this.server.close();
  }

  #join(client) {
    if (this.refuses) return client.destroy();
    const server = net.connect({host: '127.0.0.1', port: this.#port, localAddress: this.from, noDelay: true});
    const pair = {client, from: this.from, silent: false, cutsNext: false};
    this.#pairs.add(pair);
    for (const socket of [client, server]) {
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        server.destroy();
        this.#pairs.delete(pair);
      });
    }
    client.on('data', (bytes) => this.#up(pair, server, bytes));
    server.on('data', (bytes) => this.#down(pair, bytes));
    return undefined;
  }

  #up(pair, server, bytes) {
    const [line] = bytes.toString('latin1').split('\r\n', 1);
    if (/^[A-Z]+ \//.test(line)) {
      this.requests.push({line, atMs: performance.now()});
      const streams = line.startsWith('GET /events') && !line.includes('poll=');
      if (streams) this.addresses.add(pair.from);
      pair.cutsNext = this.cutsStreams && streams;
      const answer = this.answer(line);
      if (answer === null) pair.silent = true;
      else if (answer !== undefined) pair.client.end(answer);
      if (answer !== undefined) return;
    }
    if (!pair.silent) server.write(bytes);
  }

  #down(pair, bytes) {
    if (pair.silent) return;
    if (!pair.cutsNext) return void pair.client.write(bytes);
    this.cuts += 1;
    const head = bytes.indexOf('\r\n\r\n') + 4;
    pair.client.end(bytes.subarray(0, head), () => pair.client.destroySoon());
    pair.silent = true;
  }
}
