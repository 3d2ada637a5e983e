// `sse-worker top`: in a terminal, which it leaves as it was, and where there is none.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {defer, temporaryDirectory} from '../lib/cleanup.mjs';
import {startHub} from '../lib/hub.mjs';
import {binary} from '../lib/places.mjs';
import {freePort} from '../lib/port.mjs';
import {Process, descendants, run} from '../lib/process.mjs';
import {until} from '../lib/wait.mjs';

const entered = '\x1b[?1049h\x1b[?25l';
const left = '\x1b[?25h\x1b[?1049l';
const address = (hub) => `http://127.0.0.1:${hub.port}/events`;
const settings = {stats: {interval_seconds: 1}};

// What the terminal shows, by the last whole drawing.
const shown = (output) => output.slice(output.lastIndexOf('\x1b[H')).split('\x1b[').map((text) => text.replace(/^[0-9;?]*[A-Za-z]/, '')).join('').replaceAll('\r', '');

// A shell in a pseudo terminal, as script(1) makes one, that runs top and then says how the terminal is.
class Shell extends Process {
  constructor(t, args, size = 'rows 30 columns 100') {
    const command = `stty ${size}; stty -g; '${binary}' top ${args}; echo "status $?"; stty -g; echo over`;
    super('script', ['-qfec', command, path.join(temporaryDirectory(t), 'typescript')], {stdio: ['pipe', 'pipe', 'pipe'], env: {...process.env, TERM: 'xterm', SHELL: '/bin/sh'}});
    defer(t, () => this.stop('SIGKILL'));
  }

  get top() {
    return until(() => descendants(this.pid).find(({name}) => name.startsWith('sse-worker-top'))?.pid, 'top runs');
  }

  shows(pattern, ms = 10_000) {
    return until(() => pattern.test(shown(this.stdout)), `the screen shows ${pattern}: ${this.stdout}`, ms);
  }

  // Its exit status, once the terminal is as it was before.
  async left() {
    await this.says('stdout', /over\r?\n/, 10_000);
    const after = this.stdout.slice(this.stdout.lastIndexOf(left) + left.length);
    const [, status, settingsAfter] = /status (\d+)\r?\n(\S+)\r?\n/.exec(after);
    const [settingsBefore] = this.stdout.split(/\r?\n/);
    assert.equal(settingsAfter, settingsBefore);
    assert.equal(this.stdout.split(entered).length, this.stdout.split(left).length);
    return Number(status);
  }
}

test('in a terminal', async (t) => {
  const hub = await startHub(t, settings);
  await hub.read({topic: 'a'});

  await t.test('it shows what happens, and q ends it', async (of) => {
    const shell = new Shell(of, address(hub));
    await shell.shows(/^sse-worker top {2}http:\/\/127\.0\.0\.1:\d+\/events {2}2\d{3}-/);
    await shell.shows(/^streams {5}2 of 20,000 \(0\.0 %\), from \d addresses$/m);
    await shell.shows(/^store {7}ok$/m);
    await until(async () => {
      await hub.publish({topic: 'a', data: 'x'});
      return /^published {3}([1-9]|0\.[1-9]).*\/s$/m.test(shown(shell.stdout)) && /^delivered {3}([1-9]|0\.[1-9])/m.test(shown(shell.stdout));
    }, 'rates', 10_000);
    await shell.shows(/^publish {5}p50 .* ms, p99/m);
    await shell.shows(/^age {9}[01] < 1 min, [01] < 10 min, 0 < 1 h, 0 < 1 day, 0 older$/m);
    await shell.shows(/^waiting {5}0 B in the worker for 0 connections, \d.* in sockets$/m);
    await until(async () => {
      await hub.publish({topic: 'a', data: 'x'});
      return /^delivery {4}p50 .*s, p99/m.test(shown(shell.stdout)) && /^busiest {5} *\d+\.\d\/s {2}a$/m.test(shown(shell.stdout));
    }, 'deliveries and the busiest topic', 20_000);
    shell.stdin.write('q');
    assert.equal(await shell.left(), 0);
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
    await t.test(`${signal} ends it`, async (of) => {
      const shell = new Shell(of, address(hub));
      await shell.shows(/^streams/m);
      process.kill(await shell.top, signal);
      assert.equal(await shell.left(), 0);
    });
  }
  await t.test('Ctrl-C ends it', async (of) => {
    const shell = new Shell(of, address(hub));
    await shell.shows(/^streams/m);
    // The shell would end with it.
    shell.stdin.write('\x03');
    await until(() => shell.stdout.includes(left), 'the terminal is left');
  });
  await t.test('a small one gets what fits', async (of) => {
    const shell = new Shell(of, address(hub), 'rows 4 columns 20');
    await shell.shows(/^streams/m);
    const lines = shown(shell.stdout).split('\n');
    assert.ok(lines.length <= 4, shown(shell.stdout));
    assert.ok(lines.every((line) => [...line].length <= 20), shown(shell.stdout));
    shell.stdin.write('q');
    assert.equal(await shell.left(), 0);
  });
  await t.test('it follows the size', async (of) => {
    const shell = new Shell(of, address(hub));
    await shell.shows(/^memory/m);
    const terminal = fs.readlinkSync(`/proc/${await shell.top}/fd/0`);
    assert.equal((await run('stty', ['-F', terminal, 'rows', '3', 'columns', '15'])).code, 0);
    await until(() => shown(shell.stdout).split('\n').length === 3 && /^sse-worker top $/m.test(shown(shell.stdout)), 'the smaller screen');
    shell.stdin.write('q');
    assert.equal(await shell.left(), 0);
  });
  await t.test('the worker goes away, and comes back', async (of) => {
    const shell = new Shell(of, address(hub));
    await shell.shows(/^streams/m);
    await hub.restart(settings);
    await until(() => /connecting again|worker is away/.test(shell.stdout), 'it says so');
    // The figures of before stay on the screen meanwhile, with the reason in the second line.
    await until(() => {
      const screen = shown(shell.stdout);
      return /^\n?streams {5}1 of/m.test(screen) && screen.split('\n')[1] === '';
    }, 'the figures of the next one, and no reason', 10_000);
    shell.stdin.write('q');
    assert.equal(await shell.left(), 0);
  });
});

test('without a terminal', async (t) => {
  const key = 'a key of 16 letters';
  const hub = await startHub(t, {...settings, publish: {key}, stats: {allowed: 'nobody', interval_seconds: 1}});
  const open = await startHub(t, settings);

  await t.test('a line a second', async (of) => {
    const top = new Process(binary, ['top', address(open)]);
    defer(of, () => top.stop());
    await top.says('stdout', /^(time=\S+ streams=1 published_per_second=\d+\.\d delivered_per_second=.* memory_bytes=[1-9]\d+ store="(ok|unknown)"\n){3}/, 10_000);
    assert.equal(top.stderr, '');
    top.kill('SIGTERM');
    assert.deepEqual(await top.exited(), {code: 0, signal: null});
  });
  await t.test('nobody reads it any more', async () => {
    const {code} = await run('bash', ['-c', `'${binary}' top ${address(open)} | head -n 1 >/dev/null; exit \${PIPESTATUS[0]}`], {ms: 15_000});
    assert.equal(code, 0);
  });
  await t.test('--once', async () => {
    const {code, stdout, stderr} = await run(binary, ['top', address(open), '--once'], {ms: 15_000});
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^sse-worker top .*\n\nstreams .*\n/);
    assert.match(stdout, /^store {7}ok\nmemory .* cores\n$/m);
    assert.ok(!stdout.includes('\x1b'));
  });
  await t.test('it is refused', async () => {
    const refused = await run(binary, ['top', address(hub)], {ms: 15_000});
    assert.deepEqual([refused.code, refused.stdout], [1, '']);
    assert.match(refused.stderr, /^sse-worker top: status 403/);
    const lost = await run(binary, ['top', `http://127.0.0.1:${open.port}/nothing`], {ms: 15_000});
    assert.deepEqual([lost.code, lost.stderr], [1, 'sse-worker top: status 404\n']);
  });
  await t.test('nobody is there', async () => {
    const {code, stderr} = await run(binary, ['top', '--once', `http://127.0.0.1:${await freePort()}`], {ms: 15_000});
    assert.equal(code, 1);
    assert.match(stderr, /^sse-worker top: Failed to connect/);
  });
  await t.test('mistakes', async () => {
    for (const [args, sentence] of [
      [['--onse'], '--onse is not an option; did you mean --once?'],
      [['push.example.org'], "the URL must begin with https:// or http://, not 'push.example.org'"],
      [['http://x', 'y'], 'y is one argument too many'],
      [['--key-file'], '--key-file needs a value: --key-file FILE'],
    ]) {
      const {code, stderr} = await run(binary, ['top', ...args]);
      assert.deepEqual([code, stderr], [2, `sse-worker top: ${sentence}\nRun sse-worker top --help for help.\n`]);
    }
    const {stdout} = await run(binary, ['top', '--help']);
    assert.deepEqual(stdout.split('\n').filter((line) => line.length > 80), []);
  });
});
