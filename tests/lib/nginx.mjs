// The real nginx with the shipped files. Only what names a place on this machine is changed: port, socket,
// paths of its own.
import fs from 'node:fs';
import path from 'node:path';
import {defer, temporaryDirectory} from './cleanup.mjs';
import {http} from './http.mjs';
import {freePort} from './port.mjs';
import {Process, descendants, run} from './process.mjs';
import {until} from './wait.mjs';
import {root} from './places.mjs';

const shipped = path.join(root, 'deploy/nginx');

// The shipped server, complete, but for its port and its pages. With `reuseport` each process takes its share of the connections;
// else the first may get most of them.
function site(port) {
  const text = fs.readFileSync(path.join(shipped, 'sse-worker.site.conf'), 'utf8');
  return text
    .replace(/^.*listen \[::\].*$/m, '')
    .replace('listen 80', `listen 127.0.0.1:${port} reuseport`)
    .replace(/root \/[^;]*;/, `root ${path.join(root, 'www')};`);
}

const ownServer = (port, server, locations) => `
    server {
        listen 127.0.0.1:${port} sndbuf=128k;
        include snippets/${locations};
        ${server}
    }`;

const configuration = (directory, servers, {http, main, user, workers, connections}) => `
daemon off;
${process.getuid() === 0 ? `user ${user};` : ''}
${main}
worker_processes ${workers};
pid ${directory}/nginx.pid;
error_log ${directory}/error.log info;
events { worker_connections ${connections}; }
http {
    access_log off;
    client_body_temp_path ${directory}/body;
    fastcgi_temp_path ${directory}/fastcgi;
    proxy_temp_path ${directory}/proxy;
    uwsgi_temp_path ${directory}/uwsgi;
    scgi_temp_path ${directory}/scgi;
    include snippets/sse-worker.upstream.conf;
    ${http}
    ${servers}
}
`;

export class Nginx {
  constructor(t, process, port, directory) {
    Object.assign(this, {t, process, port, directory});
  }

  get errors() {
    return fs.readFileSync(path.join(this.directory, 'error.log'), 'utf8');
  }

  http(where, more) {
    return http(this.t, this.port, where, more);
  }

  async fetch(where, more) {
    const answer = await this.http(where, more).done();
    answer.leave();
    return answer;
  }
}

// Placed as on Debian, in `snippets` beside nginx.conf; the one line that names the socket is rewritten, and one is
// added for each of the others; as docs/clustering.md has it, nobody is put aside after a failure. `patient`: nginx does not cut
// readers that take nothing, so that only the worker does. `origins` are put into the map as its comment says, which the operator
// keeps equal to access.origins.
function install(directory, sockets, patient, origins) {
  const snippets = path.join(directory, 'snippets');
  fs.cpSync(shipped, snippets, {recursive: true});
  const upstream = path.join(snippets, 'sse-worker.upstream.conf');
  const text = fs.readFileSync(upstream, 'utf8');
  const several = sockets.length > 1 ? ' max_fails=0' : '';
  const rewritten = text.replace(/^(\s*server\s+)unix:[^;\s]+([^;]*;)/gm, (_, before, after) =>
    sockets.map((socket) => `${before}unix:${socket}${several}${after}`).join('\n'),
  );
  if (rewritten === text) throw new Error('sse-worker.upstream.conf names no Unix socket');
  const allowed = origins.map((origin) => (origin === '*' ? '    default "*";\n' : `    "${origin}" $http_origin;\n`)).join('');
  const withOrigins = rewritten.replace(/^(map \$http_origin \$sse_worker_cors_origin \{.*\n)( +default .*\n)/m,
    (_, begin, none) => begin + (origins.includes('*') ? '' : none) + allowed);
  if (origins.length > 0 && withOrigins === rewritten) throw new Error('sse-worker.upstream.conf has no map of origins');
  fs.writeFileSync(upstream, withOrigins);
  if (!patient) return;
  const events = path.join(snippets, 'sse-worker.events.conf');
  const shippedText = fs.readFileSync(events, 'utf8');
  if (!shippedText.includes('send_timeout 30s;')) throw new Error('sse-worker.events.conf has another send_timeout');
  fs.writeFileSync(events, shippedText.replace('send_timeout 30s;', 'send_timeout 3600s;'));
}

// The process of an nginx with this configuration in this folder, whose pid file is nginx.pid there, once its sockets listen and its
// master waits for signals: it blocks them before it makes its workers, and one that came before that would be handled only with the
// next. Whoever launches one stops it.
export async function launchNginx(directory, text) {
  const file = path.join(directory, 'nginx.conf');
  fs.writeFileSync(file, text);
  const places = ['-p', directory, '-e', path.join(directory, 'error.log'), '-c', file];
  const check = await run('nginx', ['-t', ...places]);
  if (check.code !== 0) throw new Error(`nginx -t: ${check.stderr}`);
  const child = new Process('nginx', places);
  try {
    await until(() => {
      if (child.exit) throw new Error(`nginx did not start: ${child.stderr}`);
      return descendants(child.pid).length > 0;
    }, 'nginx has workers');
  } catch (error) {
    await child.stop();
    throw error;
  }
  return child;
}

// Options: `server`, lines for the server block; `locations`, the shipped file in it; `site`, lines for the http block; `main`, lines outside of it; `user`, whom nginx runs as where root starts it; `others`, further workers' sockets; `origins`, those that nginx allows in its own answers; `patient`, nginx waits for readers who take
// nothing; `whole`, the shipped server in place of a block with the shipped locations; `workers` and `connections` of each, as in
// nginx.conf.
export async function startNginx(
  t, socket, {server = '', site: http = '', main = '', user = 'root', others = [], origins = [], patient = false, whole = false, locations = 'sse-worker.locations.conf', workers = 1, connections = 4096} = {},
) {
  const directory = temporaryDirectory(t);
  install(directory, [socket, ...others], patient, origins);
  const port = await freePort();
  const servers = whole ? site(port) : ownServer(port, server, locations);
  const text = configuration(directory, servers, {http, main, user, workers, connections});
  const child = await launchNginx(directory, text);
  defer(t, () => child.stop());
  return new Nginx(t, child, port, directory);
}
