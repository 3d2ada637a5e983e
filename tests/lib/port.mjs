// A TCP port on the loopback that nobody listens on. It is below those that the kernel gives to clients, of which some tests take
// thousands, and begins anywhere among them: another test that looks at the same time would take the same one.
import net from 'node:net';
import {once} from 'node:events';

const [first, count] = [12_000, 20_000];

export async function freePort() {
  const begin = Math.floor(Math.random() * count);
  for (let n = 0; n < count; ++n) {
    const port = first + ((begin + n) % count);
    const server = net.createServer().listen(port, '127.0.0.1');
    const free = await once(server, 'listening').then(() => true, () => false);
    await new Promise((done) => server.close(done));
    if (free) return port;
  }
  throw new Error(`no free port between ${first} and ${first + count - 1}`);
}
