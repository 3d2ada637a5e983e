// Nginx: one with a configuration of its own, in a folder of its own; for the systems that do not come with deploy/local/run,
// and with everything that is not theirs to choose set as there (workers, descriptors, connections, backlog, no access log).
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { descendants, end, freePort, root, start } from '../processes.mjs';

const environment = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };

const answers = async (port) => {
  const socket = connect(port, '127.0.0.1');
  const answered = await once(socket, 'connect').then(() => true, () => false);
  socket.destroy();
  return answered;
};

const configuration = (port, { modules, http, locations }) => {
  const workers = readFileSync(join(root, 'deploy/local/nginx.conf'), 'utf8').match(/^worker_processes .*$/m)[0];
  return `${modules ?? ''}
daemon off;
${workers}
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
    rmSync(nginx.home, { recursive: true, force: true });
    mkdirSync(nginx.home, { recursive: true, mode: 0o700 });
    return nginx;
  }

  async start(parts) {
    writeFileSync(join(this.home, 'nginx.conf'), configuration(this.port, parts));
    const user = process.getuid() === 0 ? ['-g', 'user root;'] : []; // www-data could not look into this folder
    this.#process = start('nginx', ['-p', this.home, '-e', 'error.log', '-c', 'nginx.conf', ...user], environment);
    for (let turn = 0; turn < 200; ++turn) {
      if (this.#process.exitCode !== null) break;
      if (await answers(this.port)) return;
      await pause(50);
    }
    throw new Error(`nginx did not start: ${this.complaints().join('\n')}`);
  }

  get pids() {
    return [this.#process.pid, ...descendants(this.#process.pid).map(({ pid }) => pid)];
  }

  complaints(count = 5) {
    const log = join(this.home, 'error.log');
    return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').filter(Boolean).slice(-count) : [];
  }

  async stop() {
    if (this.#process) await end(this.#process);
    rmSync(this.home, { recursive: true, force: true });
  }
}
