// Who may publish and read the metrics behind each front end, without a key: this machine, but nobody whose request was forwarded to
// it, for whom a browser sent it, or who used another name.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {test} from 'node:test';
import {configText} from '../lib/hub.mjs';
import {startWorker} from '../lib/worker.mjs';
import {ask} from './lib/ask.mjs';
import {startFrontEnd} from './lib/front_end.mjs';

const form = {'Content-Type': 'application/x-www-form-urlencoded'};
const rows = [
  [{}, 200, 200],
  ...['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'Via', 'CF-Connecting-IP', 'True-Client-IP', 'X-Forwarded-Host', 'X-Forwarded-Proto'].map((name) => [{[name]: '127.0.0.1'}, 401, 401]),
  [{'Sec-Fetch-Site': 'cross-site'}, 401, 200],
  [{Origin: 'https://evil.example'}, 401, 200],
  [{Host: 'evil.example'}, 401, 401],
];

for (const name of ['lighttpd', 'apache', 'haproxy', 'caddy', 'h2o']) {
  test(name, {timeout: 60_000}, async (t) => {
    const worker = await startWorker(t, {config: configText({})});
    fs.chmodSync(worker.directory, 0o755);
    fs.chmodSync(worker.address, 0o666);
    const frontEnd = await startFrontEnd(t, name, worker.address);
    const port = frontEnd.kind.publishesOn?.(frontEnd) ?? frontEnd.port;
    for (const [headers, publish, metrics] of rows) {
      await t.test(JSON.stringify(headers), async () => {
        const published = await ask(port, '/publish', {method: 'POST', headers: {...form, ...headers}, body: 'topic=a&data=x'});
        const read = await ask(port, '/metrics', {headers});
        assert.deepEqual([published.status, read.status], [publish, metrics], published.text);
        if (publish === 401) assert.equal(published.headers['www-authenticate'], 'Bearer');
      });
    }
  });
}
