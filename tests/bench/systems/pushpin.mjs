// Pushpin, as Debian packages it, where it is installed: nginx, then Pushpin, with a Node backend that tells it what to hold.
// Its limits on messages and requests are lifted, and its log is down to errors.
import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {freePort} from '../../lib/port.mjs';
import {Process, descendants} from '../../lib/process.mjs';
import {until} from '../../lib/wait.mjs';
import {Nginx} from './nginx.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const installed = (name) => {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], {stdio: 'ignore'});
    return true;
  } catch {
    return false;
  }
};

const pushpinConf = (run, port) => `[global]
include={libdir}/internal.conf
rundir=${run}
ipc_prefix=pushpin-
port_offset=0
stats_connection_ttl=120
[runner]
services=condure,pushpin-proxy,pushpin-handler
http_port=
local_ports=${run}/server
logdir=${run}
log_level=0
client_buffer_size=8192
client_maxconn=50000
condure_bin=condure
[proxy]
zurl_out_specs=ipc://${run}/zurl-in
zurl_out_stream_specs=ipc://${run}/zurl-in-stream
zurl_in_specs=ipc://${run}/zurl-out
routesfile=routes
sig_key=unused
updates_check=off
[handler]
push_in_spec=ipc://${run}/push-in
push_in_sub_specs=ipc://${run}/push-in-sub
push_in_http_addr=127.0.0.1
push_in_http_port=${port}
push_in_http_max_headers_size=10000
push_in_http_max_body_size=8000000
stats_spec=ipc://${run}/stats
command_spec=ipc://${run}/command
message_rate=10000000
message_hwm=10000000
message_wait=5000
id_cache_ttl=60
connection_subscription_max=200
subscription_linger=60
stats_subscription_ttl=60
stats_report_interval=10
stats_format=tnetstring
`;

const zurlConf = (run) => `[General]
in_spec=ipc://${run}/zurl-in
in_stream_spec=ipc://${run}/zurl-in-stream
out_spec=ipc://${run}/zurl-out
in_req_spec=ipc://${run}/zurl-req
defpolicy=allow
max_open_requests=20000
buffer_size=200000
timeout=600
in_hwm=100000
out_hwm=100000
`;

const http = (run, socket) => `upstream pushpin { server unix:${run}/server; }
    upstream origin { server unix:${socket}; keepalive 32; }`;
const location = (path, upstream) => `location = ${path} {
            proxy_pass http://${upstream};
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffering off;
            proxy_buffer_size 16k;
            proxy_buffers 8 16k;
            proxy_read_timeout 75s;
        }
        `;

async function startPushpin() {
  const nginx = await Nginx.reserve('pushpin');
  const run = join(nginx.home, 'run');
  const socket = join(nginx.home, 'node.sock');
  const children = [];
  const stop = async () => {
    await nginx.stop();
    for (const child of children.reverse()) await child.stop();
  };
  try {
    // It takes what is published on a port; the rest is on Unix sockets.
    const port = await freePort();
    const originPort = await freePort();
    mkdirSync(run);
    writeFileSync(join(nginx.home, 'pushpin.conf'), pushpinConf(run, port));
    writeFileSync(join(nginx.home, 'zurl.conf'), zurlConf(run));
    writeFileSync(join(nginx.home, 'routes'), `* 127.0.0.1:${originPort}\n`);
    children.push(new Process(process.execPath, [join(here, 'servers/pushpin_origin.mjs'), socket, port, originPort]));
    await children[0].says('stdout', /./);
    children.push(new Process('zurl', [`--config=${join(nginx.home, 'zurl.conf')}`, '--loglevel=0']));
    children.push(new Process('pushpin', [`--config=${join(nginx.home, 'pushpin.conf')}`]));
    await until(() => existsSync(join(run, 'server')), 'Pushpin listens', 10_000);
    await pause(500); // its parts find each other
    await nginx.start({http: http(run, socket), locations: location('/events', 'pushpin') + location('/publish', 'origin')});
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    events: `${nginx.origin}/events`,
    publish: `${nginx.origin}/publish`,
    pids: {
      worker: children.flatMap(({pid}) => [pid, ...descendants(pid).map((below) => below.pid)]),
      nginx: nginx.pids,
    },
    complaints: () => nginx.complaints(),
    stop,
  };
}

export const pushpin = {
  name: 'pushpin',
  title: 'Pushpin',
  batches: true,
  ahead: 20,
  reading: ['--inflight', 16], // with more at once it answers some with 500 and 502
  missing: () => (installed('pushpin') && installed('zurl') ? undefined : 'it needs the packages pushpin and zurl'),
  start: startPushpin,
};
