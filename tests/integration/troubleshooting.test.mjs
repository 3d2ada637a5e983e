// What docs/troubleshooting.md says is tried here: each cause produces the symptom, word for word, and each remedy ends it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import {test} from 'node:test';
import zlib from 'node:zlib';
import {question, startApplication} from '../lib/application.mjs';
import {defer, temporaryDirectory} from '../lib/cleanup.mjs';
import {http as http1} from '../lib/http.mjs';
import {startHub} from '../lib/hub.mjs';
import {startNginx} from '../lib/nginx.mjs';
import {freePort} from '../lib/port.mjs';
import {Process, run} from '../lib/process.mjs';
import {until} from '../lib/wait.mjs';
import {root} from '../lib/places.mjs';

const page = fs.readFileSync(path.join(root, 'docs/troubleshooting.md'), 'utf8');

// The page has this text, as code.
const documented = (text) => assert.ok(page.includes(`\`${text}\``) || page.includes(`\n${text}\n`), `docs/troubleshooting.md lacks: ${text}`);

async function logged(nginx, text) {
  documented(text);
  await until(() => nginx.errors.includes(text), `nginx logs: ${text}; it has logged: ${nginx.errors}`);
}

// A location as one writes it oneself.
const own = (more) => `location = /own { include snippets/sse-worker.params; fastcgi_param SCRIPT_NAME /events; fastcgi_pass sse_worker_streams; ${more} }`;
const elsewhere = (t) => path.join(temporaryDirectory(t), 'nobody.sock');

// Whether an event arrives while the stream goes on, compressed or not.
async function streams(nginx, hub, where) {
  let text = '';
  const opened = () => hub.metric('sse_worker_stream_opens_total');
  const before = await opened();
  const asked = http.get({port: nginx.port, path: where, headers: {'Accept-Encoding': 'gzip'}}, (answer) => {
    const body = answer.headers['content-encoding'] === 'gzip' ? answer.pipe(zlib.createGunzip()) : answer;
    body.on('error', () => {}).on('data', (piece) => { text += piece; });
  });
  asked.on('error', () => {});
  try {
    // Readers are there before the event, so that it comes alone.
    await until(async () => (await opened()) > before, 'the stream is open');
    await hub.publish({topic: 'a', data: 'live'});
    return await until(() => text.includes('data: live'), 'the event', 1500).then(() => true, () => false);
  } finally {
    asked.destroy();
  }
}

test('all events at once: what holds them back, and what does not', async (t) => {
  for (const text of ['fastcgi_ignore_headers X-Accel-Buffering;', 'fastcgi_buffering off;', 'fastcgi_pass_header X-Accel-Buffering;', 'proxy_buffering off;', 'proxy_ignore_headers X-Accel-Buffering;'])
    documented(text);
  const hub = await startHub(t, {});
  const inner = (server) => startNginx(t, hub.worker.address, {server});
  const plain = await inner(own('fastcgi_buffering on;'));
  const passed = await inner(own('fastcgi_pass_header X-Accel-Buffering;'));
  const outer = (behind, more, site = '') =>
    startNginx(t, elsewhere(t), {site, server: `location = /own { proxy_pass http://127.0.0.1:${behind.port}; ${more} }`});
  const cache = 'proxy_cache_path cache keys_zone=kept:1m; proxy_cache kept; proxy_cache_valid any 1m;';
  for (const [what, expected, nginx] of [
    ['fastcgi_buffering on', true, plain],
    ['the header is ignored', false, await inner(own('fastcgi_ignore_headers X-Accel-Buffering;'))],
    ['ignored, and buffering off', true, await inner(own('fastcgi_ignore_headers X-Accel-Buffering; fastcgi_buffering off;'))],
    ['gzip', true, await inner(own('gzip on; gzip_types *;'))],
    ['the shipped location', true, await inner('rewrite ^/own$ /events last;')],
    ['behind another nginx, with the header', true, await outer(passed, '')],
    ['behind another nginx, without', false, await outer(plain, '')],
    ['without, and proxy_buffering off', true, await outer(plain, 'proxy_buffering off;')],
    ['behind one that ignores it', false, await outer(passed, 'proxy_ignore_headers X-Accel-Buffering;')],
    ['behind one that compresses', true, await outer(passed, 'gzip on; gzip_types *; gzip_proxied any;')],
    ['behind one that caches', true, await outer(passed, '', cache)],
    ['behind one with sub_filter', true, await outer(passed, 'sub_filter_types *; sub_filter x y;')],
    ['behind one with postpone_output and limit_rate', true, await outer(passed, 'postpone_output 64k; limit_rate 1;')],
  ]) assert.equal(await streams(nginx, hub, '/own?topic=a'), expected, what);
});

test('the worker is away', async (t) => {
  const sentence = 'The worker does not answer. It is starting or down. Try again in 3 seconds.';
  documented(sentence);
  const down = async (t, socket, text, more) => {
    const nginx = await startNginx(t, socket, more);
    const health = await nginx.fetch('/healthz');
    assert.equal(health.status, 503);
    assert.equal(health.json.detail, sentence);
    assert.equal((await nginx.fetch('/events')).text, 'retry: 3000\n\n');
    await logged(nginx, text);
  };
  await t.test('no socket', (t) => down(t, elsewhere(t), '(2: No such file or directory) while connecting to upstream'));
  await t.test('a socket that nobody listens on', async (t) => {
    const {worker} = await startHub(t, {});
    await worker.stop('SIGKILL');
    await down(t, worker.address, '(111: Connection refused) while connecting to upstream');
  });
  await t.test('a socket that nginx may not use', async (t) => {
    const {worker} = await startHub(t, {});
    fs.chmodSync(worker.address, 0); // for root, the folder is closed to www-data anyway
    await down(t, worker.address, '(13: Permission denied) while connecting to upstream', {user: 'www-data'});
  });
  await t.test('a full backlog', async (t) => {
    const socket = elsewhere(t);
    const perl = new Process('perl', ['-MSocket', '-e', `socket($s, PF_UNIX, SOCK_STREAM, 0); bind($s, pack_sockaddr_un($ARGV[0])); listen($s, 0); $| = 1; print "ready"; sleep`, socket]);
    defer(t, () => perl.stop('SIGKILL'));
    await perl.says('stdout', /ready/);
    for (let n = 0; n < 4; ++n) {
      const waiting = net.connect(socket).on('error', () => {});
      defer(t, () => waiting.destroy());
    }
    await down(t, socket, '(11: Resource temporarily unavailable) while connecting to upstream');
  });
  await t.test('a worker that hangs', async (t) => {
    const {worker, nginx} = await startHub(t, {});
    process.kill(worker.pid, 'SIGSTOP');
    defer(t, () => process.kill(worker.pid, 'SIGCONT'));
    const answer = await nginx.http('/healthz').done(15000);
    assert.equal(answer.status, 503);
    await logged(nginx, 'upstream timed out (110: Connection timed out) while reading response header from upstream');
  });
});

test('the socket has gone: /healthz says so, while a kept connection still publishes', async (t) => {
  const hub = await startHub(t, {});
  await hub.publish({topic: 'a', data: 'x'});
  assert.equal((await hub.nginx.fetch('/healthz')).status, 200);
  fs.renameSync(hub.worker.address, `${hub.worker.address}.moved`);
  assert.equal((await hub.publish({topic: 'a', data: 'x'})).status ?? 200, 200);
  assert.equal((await hub.nginx.fetch('/healthz')).status, 503);
  fs.renameSync(`${hub.worker.address}.moved`, hub.worker.address);
  assert.equal((await hub.nginx.fetch('/healthz')).status, 200);
});

// nginx -t with these lines in main, http and server context, the shipped files in place but for `without`, and for `edited`: a file,
// a text in it, and what is there instead.
async function refusal(t, {main = 'events {}', http = '', server = '', without, edited: [name, from, to] = []}) {
  const directory = temporaryDirectory(t);
  fs.cpSync(path.join(root, 'deploy/nginx'), path.join(directory, 'snippets'), {recursive: true});
  if (without) fs.rmSync(path.join(directory, 'snippets', without));
  if (name) {
    const edited = path.join(directory, 'snippets', name);
    const text = fs.readFileSync(edited, 'utf8');
    assert.ok(text.includes(from), from);
    fs.writeFileSync(edited, text.replaceAll(from, to));
  }
  const file = path.join(directory, 'nginx.conf');
  fs.writeFileSync(file, `pid nginx.pid; ${main}\nhttp { ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`).join(' ')}\n${http}\nserver { listen unix:${directory}/own; ${server} } }\n`);
  return (await run('nginx', ['-t', '-p', directory, '-e', path.join(directory, 'error.log'), '-c', file])).stderr;
}

test('nginx does not start', async (t) => {
  const [upstream, locations] = ['upstream', 'locations'].map((name) => `include snippets/sse-worker.${name}.conf;`);
  assert.match(await refusal(t, {http: upstream, server: locations}), /test is successful/);
  for (const [text, lines] of [
    ['no port in upstream "sse_worker_streams"', {server: locations}],
    ['duplicate upstream "sse_worker"', {http: upstream + upstream}],
    ['"location" directive is not allowed here', {http: upstream + locations}],
    ['"upstream" directive is not allowed here', {server: upstream}],
    ['"events" directive is duplicate', {main: 'events {} include snippets/sse-worker.main.conf;'}],
    ['sse-worker.reset.conf" failed (2: No such file or directory)', {http: upstream, server: locations, without: 'sse-worker.reset.conf'}],
    // As earlier versions have them.
    ['unknown "sse_worker_token" variable', {http: upstream, server: locations, edited: ['sse-worker.upstream.conf', 'sse_worker_token', 'sse_worker_other']}],
    ['"fastcgi_pass_request_body" directive is duplicate', {http: upstream, server: locations, edited: ['sse-worker.reset.conf', 'gzip off;', 'gzip off; fastcgi_pass_request_body on;']}],
  ]) {
    documented(text);
    assert.ok((await refusal(t, lines)).includes(text), text);
  }
});

test('an application that decides about access fails', async (t) => {
  const sentence = 'The application that decides about access does not answer. Try again in 3 seconds.';
  documented(sentence);
  const app = await startApplication(t, (request, response) => response.writeHead(302, {Location: '/login'}).end());
  const asked = (server) => startNginx(t, elsewhere(t), {server, locations: 'sse-worker.auth.conf'});
  const fails = async (nginx, text) => {
    assert.equal((await nginx.fetch('/events?topic=a')).text, 'retry: 3000\n\n');
    assert.equal((await nginx.fetch('/events?topic=a&poll=1')).json.detail, sentence);
    await logged(nginx, text);
  };
  const nginx = await asked(question(app.port));
  await fails(nginx, 'auth request unexpected status: 302');
  await fails(await asked(''), 'auth request unexpected status: 404');
  app.answer = (request, response) => response.writeHead(204, {'X-Sse-Grant': 'x'.repeat(2000)}).end();
  await fails(nginx, 'upstream sent too big header while reading response header from upstream');
  await app.stop();
  await fails(nginx, 'connect() failed (111: Connection refused) while connecting to upstream');
});

test('404: the request reached a server without the locations, or the path is wrong', async (t) => {
  const port = await freePort();
  const nginx = await startNginx(t, elsewhere(t), {site: `server { listen 127.0.0.1:${port}; root ${temporaryDirectory(t)}; }`});
  const answer = await http1(t, port, '/events').done();
  assert.equal(answer.status, 404);
  assert.match(answer.header('content-type'), /^text\/html/);
  await logged(nginx, '/events" failed (2: No such file or directory)');
  const whole = await startNginx(t, elsewhere(t), {whole: true});
  documented((await whole.fetch('/events/')).json.detail);
});

test('a publish that nginx refuses', async (t) => {
  const nginx = await startNginx(t, elsewhere(t), {server: 'set_real_ip_from 127.0.0.1; real_ip_header X-Address;'});
  documented((await nginx.fetch('/publish', {method: 'POST', headers: {'X-Address': '192.0.2.1'}})).json.detail);
  documented((await nginx.fetch('/publish', {method: 'POST', headers: {'Content-Length': 9_000_000}})).json.detail);
});

test('many readers', async (t) => {
  const hub = await startHub(t, {});
  const crowd = async (more, text) => {
    const nginx = await startNginx(t, hub.worker.address, more);
    const answers = Array.from({length: 30}, () => nginx.http('/events?topic=a'));
    await logged(nginx, text);
    for (const each of answers) each.leave();
  };
  await crowd({connections: 16}, 'worker_connections are not enough');
  await crowd({main: 'worker_rlimit_nofile 24;'}, '(24: Too many open files)');
  const few = await startHub(t, {}, {files: 40});
  documented('accept paused: error="Too many open files"');
  const answers = Array.from({length: 60}, () => few.nginx.http('/events?topic=a'));
  await few.worker.process.says('stderr', /accept paused: error="Too many open files"/);
  for (const each of answers) each.leave();
});

test('a stream breaks when the location waits less than a heartbeat', async (t) => {
  const {worker} = await startHub(t, {});
  const nginx = await startNginx(t, worker.address, {server: own('fastcgi_read_timeout 1s;')});
  await assert.rejects(nginx.http('/own?topic=a').done(), /^Error: closed before the end of the answer$/);
  await logged(nginx, 'upstream timed out (110: Connection timed out) while reading upstream');
});
