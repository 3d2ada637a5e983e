// Nchan, nginx's own push module, as Debian packages it: no hop behind nginx, and no batches.
import {execFileSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {Nginx} from './nginx.mjs';
import {overTls} from './tls.mjs';

const modules = () => {
  const said = execFileSync('sh', ['-c', 'nginx -V 2>&1']).toString();
  return `${said.match(/--modules-path=(\S+)/)?.[1] ?? '/usr/lib/nginx/modules'}/ngx_nchan_module.so`;
};

// The buffer is what a reader may be behind by before it loses events; the memory is only used as far as it is filled.
const http = 'nchan_shared_memory_size 512m;';
const locations = `location = /events {
            nchan_subscriber eventsource;
            nchan_channel_id $arg_topic;
            nchan_channel_id_split_delimiter ",";
            nchan_subscriber_first_message newest;
        }
        location = /publish {
            nchan_publisher http;
            nchan_channel_id $arg_topic;
            nchan_message_buffer_length 2000;
            nchan_message_timeout 30s;
        }`;

export const nchan = {
  name: 'nchan',
  title: 'Nchan, inside nginx',
  batches: false,
  ahead: 20,
  reading: ['--topics-as', 'joined'],
  publishing: ['--publish-as', 'raw'],
  missing: () => (existsSync(modules()) ? undefined : 'deploy/local/packages bench installs libnginx-mod-nchan'),
  async start(_, {tls = false} = {}) {
    const nginx = await Nginx.reserve('nchan');
    const front = tls ? await overTls() : undefined;
    try {
      await nginx.start({modules: `load_module ${modules()};`, http, locations: `${front?.lines ?? ''}${locations}`});
    } catch (error) {
      await nginx.stop();
      throw error;
    }
    return {
      events: front ? `https://127.0.0.1:${front.port}/events` : `${nginx.origin}/events`,
      publish: `${nginx.origin}/publish`,
      pids: {nginx: nginx.pids},
      complaints: () => nginx.complaints(),
      stop: () => nginx.stop(),
    };
  },
};
