// The files that the worker makes are its user's alone, whatever the umask; and the folder that it makes for them.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {configText} from '../lib/hub.mjs';
import {startNginx} from '../lib/nginx.mjs';
import {Publisher} from '../lib/publisher.mjs';
import {startWorker} from '../lib/worker.mjs';

const mode = (file) => (fs.statSync(file).mode & 0o7777).toString(8);
const endings = ['', '-wal', '-shm', '.lock'];
const withUmask = (mask) => (command) => ['/bin/bash', '-c', `umask ${mask}; exec "$0" "$@"`, ...command];

async function publishing(t, file, more) {
  const worker = await startWorker(t, {config: configText({store: {kind: 'sqlite', path: file}}), ...more});
  const nginx = await startNginx(t, worker.address);
  await new Publisher(t, nginx.port).publish({topic: 't', data: 'secret'});
  return worker;
}

for (const umask of ['000', '022', '077']) {
  test(`umask ${umask}: the journal and what is beside it are 0600, its folder 0700`, async (t) => {
    const folder = path.join(temporaryDirectory(t), 'state');
    await publishing(t, path.join(folder, 'journal.db'), {wrap: withUmask(umask)});
    assert.equal(mode(folder), '700');
    for (const ending of endings) assert.equal(mode(path.join(folder, `journal.db${ending}`)), '600', ending);
  });
}

test('files of an earlier version that everybody could read are closed to others', async (t) => {
  const file = path.join(temporaryDirectory(t), 'journal.db');
  const worker = await publishing(t, file);
  worker.process.kill('SIGKILL');
  await worker.process.exited();
  worker.process.insisted = true;
  fs.rmSync(worker.address, {force: true});
  for (const ending of endings) fs.chmodSync(file + ending, 0o644);
  await publishing(t, file);
  for (const ending of endings) assert.equal(mode(file + ending), '640', ending);
});

test('umask 000: the socket of `listen` has the mode of listen_mode', async (t) => {
  const directory = temporaryDirectory(t);
  const socket = path.join(directory, 'own.sock');
  const config = configText({listen: socket, listen_mode: '0640'});
  await startWorker(t, {by: 'alone', config, directory, socket, wrap: withUmask('000')});
  assert.equal(mode(socket), '640');
});
