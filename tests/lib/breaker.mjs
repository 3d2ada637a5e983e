// A stretch of bad network between a client and nginx: breaks each connection in which one of the `marks`
// comes down, right behind the mark, in the middle of a frame; each mark once.
import net from 'node:net';
import {once} from 'node:events';
import {defer} from './cleanup.mjs';

export class Breaker {
  breaks = 0;
  #marks;
  #open = new Set();

  constructor(marks) {
    this.#marks = new Set(marks.map((mark) => Buffer.from(mark)));
  }

  join(client, port) {
    const server = net.connect({host: '127.0.0.1', port, noDelay: true});
    for (const socket of [client, server]) {
      this.#open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#open.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    client.pipe(server);
    let passed = Buffer.alloc(0);
    server.on('data', (bytes) => {
      // A mark may come in two pieces.
      const known = passed.length;
      const seen = Buffer.concat([passed, bytes]);
      const end = this.#firstEnd(seen, known);
      passed = seen.subarray(-16);
      if (end === null) return client.write(bytes);
      this.breaks += 1;
      server.removeAllListeners('data');
      // All up to here is to arrive: destroying at once could lose it.
      client.end(seen.subarray(known, end), () => client.destroySoon());
    });
    server.on('end', () => client.end());
  }

  #firstEnd(bytes, known) {
    for (const mark of this.#marks) {
      const at = bytes.indexOf(mark);
      if (at < 0 || at + mark.length <= known) continue;
      this.#marks.delete(mark);
      return at + mark.length;
    }
    return null;
  }

  close() {
    for (const socket of this.#open) socket.destroy();
  }
}

// A breaker of its own for each client, so that all of them suffer the same.
export async function startBreaker(t, port, marks) {
  const breaker = new Breaker(marks);
  const server = net.createServer({noDelay: true}, (client) => breaker.join(client, port));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  defer(t, () => {
    breaker.close();
    server.close();
  });
  breaker.port = server.address().port;
  return breaker;
}
