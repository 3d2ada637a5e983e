// Readers who ask for very many topics of their own: all of them together take no more than they may, who comes beyond it is
// told when to come back, and the memory comes back when they leave.
import assert from 'node:assert/strict';
import http from 'node:http';
import {test} from 'node:test';
import {defer} from '../lib/cleanup.mjs';
import {residentMiB, sanitized} from '../lib/memory.mjs';
import {startHub} from '../lib/hub.mjs';
import {assertTurnedAway} from '../lib/turned_away.mjs';
import {until} from '../lib/wait.mjs';

const MiB = 1 << 20;
const most = 64 * MiB;

// What a stream says first, once it says something.
function post(t, port, topics) {
  const body = JSON.stringify({topic: topics});
  const headers = {'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body)};
  const request = http.request({host: '127.0.0.1', port, path: '/events', method: 'POST', agent: false, headers});
  defer(t, () => request.destroy());
  const answer = new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.on('error', () => {});
      response.setEncoding('utf8').on('data', (piece) => {
        text += piece;
        if (text.includes('\n\n')) {
          resolve({status: response.statusCode, header: (name) => response.headers[name], text});
        }
      });
    });
  });
  request.end(body);
  return {answer, leave: () => request.destroy()};
}

const topics = (reader) => Array.from({length: 100}, (_, n) => `r${reader}/t${n}`.padEnd(1000, 'x'));

test('the topics of all readers take no more than they may', {timeout: 120000}, async (t) => {
  const hub = await startHub(t, {streams: {subscriptions_bytes_max: most}});
  const taken = () => hub.metric('sse_worker_subscriptions_bytes');
  const refusals = () => hub.metric('sse_worker_limit_reached_total', {key: 'streams.subscriptions_bytes_max'});
  const honest = await hub.read({topic: 'news'});
  const base = await taken();
  const rounds = [];
  for (let round = 0; round < 3; round += 1) {
    const before = await refusals();
    const readers = [];
    let refused = null;
    while (refused === null) {
      assert.ok(readers.length < 1000, 'there is a bound');
      const reader = post(t, hub.port, topics(`${round}-${readers.length}`));
      const answer = await reader.answer;
      if (answer.text.startsWith(': ok')) readers.push(reader);
      else refused = answer;
    }
    assertTurnedAway(refused);
    assert.equal(await refusals(), before + 1);
    const bytes = await taken();
    assert.ok(bytes <= most && bytes > most * 0.99, `${bytes} of ${most}`);
    t.diagnostic(`${readers.length} readers take ${bytes} bytes, ${residentMiB(hub.worker.pid).toFixed(1)} MiB resident`);
    // Whoever reads what somebody reads already comes in, and is served.
    const another = await hub.read({topic: 'news'});
    await hub.publish({topic: 'news', data: `${round}`});
    await another.got(1);
    await honest.got(round + 1);
    another.leave();
    for (const reader of readers) reader.leave();
    await until(async () => (await taken()) === base, 'the bytes are free', 20000);
    rounds.push(residentMiB(hub.worker.pid));
  }
  // The first round brings what the worker itself needs; from then on nothing stays.
  t.diagnostic(`resident after each round: ${rounds.map((each) => each.toFixed(1)).join(', ')} MiB`);
  if (sanitized(hub.worker.pid)) return;
  await until(() => residentMiB(hub.worker.pid) < rounds[0] * 1.05, 'the memory is back', 20000);
});
