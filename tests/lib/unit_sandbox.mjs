// What deploy/systemd/sse-worker.service keeps from the worker, imitated by a mount namespace: read from the file itself, so
// that the sandbox follows it. A directive that is not known here is an error, and not left out in silence.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {run} from './process.mjs';
import {root} from './places.mjs';

export const unitFile = path.join(root, 'deploy/systemd/sse-worker.service');
const user = 61234;

// [[directive, value]] of its section [Service].
export function directives(text = fs.readFileSync(unitFile, 'utf8')) {
  const section = text.split(/^\[Service\]$/m)[1].split(/^\[/m)[0];
  return section.split('\n').filter((line) => /^\w/.test(line)).map((line) => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)];
  });
}

// Shell lines, by the step in which they belong: mounts first, then what is read-only, then the process itself.
const imitated = {
  ProtectProc: (value) => ({proc: `hidepid=${value}`}),
  ProcSubset: (value) => ({proc: `subset=${value}`}),
  StateDirectory: (name) => ({
    mounts: [
      'mount -t tmpfs -o mode=755 tmpfs /var/lib',
      `mkdir -p /var/lib/private/${name} && ln -s private/${name} /var/lib/${name}`,
      `mount --bind "$STATE" /var/lib/private/${name}`,
    ],
  }),
  StateDirectoryMode: (mode) => ({mounts: [`chmod ${mode} "$STATE"`]}),
  PrivateTmp: () => ({hide: ['mount -t tmpfs tmpfs /tmp', 'mount -t tmpfs tmpfs /var/tmp']}),
  ProtectHome: () => ({hide: ['mount -t tmpfs -o ro,mode=0 tmpfs /root', 'mount -t tmpfs -o ro,mode=0 tmpfs /home']}),
  ProtectSystem: () => ({readonly: ['mount -o remount,bind,ro /']}),
  ProtectKernelTunables: () => ({
    readonly: ['if [ -d /proc/sys ]; then mount --rbind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys; fi'],
  }),
  UMask: (mask) => ({process: [`umask ${mask}`]}),
  WorkingDirectory: (where) => ({process: [`cd ${where.replace('%S', '/var/lib')}`]}),
  // As far as this machine lets us.
  LimitNOFILE: (count) => ({process: [`ulimit -n ${count} 2>/dev/null || ulimit -n "$(ulimit -Hn)"`]}),
  // Whatever its number is: the user need not be on this machine.
  User: () => ({
    mounts: [`chown -R ${user}:${user} "$STATE"`],
    drop: [`--reuid=${user}`, `--regid=${user}`, '--clear-groups'],
  }),
  NoNewPrivileges: () => ({drop: ['--no-new-privs']}),
  CapabilityBoundingSet: () => ({drop: ['--bounding-set=-all']}),
  AmbientCapabilities: () => ({drop: ['--inh-caps=-all', '--ambient-caps=-all']}),
};

// What is not imitated, and why the journal does not depend on it.
const left = {
  'how it is started, stopped and restarted':
    'Type ExecStart ExecReload StandardOutput StandardError Restart RestartSec RestartPreventExitStatus TimeoutStopSec',
  'needs a filter of system calls, which only systemd makes of these':
    'SystemCallArchitectures SystemCallFilter SystemCallErrorNumber RestrictAddressFamilies RestrictNamespaces RestrictRealtime '
    + 'RestrictSUIDSGID MemoryDenyWriteExecute LockPersonality ProtectClock ProtectHostname',
  'nothing of it is opened': 'PrivateDevices ProtectControlGroups ProtectKernelLogs ProtectKernelModules KeyringMode',
  'names users, and hides no file': 'PrivateUsers',
  'is the group of the user': 'Group',
  'needs a kernel with AppArmor, and is ignored without its profile': 'AppArmorProfile',
  'removes what the worker does not make': 'RemoveIPC',
};
export const notImitated = Object.fromEntries(
  Object.entries(left).flatMap(([why, names]) => names.split(' ').map((name) => [name, why])),
);

// null, or why there can be no sandbox here.
export async function refusal() {
  const {code, stderr} = await run('unshare', ['-m', '--propagation', 'private', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']);
  return code === 0 ? null : `this user may not make a mount namespace: ${stderr}`;
}

// A wrapper for startWorker: the worker as `unit` would have it, with its state in `state`. `boot` is a file whose text is
// the machine's boot id.
export function sandbox({state, boot, unit = directives()}) {
  const steps = {mounts: [], hide: [], readonly: [], process: [], drop: []};
  const proc = [];
  const names = new Set();
  for (const [name, value] of unit) {
    assert.ok(name in imitated || name in notImitated, `${name}: say in unit_sandbox.mjs how it is imitated, or why not`);
    if (!(name in imitated)) continue;
    names.add(name);
    const made = imitated[name](value);
    if (made.proc) proc.push(made.proc);
    for (const step of Object.keys(steps)) steps[step].push(...made[step] ?? []);
  }
  const script = [
    'set -e',
    // The checkout may be below /tmp or /home, which the unit hides.
    'mount -t tmpfs -o mode=755 tmpfs /mnt && cp "$1" /mnt/sse-worker && cp "$3" /mnt/config.yaml && chmod 644 /mnt/config.yaml',
    ...proc.length > 0 ? [`mount -t proc -o ${proc.join()} proc /proc`] : [],
    ...boot ? [`[ ! -e /proc/sys ] || mount --bind ${boot} /proc/sys/kernel/random/boot_id`] : [],
    ...steps.mounts,
    ...steps.hide,
    ...steps.readonly,
    ...steps.process,
    `exec setpriv ${steps.drop.join(' ')} /mnt/sse-worker --config /mnt/config.yaml`,
  ].join('\n');
  const wrap = (command) =>
    ['unshare', '-m', '--propagation', 'private', 'env', `STATE=${state}`, 'bash', '-c', script, 'bash', ...command];
  return {wrap, imitated: [...names]};
}
