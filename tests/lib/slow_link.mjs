// A slow line to a server on a Unix socket: what it says arrives `ms` later, in its order.
import net from 'node:net';
import path from 'node:path';
import {once} from 'node:events';
import {defer, temporaryDirectory} from './cleanup.mjs';

export async function startSlowLink(t, socket, ms) {
  const open = new Set();
  const server = net.createServer((client) => {
    const far = net.connect(socket);
    for (const end of [client, far]) {
      open.add(end);
      end.on('error', () => {});
      end.on('close', () => {
        open.delete(end);
        client.destroy();
        far.destroy();
      });
    }
    client.pipe(far);
    far.on('data', (bytes) => setTimeout(() => client.destroyed || client.write(bytes), ms));
  });
  const here = path.join(temporaryDirectory(t), 'slow.sock');
  server.listen(here);
  await once(server, 'listening');
  defer(t, () => {
    for (const end of open) end.destroy();
    server.close();
  });
  return here;
}
