// Where the listening socket comes from, which one wins, and what happens to the file it leaves.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {spawnSync} from 'node:child_process';
import {test} from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {writeConfig} from '../lib/config.mjs';
import {fetch} from '../lib/fcgi.mjs';
import {freePort} from '../lib/port.mjs';
import {run} from '../lib/process.mjs';
import {until} from '../lib/wait.mjs';
import {binary} from '../lib/places.mjs';
import {startWorker} from '../lib/worker.mjs';

const available = (command) => spawnSync('which', [command]).status === 0;
const modeOf = (file) => fs.statSync(file).mode & 0o777;

for (const by of ['spawn-fcgi', 'listen_fds', 'systemd']) {
  test(
    `a socket from ${by}`,
    {skip: by === 'systemd' && !available('systemd-socket-activate')},
    async (t) => {
      const worker = await startWorker(t, {by});
      await worker.healthy();
      assert.equal((await worker.stop()).code, 0);
      assert.ok(fs.existsSync(worker.address), 'is not removed by us');
    },
  );
}

test('spawn-fcgi over TCP', async (t) => {
  const worker = await startWorker(t, {by: 'spawn-fcgi tcp', port: await freePort()});
  await worker.healthy();
});

// A worker that makes its own socket, with a directory prepared by the test.
async function alone(t, settings = {}, directory = temporaryDirectory(t)) {
  const socket = path.join(directory, 'own.sock');
  return startWorker(t, {by: 'alone', directory, socket, config: {listen: socket, ...settings}});
}

test('listen: a path', async (t) => {
  const worker = await alone(t);
  await worker.healthy();
  assert.equal(modeOf(worker.address), 0o660, 'the default mode');
  assert.equal((await worker.stop()).code, 0);
  assert.ok(!fs.existsSync(worker.address), 'what it made it takes away');
});

for (const mode of ['0600', '0666', '0777']) {
  test(`listen_mode ${mode}`, async (t) => {
    const worker = await alone(t, {listen_mode: mode});
    assert.equal(modeOf(worker.address), Number.parseInt(mode, 8));
  });
}

test('listen: an address and a port', async (t) => {
  const port = await freePort();
  const worker = await startWorker(t, {by: 'alone', port, config: {listen: `127.0.0.1:${port}`}});
  await worker.healthy();
});

test('descriptor 0 wins over listen', async (t) => {
  const directory = temporaryDirectory(t);
  const other = path.join(directory, 'own.sock');
  const worker = await startWorker(t, {directory, config: {listen: other}});
  await worker.healthy();
  assert.ok(!fs.existsSync(other));
});

test('LISTEN_FDS wins over listen', async (t) => {
  const directory = temporaryDirectory(t);
  const other = path.join(directory, 'own.sock');
  const worker = await startWorker(t, {by: 'listen_fds', directory, config: {listen: other}});
  await worker.healthy();
  assert.ok(!fs.existsSync(other));
});

test('LISTEN_FDS that was meant for another process is not ours', async (t) => {
  const file = writeConfig(temporaryDirectory(t), {});
  const {code} = await run(binary, ['--config', file], {
    env: {...process.env, LISTEN_FDS: '1', LISTEN_PID: '1'},
  });
  assert.equal(code, 2);
});

test('no socket at all: exit 2 and a sentence that says what to do', async (t) => {
  const file = writeConfig(temporaryDirectory(t), {});
  const {code, stdout, stderr} = await run(binary, ['--config', file]);
  assert.deepEqual([code, stdout], [2, '']);
  for (const word of ['spawn-fcgi', 'systemd', 'listen']) assert.ok(stderr.includes(word), stderr);
});

test('a live socket is not taken over', async (t) => {
  const worker = await alone(t);
  const file = writeConfig(temporaryDirectory(t), {listen: worker.address});
  const {code, stderr} = await run(binary, ['--config', file]);
  assert.equal(code, 2);
  assert.ok(stderr.includes(worker.address), stderr);
  await worker.healthy();
});

test('a stale socket is replaced', async (t) => {
  const directory = temporaryDirectory(t);
  const dead = await alone(t, {}, directory);
  await dead.stop('SIGKILL');
  assert.ok(fs.existsSync(dead.address), 'a killed worker leaves its socket');
  const worker = await alone(t, {}, directory);
  await worker.healthy();
});

test('a file that is no socket is left alone', async (t) => {
  const directory = temporaryDirectory(t);
  const precious = path.join(directory, 'precious');
  fs.writeFileSync(precious, 'data');
  const {code, stderr} = await run(binary, ['--config', writeConfig(directory, {listen: precious})]);
  assert.equal(code, 2);
  assert.ok(stderr.includes(precious), stderr);
  assert.equal(fs.readFileSync(precious, 'utf8'), 'data');
});

test('two workers of spawn-fcgi on one socket share its connections', async (t) => {
  const directory = temporaryDirectory(t);
  const socket = path.join(directory, 'w.sock');
  const config = writeConfig(directory, {});
  const pidFile = path.join(directory, 'pids');
  await run('spawn-fcgi', ['-s', socket, '-P', pidFile, '-F', '2', '--', binary, '--config', config]);
  const pids = fs.readFileSync(pidFile, 'utf8').trim().split(/\s+/).map(Number);
  t.after(() => pids.forEach((pid) => stillThere(pid) && process.kill(pid, 'SIGKILL')));
  assert.equal(pids.length, 2);
  for (let n = 0; n < 50; ++n) assert.equal((await fetch(t, socket, '/healthz')).status, 200);
  for (const pid of pids) process.kill(pid, 'SIGTERM');
  await until(() => !pids.some(stillThere), 'both have ended');
});

// A process that has ended and is not collected yet is not there any more.
function stillThere(pid) {
  try {
    return !/^State:\tZ/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
