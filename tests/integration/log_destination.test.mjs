// Where the log goes: stderr where somebody reads it, else syslog, and never into a file that is none of its business.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {spawn} from 'node:child_process';
import {test} from 'node:test';
import {defer, temporaryDirectory} from '../lib/cleanup.mjs';
import {writeConfig} from '../lib/config.mjs';
import {run} from '../lib/process.mjs';
import {until} from '../lib/wait.mjs';
import {binary} from '../lib/places.mjs';

// A mount namespace whose /dev/log is `socket`: the devices of this machine stay untouched.
const ownDev = (socket) => `set -e
  mount --rbind /dev /mnt && mount -t tmpfs tmpfs /dev
  for name in null zero full random urandom tty; do touch /dev/$name; mount --bind /mnt/$name /dev/$name; done
  ln -s ${socket} /dev/log`;
const unshared = ['-m', '--propagation', 'private', 'bash', '-c'];
const why = (await run('unshare', [...unshared, ownDev('/nowhere')])).code === 0 ? false : 'this user may not make a mount namespace';

// What comes to a syslog of the test's own. It receives datagrams on a Unix socket, which Node cannot: Python does.
async function startSyslog(t, directory) {
  const socket = path.join(directory, 'log');
  const program = `import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1]); print('ready', flush=True)
while True: print(s.recv(65536).decode(), flush=True)`;
  const child = spawn('python3', ['-c', program, socket], {stdio: ['ignore', 'pipe', 'inherit']});
  defer(t, () => child.kill('SIGKILL'));
  const syslog = {socket, text: ''};
  child.stdout.setEncoding('utf8').on('data', (text) => { syslog.text += text; });
  await until(() => syslog.text.includes('ready'), 'the syslog of the test');
  return syslog;
}

// The worker with `redirection` for its standard streams, and the text of its configuration.
async function start(t, {redirection, config, check}) {
  const directory = temporaryDirectory(t);
  const syslog = await startSyslog(t, directory);
  const file = writeConfig(directory, `listen: ${directory}/w.sock\n${config}`);
  const script = `${ownDev(syslog.socket)}\nexec "$0" --config "$1" ${redirection}`;
  const child = spawn('unshare', [...unshared, script, binary, file], {stdio: ['ignore', 'pipe', 'pipe']});
  const worker = {child, directory, stderr: '', exited: new Promise((resolve) => child.once('exit', resolve))};
  child.stderr.setEncoding('utf8').on('data', (text) => { worker.stderr += text; });
  defer(t, async () => {
    child.kill('SIGTERM');
    await worker.exited;
  });
  return {...worker, syslog, file, stderrText: () => worker.stderr, check};
}

const serves = /sse-worker\[\d+\]: started: version=\S+ listen=/;

for (const [what, redirection] of [['/dev/null', '2>/dev/null'], ['closed', '2>&-']]) {
  test(`stderr is ${what}: the log goes to syslog, and says so first`, {skip: why}, async (t) => {
    const {syslog} = await start(t, {redirection, config: ''});
    await until(() => serves.test(syslog.text), 'the worker says in syslog that it serves', 10000);
    assert.match(syslog.text, /^ready\n<30>.*sse-worker\[\d+\]: logging to syslog: stderr is closed or \/dev\/null\n/);
  });

  test(`stderr is ${what} and log.to is stderr: one line in syslog says what to change`, {skip: why}, async (t) => {
    const {syslog, directory} = await start(t, {redirection, config: 'log: {to: stderr}'});
    await until(() => fs.existsSync(path.join(directory, 'w.sock')) && /no log is written/.test(syslog.text), 'it says so', 10000);
    assert.match(syslog.text, /<28>.*: no log is written: log\.to is stderr, which is closed or \/dev\/null\. Set log\.to to auto or syslog/);
    assert.doesNotMatch(syslog.text, serves);
  });

  test(`stderr is ${what}: a mistake in the configuration is in syslog`, {skip: why}, async (t) => {
    const {syslog, exited, file} = await start(t, {redirection, config: 'nonsense: 1'});
    assert.equal(await exited, 2);
    await until(() => syslog.text.includes(`${file}:2:1: nonsense: is not a key here`), 'it is there', 10000);
    assert.match(syslog.text, /<27>.*sse-worker\[\d+\]: /);
  });
}

test('stderr is read: the log is there, and nothing in syslog', {skip: why}, async (t) => {
  const {syslog, stderrText} = await start(t, {redirection: '', config: ''});
  await until(() => / info started: version=\S+ listen=/.test(stderrText()), 'the worker says that it serves', 10000);
  assert.equal(syslog.text, 'ready\n');
});

test('all three standard streams are closed: the log is not written into the journal or a socket', {skip: why}, async (t) => {
  const {syslog, child, directory} = await start(t, {
    redirection: '0<&- 1>&- 2>&-', config: 'log: {to: stderr}',
  });
  await until(() => fs.existsSync(path.join(directory, 'w.sock')), 'it serves', 10000);
  await until(() => /no log is written/.test(syslog.text), 'it says so', 10000);
  for (const descriptor of [0, 1, 2]) assert.equal(fs.readlinkSync(`/proc/${child.pid}/fd/${descriptor}`), '/dev/null');
});
