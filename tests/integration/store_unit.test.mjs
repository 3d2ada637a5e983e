// The journal under the restrictions of the shipped systemd unit: a crash is told from the end of the machine.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {temporaryDirectory} from '../lib/cleanup.mjs';
import {configText, Hub} from '../lib/hub.mjs';
import {startNginx} from '../lib/nginx.mjs';
import {directives, notImitated, refusal, sandbox} from '../lib/unit_sandbox.mjs';
import {run} from '../lib/process.mjs';
import {binary} from '../lib/places.mjs';
import {startWorker} from '../lib/worker.mjs';

const why = await refusal();
const config = configText({store: {kind: 'sqlite', path: '/var/lib/sse-worker/journal.db'}});

async function start(t, unit) {
  const directory = temporaryDirectory(t);
  const state = path.join(directory, 'state');
  fs.mkdirSync(state);
  const boot = path.join(directory, 'boot_id');
  fs.writeFileSync(boot, 'aaaaaaaa-0000-4000-8000-000000000001\n');
  fs.chmodSync(boot, 0o444);
  const {wrap, imitated} = sandbox({state, boot, unit});
  const begin = () => startWorker(t, {by: 'listen_fds', config, wrap, directory, socket: path.join(directory, 'w.sock')});
  const worker = await begin();
  const hub = new Hub(t, worker, await startNginx(t, worker.address));
  return {
    hub, imitated, state,
    async crash() {
      hub.worker.process.kill('SIGKILL');
      await hub.worker.process.exited();
      fs.rmSync(path.join(directory, 'w.sock'), {force: true});
      hub.worker = await begin();
    },
    reboot() {
      fs.writeFileSync(boot, 'bbbbbbbb-0000-4000-8000-000000000002\n');
    },
  };
}

// {gap, data} of a reader who comes back with `lastEventId`.
async function back(hub, lastEventId) {
  const {body} = await hub.poll({topic: 't', lastEventId});
  return {gap: body.gap?.reason, data: body.events.map(({data}) => data)};
}

test('every restriction of the unit is imitated, or it is said why not', {skip: why ?? false}, async (t) => {
  const {imitated, hub, state} = await start(t);
  t.diagnostic(`imitated: ${imitated.join(', ')}`);
  const rest = directives().map(([name]) => name).filter((name) => name in notImitated);
  t.diagnostic(`not imitated: ${[...new Set(rest)].map((name) => `${name} (${notImitated[name]})`).join(', ')}`);
  for (const name of ['ProtectProc', 'StateDirectory', 'PrivateTmp', 'ProtectSystem', 'User', 'NoNewPrivileges'])
    assert.ok(imitated.includes(name), name);
  // It is in there, indeed.
  const status = fs.readFileSync(`/proc/${hub.worker.pid}/status`, 'utf8');
  assert.match(status, /^Uid:\t61234\t61234/m);
  assert.match(status, /^NoNewPrivs:\t1$/m);
  assert.match(status, /^CapBnd:\t0+$/m);
  const mounts = fs.readFileSync(`/proc/${hub.worker.pid}/mounts`, 'utf8');
  assert.match(mounts, /^\S+ \/ \S+ ro/m);
  assert.match(mounts, /^proc \/proc proc \S*hidepid=invisible/m);
  await hub.publish({topic: 't', data: 'x'});
  assert.ok(fs.existsSync(path.join(state, 'journal.db')));
  assert.throws(() => sandbox({state, unit: [['Unheard', 'yes']]}), /Unheard/);
});

test('killed under the unit: readers get no gap; after a reboot exactly one', {skip: why ?? false}, async (t) => {
  const {hub, crash, reboot} = await start(t);
  const first = await hub.publish({topic: 't', data: 'one'});
  const second = await hub.publish({topic: 't', data: 'two'});
  for (let n = 0; n < 2; ++n) {
    await crash();
    assert.doesNotMatch(hub.worker.process.stderr, /boot_id|may be missing/);
    assert.deepEqual(await back(hub, first), {gap: undefined, data: ['two']});
    assert.deepEqual(await back(hub, second), {gap: undefined, data: []});
  }
  const third = await hub.publish({topic: 't', data: 'three'});
  const reader = await hub.read({topic: 't'}, {again: 50, cursor: third});
  reboot();
  await crash();
  await hub.publish({topic: 't', data: 'four'});
  await reader.got(1, 15000);
  assert.deepEqual(reader.gaps.map(({reason}) => reason), ['lost']);
  const last = reader.events.at(-1).id;
  await crash();
  await crash();
  assert.deepEqual(await back(hub, last), {gap: undefined, data: []});
});

// Somebody else's unit, or a container.
test('where the boot id is hidden the worker says what that costs, once', {skip: why ?? false}, async (t) => {
  const {hub, crash} = await start(t, [...directives(), ['ProcSubset', 'pid']]);
  const warning = /boot_id cannot be read.*every client gets a gap `lost`.*remove ProcSubset=pid/g;
  assert.equal(hub.worker.process.stderr.match(warning)?.length, 1);
  const id = await hub.publish({topic: 't', data: 'one'});
  await crash();
  assert.equal((await back(hub, id)).gap, 'lost');
  const file = path.join(temporaryDirectory(t), 'c.yaml');
  fs.writeFileSync(file, config);
  const hide = 'mount -t proc -o subset=pid proc /proc && exec "$0" check --config "$1"';
  const {code, stdout, stderr} = await run('unshare', ['-m', '--propagation', 'private', 'bash', '-c', hide,
    binary, file]);
  assert.equal(code, 0);
  assert.match(stdout, /: ok\n$/);
  assert.match(stderr, /warning: .*boot_id cannot be read/);
});
