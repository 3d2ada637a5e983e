// Nginx: one with a configuration of its own, in a folder of its own; for the systems that do not come with deploy/local/run,
// and with everything that is not theirs to choose set as there (workers, descriptors, connections, backlog, no access log).
import {mkdirSync, readFileSync, rmSync} from 'node:fs';
import {cpus} from 'node:os';
import {join} from 'node:path';
import {launchNginx} from '../../lib/nginx.mjs';
import {root} from '../../lib/places.mjs';
import {freePort} from '../../lib/port.mjs';
import {descendants} from '../../lib/process.mjs';
import {lastLines} from '../../lib/stack.mjs';
import {until} from '../../lib/wait.mjs';

// As many as there are in the shipped one.
const [, shipped] = readFileSync(join(root, 'deploy/local/nginx.conf'), 'utf8').match(/^worker_processes (\w+);$/m);
const processes = shipped === 'auto' ? cpus().length : Number(shipped);

const configuration = (port, {modules, http, locations}) => {
  return `${modules ?? ''}
daemon off;
${process.getuid() === 0 ? 'user root;' : ''} # www-data could not look into this folder
worker_processes ${processes};
pid nginx.pid;
error_log error.log;
include ${join(root, 'deploy/nginx/sse-worker.main.conf')};
http {
    access_log off;
    client_body_temp_path temp_body;
    fastcgi_temp_path temp_fastcgi;
    proxy_temp_path temp_proxy;
    uwsgi_temp_path temp_uwsgi;
    scgi_temp_path temp_scgi;
    ${http}
    server {
        listen 127.0.0.1:${port} backlog=4096;
        keepalive_timeout 65s;
        client_max_body_size 8m;
        client_body_buffer_size 64k;
        send_timeout 30s;
        reset_timedout_connection on;
        ${locations}
    }
}
`;
};

export class Nginx {
  #process;

  // A folder and a port for what is about to be configured.
  static async reserve(name) {
    const nginx = new Nginx();
    nginx.port = await freePort();
    nginx.home = join(root, '.run', `${name}-${nginx.port}`);
    nginx.origin = `http://127.0.0.1:${nginx.port}`;
    rmSync(nginx.home, {recursive: true, force: true});
    mkdirSync(nginx.home, {recursive: true, mode: 0o700});
    return nginx;
  }

  async start(parts) {
    this.#process = await launchNginx(this.home, configuration(this.port, parts));
    // It listens before it has them, and who measures it wants all.
    await until(() => this.pids.length > processes, 'nginx has its processes');
  }

  get pids() {
    return [this.#process.pid, ...descendants(this.#process.pid).map(({pid}) => pid)];
  }

  complaints(count = 5) {
    return lastLines(join(this.home, 'error.log'), count);
  }

  async stop() {
    await this.#process?.stop();
    rmSync(this.home, {recursive: true, force: true});
  }
}
