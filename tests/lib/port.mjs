// A TCP port on the loopback that nobody listens on. Somebody could take it before it is used; on a test
// machine nobody does.
import net from 'node:net';
import {once} from 'node:events';

export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
