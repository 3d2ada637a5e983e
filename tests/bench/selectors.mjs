// What a publish costs beside 10,000 different selectors, through nginx and /events: each stream has a selector of its own, and each event
// is for one stream. Beside it one stream with one selector that all events match. selector-bench has the same without sockets.
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {Agent, request} from 'node:http';
import {connect} from 'node:net';
import {setTimeout as pause} from 'node:timers/promises';
import {Stack} from '../lib/stack.mjs';
import {writeConfig} from './results.mjs';

// SCALE (1): how much of it, for trying things out.
const scale = Number(process.env.SCALE || 1);
const [selectors, published] = [10_000, 20_000].map((count) => Math.ceil(count * scale));

// `topic` or `template` of the n-th stream, the one for all events, and a topic that only the n-th matches. Numbers have five digits: all
// literals are of one length.
const shapes = {
  names: {text: 'names of one length', parameter: 'topic', selector: (n) => `https://example.com/book/${n}`, all: 'https://example.com/book/*', topic: (n) => `https://example.com/book/${n}`},
  beginnings: {text: 'templates, literals of one length at the beginning', parameter: 'template', selector: (n) => `https://example.com/${n}/{id}`, all: 'https://example.com/{n}/{id}', topic: (n) => `https://example.com/${n}/7`},
  ends: {text: 'templates, literals of one length at the end', parameter: 'template', selector: (n) => `https://example.com/users/{id}/book/${n}`, all: 'https://example.com/users/{id}/book/{n}', topic: (n) => `https://example.com/users/7/book/${n}`},
  middles: {text: 'templates, literals of one length in the middle', parameter: 'template', selector: (n) => `https://example.com/users/{id}/${n}/{page}`, all: 'https://example.com/users/{id}/{n}/{page}', topic: (n) => `https://example.com/users/7/${n}/3`},
  queries: {text: 'templates with several operators', parameter: 'template', selector: (n) => `/${n}{/id*}{?page,size}`, all: '/{n}{/id*}{?page,size}', topic: (n) => `/${n}/7?page=3`},
};
const numbered = (n) => String(n).padStart(5, '0');

const ticks = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return Number(fields[11]) + Number(fields[12]);
};
const cpuOf = (pids) => pids.reduce((sum, pid) => sum + ticks(pid), 0) / 100;
const rssKiB = (pids) => pids.reduce((sum, pid) => sum + Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]), 0);

// Streams over connections of their own; `delivered` counts the events of all.
class Streams {
  delivered = 0;
  #sockets = [];
  #port;

  constructor(stack) {
    this.#port = Number(new URL(stack.origin).port);
  }

  open(query) {
    return new Promise((done, failed) => {
      const socket = connect({host: '127.0.0.1', port: this.#port});
      this.#sockets.push(socket);
      let rest = '';
      socket.on('error', failed);
      socket.on('close', () => failed(new Error(`a stream for ${query} has ended`)));
      socket.setEncoding('latin1').on('data', (text) => {
        rest += text;
        const end = rest.lastIndexOf('\n');
        if (end < 0) return;
        this.delivered += rest.slice(0, end + 1).match(/^data: /gm)?.length ?? 0;
        if (rest.startsWith('HTTP/1.1')) (rest.startsWith('HTTP/1.1 200') ? done() : failed(new Error(rest.slice(0, 300))));
        rest = rest.slice(end + 1);
      });
      socket.write(`GET /events?${query} HTTP/1.1\r\nHost: a\r\n\r\n`);
    });
  }

  async openAll(count, queryOf) {
    let next = 0;
    await Promise.all(Array.from({length: 64}, async () => {
      while (next < count) await this.open(queryOf(next++));
    }));
  }

  async got(count) {
    for (const deadline = Date.now() + 20_000; this.delivered < count; await pause(5)) {
      if (Date.now() > deadline) throw new Error(`${this.delivered} of ${count} events were delivered`);
    }
    await pause(50);
    if (this.delivered !== count) throw new Error(`${this.delivered} events were delivered, ${count} were published`);
  }

  close() {
    for (const socket of this.#sockets) socket.removeAllListeners('close').destroy();
  }
}

// One event after the other, so that each has a flush of its own: one stream would get several at once, and thousands would not.
async function publish(stack, agent, topicOf, count) {
  for (let n = 0; n < count; ++n) {
    const body = `topic=${encodeURIComponent(topicOf(numbered((n * 7919) % selectors)))}&data=${'x'.repeat(20)}`;
    const sent = request(`${stack.origin}/publish`, {method: 'POST', agent, headers: {'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': body.length}});
    sent.end(body);
    const [response] = await once(sent, 'response');
    response.resume();
    await once(response, 'end');
    if (response.statusCode !== 200) throw new Error(`a publish was answered ${response.statusCode}`);
  }
}

// Neither heartbeats nor batches are measured.
const config = () => writeConfig('selectors', 'streams: {heartbeat_seconds: 3600}\nhistory: {topic_events_max: 10}\n');

async function take({parameter, selector, all, topic}, count) {
  const stack = await Stack.start({config: config(), stderr: 'inherit'});
  const streams = new Streams(stack);
  const agent = new Agent({keepAlive: true, maxSockets: 1});
  try {
    await publish(stack, agent, topic, Math.ceil(published / 10)); // warm, and nobody reads
    const before = rssKiB(stack.pids.worker);
    const value = (n) => (count === 1 ? all : selector(numbered(n)));
    await streams.openAll(count, (n) => `${parameter}=${encodeURIComponent(value(n))}`);
    const bytes = ((rssKiB(stack.pids.worker) - before) * 1024) / count;
    const pids = {...stack.pids};
    const [worker, nginx] = [cpuOf(pids.worker), cpuOf(pids.nginx)];
    await publish(stack, agent, topic, published);
    await streams.got(published);
    return {worker: cpuOf(pids.worker) - worker, nginx: cpuOf(pids.nginx) - nginx, bytes};
  } finally {
    streams.close();
    agent.destroy();
    await stack.stop();
  }
}

async function measure() {
  const taken = {};
  for (const [name, shape] of Object.entries(shapes)) taken[name] = {one: await take(shape, 1), all: await take(shape, selectors)};
  return taken;
}

const perPublish = ({worker, nginx}) => ((worker + nginx) / published) * 1e6;
const many = selectors.toLocaleString('en-US');

export const selectorsSuite = {
  name: 'selectors',
  title: `publishing beside ${many} different selectors`,
  columns: {this: 'this build'},
  measure,
  wanted: Object.entries(shapes).flatMap(([name, {text}]) => [
    {name: `${text}: CPU of nginx and worker per publish, one selector`, unit: 'us', of: (taken) => perPublish(taken[name].one)},
    {name: `the same, ${many} selectors`, unit: 'us', of: (taken) => perPublish(taken[name].all)},
    {name: `${many} over one`, unit: 'x', at_most: 3, of: (taken) => perPublish(taken[name].all) / perPublish(taken[name].one)},
    {name: `worker alone, ${many} over one`, unit: 'x', at_most: 3, of: (taken) => taken[name].all.worker / taken[name].one.worker},
    {name: 'worker memory per stream with its selector', unit: 'B', of: (taken) => taken[name].all.bytes},
  ]),
};
