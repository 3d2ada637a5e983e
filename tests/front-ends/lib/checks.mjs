// What is checked behind every front end. Each check gives the words for its cell of the table in docs/front-ends.md.
import assert from 'node:assert/strict';
import {setTimeout as pause} from 'node:timers/promises';
import {http} from '../../lib/http.mjs';
import {now, until} from '../../lib/wait.mjs';
import {ask} from './ask.mjs';

export const key = 'correct horse';
export const streamsMax = 300;
const authorization = {Authorization: `Bearer ${key}`};
const form = {'Content-Type': 'application/x-www-form-urlencoded'};
const ndjson = {'Content-Type': 'application/x-ndjson'};
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

export class Checks {
  constructor(t, frontEnd, worker, publishesOn = frontEnd.port) {
    Object.assign(this, {t, frontEnd, worker, port: frontEnd.port, publishesOn});
  }

  read(query, headers = {}) {
    return http(this.t, this.port, `/events?${query}`, {headers});
  }

  publish(body, {headers = form, ...more} = {}) {
    return ask(this.publishesOn, '/publish', {method: 'POST', headers: {...authorization, ...headers}, body, ...more});
  }

  async say(topic, data) {
    const {status, text} = await this.publish(`topic=${topic}&data=${data}`);
    assert.equal(status, 200, text);
    return JSON.parse(text).id;
  }

  streams(count, what, ms) {
    return this.worker.measured((metrics) => metrics.streams === count, what, ms);
  }

  // Each event is there before the next is published. What holds events back for a moment does so with each of them.
  async unbuffered() {
    const reader = this.read('topic=spaced');
    await reader.head();
    const delays = [];
    for (let n = 1; n <= 6; ++n) {
      const published = now();
      await this.say('spaced', n);
      const events = await reader.events(n);
      delays.push(events.at(-1).at - published);
      await pause(50);
    }
    reader.leave();
    const least = Math.min(...delays);
    assert.ok(least < 100, `each event comes late: ${delays.map(Math.round)} ms`);
    return 'as they come';
  }

  // With more history than makes a proxy compress, for a reader who accepts that.
  async resumed() {
    const ids = [];
    for (const data of ['first', 'x'.repeat(400), 'y'.repeat(400)]) ids.push(await this.say('kept', data));
    const reader = this.read('topic=kept', {'Last-Event-ID': ids[0], 'Accept-Encoding': 'gzip, br, zstd'});
    const replayed = await reader.events(2);
    assert.equal(reader.header('content-encoding'), undefined);
    assert.deepEqual(replayed.map(({id}) => id), ids.slice(1));
    await this.say('kept', 'live');
    assert.equal((await reader.events(3)).at(-1).data, 'live');
    reader.leave();
    return 'yes';
  }

  async manyStreams() {
    await this.streams(0, 'nobody reads yet', 20000);
    const readers = Array.from({length: streamsMax}, () => this.read('topic=all'));
    await Promise.all(readers.map((reader) => reader.head(20000)));
    await this.streams(streamsMax, 'all are open', 20000);
    // The worker's own refusal, while all are taken.
    const refused = await ask(this.port, '/events?topic=all&poll=1');
    assert.equal(refused.status, 503);
    assert.equal(refused.headers['content-type'], 'application/problem+json');
    assert.ok(Number(refused.headers['retry-after']) > 0);
    await this.say('all', 'here');
    await Promise.all(readers.map((reader) => reader.events(1, 20000)));
    for (const reader of readers) reader.leave();
    await this.streams(0, 'all have left', 20000);
    return `${streamsMax} of ${streamsMax}`;
  }

  async allFormats() {
    const line = JSON.stringify({topic: 'bulk', data: 'z'.repeat(1000)}) + '\n';
    const batch = line.repeat(1000);
    const taken = async (count, body, headers) => {
      const {status, text} = await this.publish(body, {headers});
      assert.equal(status, 200, text);
      const ids = text.trim().split('\n').map((each) => JSON.parse(each).id);
      assert.deepEqual([ids.length, ids.every(Boolean)], [count, true]);
    };
    await taken(1, 'topic=bulk&data=form', form);
    await taken(1, '{"topic":"bulk","data":"json"}', {'Content-Type': 'application/json'});
    await taken(1000, batch, ndjson);
    await taken(1, ['topic=bulk', '&data=in+chunks'], form);
    const most = this.frontEnd.kind.chunkedMax;
    const chunks = [batch.slice(0, 10), batch.slice(10, 500000), batch.slice(500000)];
    if (!most) {
      await taken(1000, chunks, ndjson);
      return 'form, JSON, NDJSON of 1 MB, in chunks';
    }
    const lines = Math.floor(most / line.length);
    await taken(lines, [line, line.repeat(lines - 1)], ndjson);
    const refused = await this.publish(chunks, {headers: ndjson});
    assert.deepEqual([refused.status, refused.headers['content-type']], [400, 'application/problem+json']);
    assert.match(refused.text, /Content-Length/);
    return `form, JSON, NDJSON of 1 MB; in chunks up to ${most / 1000} KB`;
  }

  // The worker shows its figures to readers on this machine alone, and has to be told that this is one.
  async address() {
    const reader = await this.read('topic=$stats').head();
    assert.equal(reader.status, 200, reader.text);
    reader.leave();
    return 'passed on';
  }

  async refusals() {
    const problem = (answer, status) => {
      assert.equal(answer.status, status, answer.text);
      assert.equal(answer.headers['content-type'], 'application/problem+json');
      assert.equal(JSON.parse(answer.text).status, status);
      assert.equal(answer.headers['cache-control'], 'no-store');
      return answer;
    };
    const wrongMethod = await ask(this.port, '/events', {method: 'DELETE'});
    assert.match(problem(wrongMethod, 405).headers.allow, /GET/);
    problem(await ask(this.port, '/events?topic=a&poll=x'), 400);
    problem(await this.publish('<a/>', {headers: {'Content-Type': 'text/xml'}}), 415);
    const unknown = await this.publish('topic=a&data=b', {headers: {...form, Authorization: 'Bearer wrong'}});
    assert.match(problem(unknown, 401).headers['www-authenticate'], /^Bearer/);
    assert.equal((await ask(this.port, '/events?topic=a', {method: 'HEAD'})).status, 200);
    assert.equal(wrongMethod.headers.status, undefined, 'no header of CGI is shown');
    return 'intact';
  }

  // With a heartbeat each second.
  async readerGone() {
    await this.streams(0, 'nobody reads yet', 20000);
    const reader = this.read('topic=left');
    await reader.head();
    await this.streams(1, 'one reads');
    const left = now();
    reader.leave();
    await this.streams(0, 'the worker knows', 20000);
    const took = now() - left;
    return took < 500 ? 'at once' : `at heartbeat ${Math.ceil(took / 1000)}`;
  }

  async reload() {
    const reader = this.read('topic=reloaded');
    await reader.head();
    await this.frontEnd.reload();
    // Also to see whom it cuts: it does so at the next event, or after a moment.
    await until(() => this.say('reloaded', 'after').then(() => true, () => false), 'it serves again', 20000);
    await pause(1500);
    await this.say('reloaded', 'later');
    const goesOn = await reader.events(2, 30000).then(() => true, () => false);
    if (!goesOn) assert.ok(reader.ended, 'the reader would wait for ever');
    reader.leave();
    return goesOn ? 'go on' : 'are cut';
  }

  // How the stream ends when the worker is killed, and what is said until it is back.
  async away(restart) {
    const reader = this.read('topic=cut');
    await reader.head();
    await this.say('cut', 'before');
    await reader.events(1);
    const killed = now();
    this.worker.process.kill('SIGKILL');
    await until(() => reader.complete || reader.ended, 'the stream ends', 15000);
    const took = now() - killed;
    const how = `${reader.complete ? 'ends cleanly' : 'is cut'}${took > 1000 ? ` after ${seconds(took)}` : ''}`;
    const stream = await ask(this.port, '/events?topic=cut');
    const publish = await this.publish('topic=cut&data=x');
    const worker = await restart();
    const restarted = now();
    await until(async () => (await ask(this.port, '/healthz')).status === 200, 'served again', 10000);
    return {how, stream, publish, worker, again: seconds(now() - restarted)};
  }
}

export function assertSurvivable({stream, publish}) {
  assert.equal(stream.status, 200);
  assert.match(stream.headers['content-type'], /^text\/event-stream/);
  assert.match(stream.text, /^retry: 3000\n\n$/);
  assert.equal(publish.status, 503);
  assert.equal(publish.headers['content-type'], 'application/problem+json');
  assert.equal(publish.headers['retry-after'], '3');
  assert.equal(JSON.parse(publish.text).status, 503);
}
