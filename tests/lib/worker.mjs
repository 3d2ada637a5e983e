// The real worker on a socket of its own, started in each of the ways in which an operator starts it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {defer, temporaryDirectory} from './cleanup.mjs';
import {writeConfig} from './config.mjs';
import {fetch} from './fcgi.mjs';
import {Metrics} from './metrics.mjs';
import {binary} from './places.mjs';
import {Process} from './process.mjs';
import {until} from './wait.mjs';

// The base system has no `socat` and need not have Python, but it has Perl. Descriptors above $^F are closed
// by exec.
const passListener = `
  use Socket; use POSIX ();
  my ($path, @command) = @ARGV;
  $^F = 1000;
  socket(my $s, PF_UNIX, SOCK_STREAM, 0) || die "socket: $!";
  bind($s, pack_sockaddr_un($path)) && listen($s, 4096) || die "listen: $!";
  fileno($s) == 3 || POSIX::dup2(fileno($s), 3) // die "dup2: $!";
  @ENV{qw(LISTEN_PID LISTEN_FDS)} = ($$, 1);
  exec @command or die "exec: $!";`;

const starters = {
  'spawn-fcgi': ({socket, command}) => ['spawn-fcgi', ['-n', '-s', socket, '-b', '4096', '--', ...command]],
  'spawn-fcgi tcp': ({port, command}) => [
    'spawn-fcgi',
    ['-n', '-a', '127.0.0.1', '-p', String(port), '--', ...command],
  ],
  listen_fds: ({socket, command}) => ['perl', ['-e', passListener, socket, ...command]],
  systemd: ({socket, command}) => ['systemd-socket-activate', ['-l', socket, '--', ...command]],
  alone: ({command}) => [command[0], command.slice(1)],
};

// The same command under a limit of open files.
function limited(files, [program, args]) {
  if (!files) return [program, args];
  return ['bash', ['-c', `ulimit -n ${files}; exec "$0" "$@"`, program, ...args]];
}

export class Worker {
  constructor(t, process, address, directory) {
    Object.assign(this, {t, process, address, directory});
  }

  get pid() {
    return this.process.pid;
  }

  get descriptors() {
    return fs.readdirSync(`/proc/${this.pid}/fd`).length;
  }

  fetch(where, more) {
    return fetch(this.t, this.address, where, more);
  }

  async metrics() {
    const answer = await this.fetch('/metrics');
    assert.equal(answer.status, 200);
    return new Metrics(answer.text);
  }

  // Waits until the metrics satisfy `condition`, and returns them.
  measured(condition, what, ms) {
    return until(
      async () => {
        const metrics = await this.metrics();
        return condition(metrics) && metrics;
      },
      what,
      ms,
    );
  }

  async healthy() {
    const answer = await this.fetch('/healthz');
    assert.equal(answer.status, 200);
    assert.equal(answer.json.status, 'ok');
  }

  stop(signal, ms) {
    return this.process.stop(signal, ms);
  }
}

// Returns once the worker answers. Why it does not, it says itself before it ends; a socket that is not there
// yet, or that loses its owner under us, says nothing worth reporting.
async function ready(t, child, address, anyHealth) {
  await until(
    async () => {
      if (child.exit)
        throw new Error(`the worker did not start: ${JSON.stringify(child.exit)}\n${child.stderr}`);
      try {
        const {status} = await fetch(t, address, '/healthz', {ms: 15000});
        return status === 200 || (anyHealth && status === 503);
      } catch {
        return false;
      }
    },
    'the worker answers',
    15000,
  );
}

// Options: `by`, one of the starters; `config`, settings or the text of a file; `port` for TCP; `files`, the
// limit of open files; `wrap`, which makes another command of the worker's; `directory` and `socket` to place it beside something else; `anyHealth` takes
// one that says it is unhealthy, too. When the test ends the
// worker is asked to end and has to do so with 0, so that whatever a sanitizer found fails the test in which
// it was found.
export async function startWorker(
  t,
  {by = 'spawn-fcgi', config = {}, port, files, wrap, directory, socket, anyHealth = false} = {},
) {
  const home = directory ?? temporaryDirectory(t);
  const place = socket ?? path.join(home, 'w.sock');
  const own = [binary, '--config', writeConfig(home, config)];
  const command = wrap ? wrap(own) : own;
  const child = new Process(...limited(files, starters[by]({socket: place, port, command})));
  const address = port ? {host: '127.0.0.1', port} : place;
  defer(t, async () => {
    const {code, signal} = child.exit ?? (await child.stop());
    if (signal !== 'SIGKILL' || !child.insisted)
      assert.deepEqual({code, signal}, {code: 0, signal: null}, child.stderr);
  });
  await ready(t, child, address, anyHealth);
  return new Worker(t, child, address, home);
}
