// What it costs that readers are counted: presence and hooks beside a worker without them. Delivery to 5,000 readers of one topic, streams
// that open on a topic each, and a reconnect storm. CPU time of nginx and the worker together; the receiver of hooks is not in it.
import {createServer} from 'node:http';
import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {Stack} from '../lib/stack.mjs';
import {cpuOpen, cpuOpening, failedStreams} from './figures.mjs';
import {load, watching} from './load.mjs';
import {results, writeConfig} from './results.mjs';
import {measure as stormOf, stormConfig} from './storm.mjs';

// SCALE (1): how much of it, for trying things out.
const scale = Number(process.env.SCALE || 1);
const [readers, opened] = [5000, 5000].map((count) => Math.ceil(count * scale));
const ways = ['off', 'counted', 'asked', 'hooks'];
const names = {off: 'neither', counted: 'presence', asked: 'presence that all ask for', hooks: 'hooks'};

const keyFile = join(results, 'hooks.key');
writeFileSync(keyFile, 'k'.repeat(64), {mode: 0o600});

// Answers at once, and counts what it is told.
async function startReceiver() {
  const told = {occupied: 0};
  const server = createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    told.occupied += JSON.parse(Buffer.concat(pieces)).events.filter(({type}) => type === 'occupied').length;
    response.writeHead(204).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return {told, close, url: `http://127.0.0.1:${server.address().port}/`};
}

const settings = (way, receiver) => {
  if (way === 'off') return '';
  if (way === 'hooks') return `hooks: {url: "${receiver.url}", key_file: ${keyFile}, topics: ["*"]}\n`;
  return 'presence: {topics: ["*"]}\n';
};
const query = (way) => (way === 'asked' ? '?presence=true' : '');

// A fresh stack; `act` gets it and what the receiver was told. `config` makes its file of the lines for it.
async function on(way, config, act) {
  const receiver = await startReceiver();
  let stack;
  try {
    stack = await Stack.start({config: config(settings(way, receiver)), stderr: 'inherit'});
    const report = await act(stack, receiver.told);
    if (failedStreams(report) > 0) report.complaints = stack.complaints();
    return report;
  } finally {
    await stack?.stop();
    receiver.close();
  }
}
const warm = (stack) => load('--url', stack.events, '--streams', 200, '--topic', 'warm', '--publish-count', 400, '--publish-batch', 20);
const plain = (lines) => writeConfig('presence', lines);

const delivery = (way) => on(way, plain, async (stack) => {
  await warm(stack);
  return load('--url', `${stack.events}${query(way)}`, '--publish-url', `${stack.origin}/publish`, '--streams', readers, '--topic', 'news', '--publish-rate', 10,
    '--publish-for', '8s', '--duration', '60s', ...watching(stack.pids));
});

const present = async (stack) => {
  const text = await (await fetch(`${stack.origin}/metrics`)).text();
  return Number(text.match(/^sse_worker_presence_readers (\d+)/m)[1]);
};

// The streams are still there, or in their grace time, when the worker is asked.
const opening = (way) => on(way, plain, async (stack, told) => {
  await warm(stack);
  const report = await load('--url', `${stack.events}${query(way)}`, '--streams', opened, '--topic', 'user/{n}', '--until', 'first', '--duration', '60s', ...watching(stack.pids));
  report.present = way === 'counted' || way === 'asked' ? await present(stack) : NaN;
  // Deliveries come in batches.
  for (const deadline = Date.now() + 10_000; way === 'hooks' && told.occupied < opened && Date.now() < deadline;) await pause(50);
  report.told_occupied = told.occupied;
  return report;
});

const storm = (way) => on(way, stormConfig, (stack) => stormOf({stack, pids: stack.pids}, query(way), readers));

async function measure() {
  const taken = {delivery: {}, opening: {}, storm: {}};
  for (const way of ways) taken.delivery[way] = await delivery(way);
  for (const way of ways) taken.opening[way] = await opening(way);
  for (const way of ways) taken.storm[way] = (await storm(way)).storm;
  return taken;
}

const both = (cpu, report) => cpu(report, 'worker') + cpu(report, 'nginx');
const perDelivery = ({delivery: taken}, way) => (both(cpuOpen, taken[way]) / taken[way].deliveries.delivered) * 1e6;
const perOpened = ({opening: taken}, way) => (both(cpuOpening, taken[way]) / opened) * 1e6;
const back = ({storm: taken}, way) => taken[way].back_seconds;
const each = (name, unit, of) => ways.map((way) => ({name: `${name}, ${names[way]}`, unit, of: (taken) => of(taken, way)}));
const ratios = (name, of, most) => ways.slice(1).map((way) => ({name: `${name}, ${names[way]} over neither`, unit: 'x', ...(most && {at_most: most}), of: (taken) => of(taken, way) / of(taken, 'off')}));
const counts = (sum, reports) => Object.values(reports).reduce((total, report) => total + sum(report), 0);

export const presence = {
  name: 'presence',
  title: 'readers that are counted, for presence and for hooks',
  columns: {this: 'this build'},
  measure,
  wanted: [
    {name: 'streams that failed', unit: '', at_most: 0, of: ({delivery: some, opening: others}) => counts(failedStreams, some) + counts(failedStreams, others)},
    {name: 'events lost', unit: '', at_most: 0, of: ({delivery: taken}) => counts(({deliveries}) => deliveries.lost, taken)},
    {name: `readers that presence counts, of ${opened}`, unit: '', at_least: opened, of: ({opening: taken}) => Math.min(taken.counted.present, taken.asked.present)},
    {name: `topics that the receiver of hooks learned of, of ${opened}`, unit: '', at_least: opened, of: ({opening: taken}) => taken.hooks.told_occupied},
    ...each(`${readers} readers of one topic: CPU of nginx and worker per delivery`, 'us', perDelivery),
    ...ratios('CPU per delivery', perDelivery, 1.1),
    ...each('CPU of nginx and worker per opened stream, a topic each', 'us', perOpened),
    ...ratios('CPU per opened stream', perOpened),
    ...each(`${readers} come back after a restart`, 's', back),
    ...ratios('time until they are back', back, 1.2),
    {name: 'readers who met an error then', unit: '', at_most: 0, of: ({storm: taken}) => counts(({refused}) => refused, taken)},
  ],
};
