// A receiver of hooks: verifies signatures, knows what it was told, and misbehaves where a test asks for it.
import assert from 'node:assert/strict';
import {createHmac} from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import {defer, temporaryDirectory} from './cleanup.mjs';
import {freePort} from './port.mjs';
import {Signal} from './wait.mjs';

export const key = 'k'.repeat(64);

export class HookReceiver {
  requests = 0;
  // Bodies that were accepted, each once.
  deliveries = [];
  faults = [];
  // Worker -> topics that are occupied.
  workers = new Map();
  // Gives {status, headers} for a delivery, or a promise of that.
  answer = () => ({status: 204});
  #seen = new Set();
  #signal = new Signal();
  #sockets = new Set();

  static async start(t, {tls, port} = {}) {
    const receiver = new HookReceiver();
    receiver.port = port ?? (await freePort());
    receiver.tls = tls;
    const directory = temporaryDirectory(t);
    receiver.keyFile = path.join(directory, 'hooks.key');
    fs.writeFileSync(receiver.keyFile, `${key}\n`, {mode: 0o600});
    await receiver.up();
    defer(t, () => receiver.down());
    return receiver;
  }

  get url() {
    return `${this.tls ? 'https' : 'http'}://127.0.0.1:${this.port}/hooks?from=sse`;
  }

  // The section `hooks` for this receiver.
  settings(more = {}) {
    return {url: this.url, key_file: this.keyFile, grace_seconds: 0.2, batch_seconds: 0.01, ...more};
  }

  async up() {
    const serve = (request, response) => this.#serve(request, response).catch((error) => this.faults.push(error));
    this.server = this.tls ? https.createServer(this.tls, serve) : http.createServer(serve);
    this.server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await new Promise((resolve, reject) => this.server.once('error', reject).listen(this.port, '127.0.0.1', resolve));
  }

  async down() {
    if (!this.server.listening) return;
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #serve(request, response) {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const body = Buffer.concat(pieces).toString();
    this.requests += 1;
    this.#verify(request, body);
    const delivery = JSON.parse(body);
    const {status, headers = {}} = await this.answer(delivery);
    if (status < 300) this.#take(delivery);
    response.writeHead(status, headers).end();
    this.#signal.changed();
  }

  #verify({method, url, headers}, body) {
    const [id, time] = [headers['webhook-id'], headers['webhook-timestamp']];
    assert.equal(method, 'POST');
    assert.equal(url, '/hooks?from=sse');
    assert.equal(headers['content-type'], 'application/json');
    assert.ok(Math.abs(Date.now() / 1000 - Number(time)) < 120, 'the timestamp is that of the attempt');
    assert.equal(headers['webhook-signature'], `v1,${createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')}`);
    assert.equal(JSON.parse(body).id, id);
  }

  #take(delivery) {
    if (this.#seen.has(delivery.id)) return;
    this.#seen.add(delivery.id);
    this.deliveries.push(delivery);
    const topics = this.workers.get(delivery.worker) ?? new Set();
    this.workers.set(delivery.worker, topics);
    for (const {type, topic} of delivery.events) {
      if (type === 'occupied') topics.add(topic);
      if (type === 'vacated') topics.delete(topic);
      if (type === 'reset' || type === 'stopped') topics.clear();
    }
  }

  get events() {
    return this.deliveries.flatMap(({events}) => events);
  }

  // `type topic`, without times.
  get told() {
    return this.events.map(({type, topic, reason}) => [type, reason ?? topic].filter(Boolean).join(' '));
  }

  // All topics that somebody reads, from whichever worker.
  get occupied() {
    return [...new Set([...this.workers.values()].flatMap((topics) => [...topics]))].sort();
  }

  when(condition, what, ms) {
    return this.#signal.when(() => {
      if (this.faults.length > 0) throw this.faults[0];
      return condition(this);
    }, what, ms);
  }

  knows(...topics) {
    return this.when(() => JSON.stringify(this.occupied) === JSON.stringify(topics.sort()), `knows ${topics}`);
  }
}
