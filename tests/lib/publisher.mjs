// A publisher: what a backend does, through nginx and on kept connections.
import assert from 'node:assert/strict';
import http from 'node:http';
import {defer} from './cleanup.mjs';
import {within} from './wait.mjs';

export const FORM = 'application/x-www-form-urlencoded';
export const JSON_TYPE = 'application/json';
export const NDJSON = 'application/x-ndjson';

// Pairs of a form or a query: a list gives its name once for each value.
export function encoded(fields) {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const each of [value].flat()) if (each !== undefined) pairs.append(name, each);
  }
  return pairs.toString();
}

// Objects become lines; what is text already stays as it is, so that a line can be wrong.
export const lines = (items) =>
  items.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)) + '\n').join('');

function exchange(options, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(options, (response) => {
      const pieces = [];
      response.on('data', (piece) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(pieces).toString('utf8');
        resolve({
          status: response.statusCode,
          headers: response.headers,
          text,
          get json() {
            return JSON.parse(text);
          },
          get lines() {
            return text.split('\n').slice(0, -1).map(JSON.parse);
          },
        });
      });
    });
    request.on('error', reject);
    // In pieces it goes out chunked.
    const pieces = [body].flat();
    for (const piece of pieces.slice(0, -1)) request.write(piece);
    request.end(pieces.at(-1));
  });
}

export class Publisher {
  #agent = new http.Agent({keepAlive: true, maxSockets: 16});
  #options;

  // `from` is the address to come from; `headers` go with every request.
  constructor(t, port, {from, headers = {}} = {}) {
    this.headers = headers;
    this.#options = {host: '127.0.0.1', port, path: '/publish', method: 'POST', localAddress: from};
    defer(t, () => this.#agent.destroy());
  }

  // Any body at all, a list of pieces for one of unknown length: {status, headers, text, json, lines}.
  post(body, type, {headers = {}, ms = 15000} = {}) {
    const all = {...this.headers, ...headers};
    if (!Array.isArray(body)) all['Content-Length'] = Buffer.byteLength(body);
    if (type) all['Content-Type'] = type;
    const options = {...this.#options, agent: this.#agent, headers: all};
    return within(exchange(options, body), 'the answer to a publish', ms);
  }

  form(fields, more) {
    return this.post(typeof fields === 'string' ? fields : encoded(fields), FORM, more);
  }

  json(value, more) {
    return this.post(typeof value === 'string' ? value : JSON.stringify(value), JSON_TYPE, more);
  }

  batch(items, more) {
    return this.post(lines(items), NDJSON, more);
  }

  // The id of an event that has to be taken.
  async publish(event) {
    const answer = await this.json(event);
    assert.equal(answer.status, 200, answer.text);
    return answer.json.id;
  }

  // The ids of events that all have to be taken.
  async publishAll(events) {
    const answer = await this.batch(events);
    assert.equal(answer.status, 200, answer.text);
    const ids = answer.lines.map((line) => line.id);
    assert.equal(ids.filter(Boolean).length, events.length, answer.text.slice(0, 500));
    return ids;
  }
}
