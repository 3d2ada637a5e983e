// How each front end is started and reloaded, and which places its shipped file names.
import path from 'node:path';

const socketPlace = '/run/sse-worker/sse-worker.sock';
const asRoot = process.getuid() === 0;
const modules = (names) =>
  names.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so\n`).join('');
const signal = (name) => (frontEnd) => ['kill', `-${name}`, String(frontEnd.process.pid)];

const lighttpd = {
  files: ({directory, port}, socket) => [
    ['lighttpd.lua', []],
    [
      'lighttpd.conf',
      [
        [socketPlace, socket],
        ['/etc/lighttpd/conf-enabled', directory],
        ['= 16384', '= 4096'],
      ],
      (text) => `server.document-root = "${directory}"\nserver.errorlog = "${directory}/error.log"\n` +
        `server.bind = "127.0.0.1"\nserver.port = ${port}\nserver.modules = ()\n${text}`,
    ],
  ],
  command: ({directory}) => ['lighttpd', ['-D', '-f', path.join(directory, 'lighttpd.conf')]],
  reload: signal('USR1'),
};

const asisPlace = ({directory}) => ['/etc/apache2/conf-available/sse-worker.asis', path.join(directory, 'sse-worker.asis')];

const apacheMain = ({directory, port}) => `
ServerRoot ${directory}
DefaultRuntimeDir ${directory}
PidFile ${directory}/apache.pid
ErrorLog ${directory}/error.log
Listen 127.0.0.1:${port}
ServerName localhost
${asRoot ? 'User www-data\nGroup www-data\n' : ''}
${modules(['mpm_event', 'authz_core', 'authz_host', 'env', 'headers', 'alias', 'asis', 'filter', 'deflate', 'proxy'])}
AddOutputFilterByType DEFLATE text/event-stream application/json
`;

const apacheCommand = (file) => ({directory}) => ['apache2', ['-DFOREGROUND', '-f', path.join(directory, file)]];

const apache = {
  files: (frontEnd, socket) => [
    ['sse-worker.asis', []],
    [
      'apache.conf',
      [
        [socketPlace, socket],
        asisPlace(frontEnd),
      ],
      (text) => `${apacheMain(frontEnd)}${modules(['proxy_fcgi'])}${text}`,
    ],
  ],
  command: apacheCommand('apache.conf'),
  reload: signal('USR1'),
};

const haproxyMain = 'global\n    maxconn 4000\n';

const haproxy = {
  files: ({port}, socket) => [
    ['haproxy.cfg', [[socketPlace, socket], ['bind :80', `bind 127.0.0.1:${port}`]], (text) => haproxyMain + text],
  ],
  command: ({directory}) => ['haproxy', ['-W', '-db', '-f', path.join(directory, 'haproxy.cfg')]],
  reload: signal('USR2'),
  // A body in chunks has to fit into one of its buffers.
  chunkedMax: 15000,
};

const caddyMain = ({otherPort}) => `{\n\tadmin 127.0.0.1:${otherPort}\n\tauto_https off\n}\n`;
const caddyCommand = (file) => ({directory}) => [
  'caddy',
  ['run', '--config', path.join(directory, file), '--adapter', 'caddyfile'],
];

const caddy = {
  files: (frontEnd, socket) => [
    [
      'Caddyfile',
      [[socketPlace, socket], [':80 {', `http://:${frontEnd.port} {\n\tbind 127.0.0.1`]], // for every Host, as shipped
      (text) => caddyMain(frontEnd) + text,
    ],
  ],
  command: caddyCommand('Caddyfile'),
  reload: ({directory, otherPort}) => [
    'caddy',
    'reload',
    '--force',
    '--config',
    path.join(directory, 'Caddyfile'),
    '--adapter',
    'caddyfile',
    '--address',
    `127.0.0.1:${otherPort}`,
  ],
};

// Publishing has a port of its own. Its master is a script that starts the server anew at a reload.
const h2o = {
  files: ({directory, port, otherPort}, socket) => [
    [
      'h2o.yaml',
      [[socketPlace, socket], ['port: 80\n', `port: ${port}\n`], ['port: 8081', `port: ${otherPort}`]],
      (text) => `${asRoot ? 'user: root\n' : ''}num-threads: 1\nerror-log: ${directory}/error.log\n${text}`,
    ],
  ],
  command: ({directory}) => ['h2o', ['-m', 'master', '-c', path.join(directory, 'h2o.yaml')]],
  reload: signal('HUP'),
  publishesOn: ({otherPort}) => otherPort,
};

// In front of nginx.
const chain = (file, main, command, {more = [], places = () => []} = {}) => ({
  files: (frontEnd, nginx) => [
    ...more,
    [
      file,
      [
        ['127.0.0.1:8080', `127.0.0.1:${nginx}`],
        ...places(frontEnd),
        ...(file.endsWith('cfg') ? [['bind :80', `bind 127.0.0.1:${frontEnd.port}`]] : []),
        ...(file.endsWith('Caddyfile') ? [[':80 {', `http://127.0.0.1:${frontEnd.port} {`]] : []),
      ],
      (text) => main(frontEnd) + text,
    ],
  ],
  command,
});

const varnish = {
  files: (_, nginx) => [['before-nginx-varnish.vcl', [['"8080"', `"${nginx}"`]]]],
  command: ({directory, port}) => [
    'varnishd',
    ['-F', '-j', 'none', '-a', `127.0.0.1:${port}`, '-n', path.join(directory, 'varnish'), '-s', 'malloc,16m'].concat(
      ['-p', 'thread_pool_min=10', '-f', path.join(directory, 'before-nginx-varnish.vcl')],
    ),
  ],
};

export const kinds = {
  lighttpd,
  apache,
  haproxy,
  caddy,
  h2o,
  'haproxy, nginx': chain('before-nginx-haproxy.cfg', () => haproxyMain, ({directory}) => [
    'haproxy',
    ['-W', '-db', '-f', path.join(directory, 'before-nginx-haproxy.cfg')],
  ]),
  'varnish, nginx': varnish,
  'apache, nginx': chain(
    'before-nginx-apache.conf',
    (frontEnd) => `${apacheMain(frontEnd)}${modules(['proxy_http'])}`,
    apacheCommand('before-nginx-apache.conf'),
    {more: [['sse-worker.asis', []]], places: (frontEnd) => [asisPlace(frontEnd)]},
  ),
  // As many have it: nothing is left out.
  'caddy that compresses': {
    ...caddy,
    files: (frontEnd, socket) => {
      const [[file, places, wrap]] = caddy.files(frontEnd, socket);
      return [[file, [...places, ['@worker path', 'encode gzip\n\t@worker path']], wrap]];
    },
  },
  'caddy that compresses, nginx': chain('before-nginx.Caddyfile', caddyMain, caddyCommand('before-nginx.Caddyfile'), {
    places: () => [['encode @page gzip', 'encode gzip']],
  }),
  'caddy, nginx': chain('before-nginx.Caddyfile', caddyMain, caddyCommand('before-nginx.Caddyfile')),
};
