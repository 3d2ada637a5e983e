// What it costs that a stream needs a grant, in each of the ways to give one, beside a public stream: memory of nginx and the
// worker together, opening, a reconnect storm, delivery. The CPU time and memory of the application are not in it, since they
// are what the application makes of them.
import {generateKeyPairSync, sign} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {connect} from 'node:net';
import {fileURLToPath} from 'node:url';
import {join} from 'node:path';
import {Process} from '../lib/process.mjs';
import {Stack} from '../lib/stack.mjs';
import {cpuOpen, failedStreams, rssPerStream} from './figures.mjs';
import {load, watching} from './load.mjs';
import {results, writeConfig} from './results.mjs';
import {measure as stormOf, stormConfig} from './storm.mjs';

const [idle, opened, readers] = [8000, 5000, 1000];
const ways = ['public', 'token', 'handover', 'asked'];

const keys = generateKeyPairSync('ec', {namedCurve: 'P-256'});
const keyFile = join(results, 'access.pem');
writeFileSync(keyFile, keys.publicKey.export({type: 'spki', format: 'pem'}));
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
function token(sub) {
  const text = `${part({alg: 'ES256', typ: 'JWT'})}.${part({sub, exp: Math.floor(Date.now() / 1000) + 36_000, sse: {subscribe: ['news', 'warm', 'user/*']}})}`;
  return `${text}.${sign('sha256', Buffer.from(text), {key: keys.privateKey, dsaEncoding: 'ieee-p1363'}).toString('base64url')}`;
}
const tokens = `access: {tokens: {readers: {keys: [{public_key_file: ${keyFile}, algorithm: ES256}]}}}\n`;
const settings = `streams: {per_subject_max: 0}\n${tokens}`;

const server = {
  public: () => 'include snippets/sse-worker.locations.conf;',
  handover: (port) => `include snippets/sse-worker.locations.conf; include snippets/sse-worker.handover.conf;
    location = /chat { include snippets/sse-worker.application.conf; proxy_pass http://127.0.0.1:${port}; }`,
  asked: (port) => `include snippets/sse-worker.auth.conf;
    location = /_sse_grant { include snippets/sse-worker.question.conf; proxy_pass http://127.0.0.1:${port}/grant; }`,
};

// A fresh stack with its application, warmed up the way it is used. `act` gets the stack and the address of its streams.
async function on(way, config, act) {
  const application = server[way] && way !== 'public'
    ? new Process(process.execPath, [fileURLToPath(new URL('systems/servers/application.mjs', import.meta.url))]) : undefined;
  let stack;
  try {
    const port = application && (await application.says('stdout', /^port (\d+)$/m))[1];
    stack = await Stack.start({config, server: (server[way] ?? server.public)(port), stderr: 'inherit'});
    const url = {token: `${stack.events}?authorization=${token('warm')}`, handover: `${stack.origin}/chat`}[way] ?? stack.events;
    await load('--url', url, '--publish-url', `${stack.origin}/publish`, '--streams', 200, '--topic', 'warm', '--publish-count', 400, '--publish-batch', 20);
    const report = await act(stack, url);
    if (report.streams && failedStreams(report) > 0) report.complaints = stack.complaints();
    return report;
  } finally {
    await stack?.stop();
    await application?.stop();
  }
}

const memory = (way) => on(way, writeConfig('access', settings), (stack, url) =>
  load('--url', url, '--streams', idle, '--topic', 'news', '--until', 'first', '--duration', '60s', ...watching(stack.pids)));

const delivery = (way) => on(way, writeConfig('access', settings), (stack, url) =>
  load('--url', url, '--publish-url', `${stack.origin}/publish`, '--streams', readers, '--topic', 'news', '--publish-rate', 50, '--publish-for', '8s',
    '--duration', '30s', ...watching(stack.pids)));

const ticks = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return Number(fields[11]) + Number(fields[12]);
};
const cpuOf = ({worker, nginx}) => [...worker, ...nginx].reduce((sum, pid) => sum + ticks(pid), 0) / 100;

// CPU seconds of the servers for opening streams, each with a token of its own, so that none was verified before.
const opening = (way) => on('public', writeConfig('access', settings), async (stack) => {
  const queries = Array.from({length: opened}, (_, n) => (way === 'token' ? `topic=news&authorization=${token(`user ${n}`)}` : 'topic=news'));
  const port = Number(new URL(stack.origin).port);
  const sockets = [];
  const open = (query) => new Promise((done, failed) => {
    const socket = connect({host: '127.0.0.1', port});
    sockets.push(socket);
    socket.on('error', failed);
    socket.once('data', (bytes) => (bytes.toString('latin1').startsWith('HTTP/1.1 200') ? done() : failed(new Error(bytes.toString('latin1').slice(0, 200)))));
    socket.write(`GET /events?${query} HTTP/1.1\r\nHost: a\r\n\r\n`);
  });
  try {
    const before = cpuOf(stack.pids);
    let next = 0;
    await Promise.all(Array.from({length: 64}, async () => {
      while (next < opened) await open(queries[next++]);
    }));
    return {seconds: cpuOf(stack.pids) - before};
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});

const storm = async (way) => {
  const config = stormConfig(`  per_subject_max: 0\n${tokens}`);
  const report = await on('public', config, (stack) => stormOf({stack, pids: stack.pids}, way === 'token' ? `?authorization=${token('everybody')}` : ''));
  return report.storm;
};

async function measure() {
  const taken = {memory: {}, delivery: {}, opening: {}, storm: {}};
  for (const way of ways) taken.memory[way] = await memory(way);
  for (const way of ways) taken.delivery[way] = await delivery(way);
  for (const way of ['public', 'token']) taken.opening[way] = await opening(way);
  for (const way of ['public', 'token']) taken.storm[way] = await storm(way);
  return taken;
}

const perStream = ({memory: taken}, way) => rssPerStream(taken[way], 'worker') + rssPerStream(taken[way], 'nginx');
const perDelivery = ({delivery: taken}, way) => ((cpuOpen(taken[way], 'worker') + cpuOpen(taken[way], 'nginx')) / taken[way].deliveries.delivered) * 1e6;
const perOpened = ({opening: taken}, way) => (taken[way].seconds / opened) * 1e6;
const names = {public: 'public', token: 'with a token', handover: 'handed over', asked: 'application asked'};
const ratio = (name, of, way, most) => ({name: `${name}, ${names[way]} over public`, unit: 'x', at_most: most, of: (taken) => of(taken, way) / of(taken, 'public')});
const each = (name, unit, of, of_ = ways) => of_.map((way) => ({name: `${name}, ${names[way]}`, unit, of: (taken) => of(taken, way)}));
const back = ({storm: taken}, way) => taken[way].back_seconds;

export const access = {
  name: 'access',
  title: 'streams with grants beside public ones',
  columns: {this: 'this build'},
  measure,
  wanted: [
    {name: 'streams that failed', unit: '', at_most: 0, of: ({memory: taken, delivery: also}) => [...Object.values(taken), ...Object.values(also)].reduce((sum, report) => sum + failedStreams(report), 0)},
    {name: `streams open at once, of ${idle}`, unit: '', at_least: idle, of: ({memory: taken}) => Math.min(...ways.map((way) => taken[way].streams.open_at_once))},
    {name: 'events lost', unit: '', at_most: 0, of: ({delivery: taken}) => ways.reduce((sum, way) => sum + taken[way].deliveries.lost, 0)},
    ...each('memory per idle stream, nginx and worker', 'B', perStream),
    ratio('memory', perStream, 'token', 1.03),
    ratio('memory', perStream, 'handover', 1.25),
    ratio('memory', perStream, 'asked', 1.35),
    ...each('CPU of nginx and worker per delivery', 'us', perDelivery),
    ...ways.slice(1).map((way) => ratio('CPU per delivery', perDelivery, way, 1.03)),
    ...each('CPU of nginx and worker per opened stream', 'us', perOpened, ['public', 'token']),
    {...ratio('the same', perOpened, 'token', 1.5), name: 'CPU per opened stream, with an ES256 token of its own over public'},
    ...each('5,000 come back after a restart', 's', back, ['public', 'token']),
    {...ratio('the same', back, 'token', 1.2), name: 'time until they are back, with a cached token over public'},
    {name: 'readers who met an error then', unit: '', at_most: 0, of: ({storm: taken}) => taken.public.refused + taken.token.refused},
  ],
};
