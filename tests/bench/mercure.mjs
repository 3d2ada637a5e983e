// What the Mercure protocol costs beside the worker's own endpoints: publishing a form, and delivery to many readers, each with a
// token. CPU time of nginx and the worker together, so that the client is not measured.
import {createHmac} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {Agent, request} from 'node:http';
import {Stack} from '../lib/stack.mjs';
import {cpuOpen, failedStreams} from './figures.mjs';
import {load, watching} from './load.mjs';
import {writeConfig} from './results.mjs';

const [published, readers, connections, rounds] = [20_000, 1000, 16, 3];
const ways = ['own', 'mercure'];
const secret = 'a secret of thirty-two bytes or more';
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const input = `${part({alg: 'HS256'})}.${part({exp: Math.floor(Date.now() / 1000) + 36_000, mercure: {publish: ['*'], subscribe: ['*']}, sse: {publish: ['*'], subscribe: ['*']}})}`;
const token = `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
const keys = `{keys: [{secret: ${secret}, algorithm: HS256}]}`;
// The load client publishes without a token.
const settings = {
  publishing: `access: {tokens: {publishers: ${keys}}}\nmercure: {enabled: true, anonymous: true}\n`,
  delivery: `streams: {per_subject_max: 0}\naccess: {tokens: {readers: ${keys}}}\nmercure: {enabled: true}\n`,
};
const server = 'include snippets/sse-worker.locations.conf; include snippets/sse-worker.mercure.conf;';
const paths = {own: ['/events', '/publish'], mercure: ['/.well-known/mercure', '/.well-known/mercure']};

async function on(what, act) {
  const stack = await Stack.start({config: writeConfig(`mercure-${what}`, settings[what]), server, stderr: 'inherit'});
  try {
    return await act(stack);
  } finally {
    await stack.stop();
  }
}

const ticks = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return Number(fields[11]) + Number(fields[12]);
};
const cpuOf = ({worker, nginx}) => [...worker, ...nginx].reduce((sum, pid) => sum + ticks(pid), 0) / 100;

// One form over a kept connection; throws for a refusal.
const post = (agent, origin, path, body) => new Promise((done, failed) => {
  const headers = {'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': body.length, Authorization: `Bearer ${token}`};
  const sent = request(`${origin}${path}`, {method: 'POST', agent, headers}, (response) => {
    response.resume();
    response.on('end', () => (response.statusCode === 200 ? done() : failed(new Error(`${path}: ${response.statusCode}`))));
  });
  sent.on('error', failed);
  sent.end(body);
});

async function publish(stack, way, count) {
  const agent = new Agent({keepAlive: true, maxSockets: connections});
  const body = `topic=news&data=${'x'.repeat(100)}`;
  let left = count;
  const before = cpuOf(stack.pids);
  await Promise.all(Array.from({length: connections}, async () => {
    while (left-- > 0) await post(agent, stack.origin, paths[way][1], body);
  }));
  agent.destroy();
  return cpuOf(stack.pids) - before;
}

// In turns, so that what disturbs the machine disturbs both.
const publishing = () => on('publishing', async (stack) => {
  const taken = {own: 0, mercure: 0};
  for (const way of ways) await publish(stack, way, 1000);
  for (let round = 0; round < rounds; ++round) for (const way of ways) taken[way] += await publish(stack, way, published);
  return taken;
});

const delivery = (way) => on('delivery', (stack) =>
  load('--url', `${stack.origin}${paths[way][0]}?authorization=${token}`, '--publish-url', `${stack.origin}/publish`,
    '--streams', readers, '--topic', 'news', '--publish-rate', 50, '--publish-for', '8s', '--duration', '30s', ...watching(stack.pids)));

async function measure() {
  const taken = {publishing: await publishing(), delivery: {}};
  for (const way of ways) taken.delivery[way] = await delivery(way);
  return taken;
}

const names = {own: 'own endpoints', mercure: 'Mercure'};
const perPublish = ({publishing: taken}, way) => (taken[way] / (published * rounds)) * 1e6;
const perDelivery = ({delivery: taken}, way) => ((cpuOpen(taken[way], 'worker') + cpuOpen(taken[way], 'nginx')) / taken[way].deliveries.delivered) * 1e6;
const each = (name, of) => ways.map((way) => ({name: `${name}, ${names[way]}`, unit: 'us', of: (taken) => of(taken, way)}));
const ratio = (name, of) => ({name: `${name}, Mercure over own endpoints`, unit: 'x', at_most: 1.05, of: (taken) => of(taken, 'mercure') / of(taken, 'own')});

export const mercure = {
  name: 'mercure',
  title: 'the Mercure protocol beside the worker\'s own endpoints',
  columns: {this: 'this build'},
  measure,
  wanted: [
    {name: 'streams that failed', unit: '', at_most: 0, of: ({delivery: taken}) => Object.values(taken).reduce((sum, report) => sum + failedStreams(report), 0)},
    {name: 'events lost', unit: '', at_most: 0, of: ({delivery: taken}) => ways.reduce((sum, way) => sum + taken[way].deliveries.lost, 0)},
    ...each('CPU of nginx and worker per publish', perPublish),
    ratio('CPU per publish', perPublish),
    ...each('CPU of nginx and worker per delivery', perDelivery),
    ratio('CPU per delivery', perDelivery),
  ],
};
