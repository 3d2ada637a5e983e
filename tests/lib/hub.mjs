// A worker behind nginx, ready to be published to and read from.
import {startNginx} from './nginx.mjs';
import {Publisher, encoded} from './publisher.mjs';
import {Reader} from './reader.mjs';
import {quick} from './config.mjs';
import {startWorker} from './worker.mjs';

// Readers come back at once, so that a test need not wait for them.
const hasty = {retry_seconds: 0, retry_jitter_seconds: 0};

// JSON is YAML too, and knows lists.
export function configText({streams, ...settings} = {}) {
  return JSON.stringify({...quick, streams: {...hasty, ...streams}, ...settings}, null, 2);
}

export class Hub extends Publisher {
  constructor(t, worker, nginx) {
    super(t, nginx.port);
    Object.assign(this, {t, worker, nginx, port: nginx.port});
  }

  // A reader that keeps its events; `query` is text or an object. Wait for `opened()` before publishing.
  reader(query, {t = this.t, ...options} = {}) {
    return new Reader(t, this.port, typeof query === 'string' ? query : encoded(query), options);
  }

  read(query, options) {
    return this.reader(query, options).opened();
  }

  // The answer as it is on the wire.
  ask(query, more) {
    return this.nginx.http(`/events?${typeof query === 'string' ? query : encoded(query)}`, more);
  }

  // One long poll: {status, body}.
  async poll(query, {ms = 15000, ...more} = {}) {
    const answer = await this.ask({poll: 0, ...query}, more).done(ms);
    answer.leave();
    return {status: answer.status, body: answer.json};
  }

  metrics() {
    return this.worker.metrics();
  }

  async metric(name, labels) {
    return (await this.metrics()).value(name, labels);
  }

  // The next life of the worker, behind the same nginx. Its journal is a new one.
  async restart(config) {
    const {address, directory} = this.worker;
    await this.worker.stop();
    this.worker = await startWorker(this.t, {config: configText(config), socket: address, directory});
  }
}

export async function startHub(t, config, {nginx: extra, ...more} = {}) {
  const worker = await startWorker(t, {config: configText(config), ...more});
  return new Hub(t, worker, await startNginx(t, worker.address, extra));
}
