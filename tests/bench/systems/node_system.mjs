// NodeSystem: one of systems/servers/ behind nginx, over a Unix socket.
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {Process} from '../../lib/process.mjs';
import {Nginx} from './nginx.mjs';

const here = dirname(fileURLToPath(import.meta.url));

const http = (socket) => `upstream node {
        server unix:${socket};
        keepalive 32;
    }
    map $http_upgrade $to_upstream { default upgrade; "" ""; }`;

const locations = `location / {
            proxy_pass http://node;
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $to_upstream;
            proxy_buffering off;
            proxy_buffer_size 16k;
            proxy_buffers 8 16k;
            proxy_read_timeout 75s;
        }`;

export async function startNode(name) {
  const nginx = await Nginx.reserve(name);
  const socket = join(nginx.home, 'node.sock');
  const server = new Process(process.execPath, [join(here, 'servers', `${name}.mjs`), socket]);
  const stop = async () => {
    await nginx.stop();
    await server.stop();
  };
  try {
    await server.says('stdout', /./);
    await nginx.start({http: http(socket), locations});
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    events: `${nginx.origin}/events`,
    publish: `${nginx.origin}/publish`,
    pids: {worker: [server.pid], nginx: nginx.pids},
    complaints: () => nginx.complaints(),
    stop,
  };
}
