// The measurements of the greeting stream. Each round takes them without and with silent FastCGI peers, one after the other,
// each on a fresh stack, so that a change of the machine's mood meets both.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { join } from 'node:path';
import { Stack, build, load } from './stack.mjs';
import { conditions, figures } from './figures.mjs';
import { printTable } from './table.mjs';

const rounds = Number(process.env.ROUNDS || 3);
const streams = 5000;
const probes = 500;
const silent = 1000;
const results = join(build, 'bench');

function pressure(stack, condition) {
  return condition === 'silent' ? ['--silent-fcgi', stack.socket, '--silent', silent] : [];
}

async function withStack(config, measure) {
  const stack = await Stack.start(config);
  try {
    const url = `${stack.origin}/events`;
    // The first requests bring in code and allocator pages that are no stream's cost.
    await load('--url', url, '--streams', 100, '--until', 'first');
    const report = await measure(stack, url);
    if (Object.keys(report.streams.errors).length > 0) report.nginx_complaints = stack.complaints();
    return report;
  } finally {
    await stack.stop();
  }
}

// As fast as they are answered; held; then newcomers one by one.
const opened = (condition) => withStack(join(results, 'held.yaml'), (stack, url) => load(
  '--url', url, '--streams', streams, '--after-open', probes, '--probe-interval', '10ms', '--until', 'first', '--duration', '30s',
  ...pressure(stack, condition), ...stack.watched()));

// The shipped configuration: opened at the asked rate, read to the end.
const lived = (condition) => withStack(undefined, (stack, url) => load(
  '--url', url, '--streams', streams, '--rate', 3000, '--until', 'end', '--duration', '30s',
  ...pressure(stack, condition), ...stack.watched()));

function machine() {
  const version = (command, ...args) => execFileSync('sh', ['-c', `${[command, ...args].join(' ')} 2>&1`]).toString().trim();
  return {
    cpus: `${cpus().length} x ${cpus()[0].model}`,
    kernel: release(),
    nginx: version('PATH=$PATH:/usr/sbin', 'nginx', '-v').replace(/^.*nginx\//, ''),
    worker: version(join(build, 'sse-worker'), '--version'),
    load_average_before: loadavg()[0],
  };
}

for (const name of ['sse-worker', 'sse-load']) {
  if (!existsSync(join(build, name))) {
    console.error(`run: there is no ${join(build, name)}; make build makes it`);
    process.exit(1);
  }
}
mkdirSync(results, { recursive: true });
// Long enough that all are open together however slowly they open.
writeFileSync(join(results, 'held.yaml'), 'greeting:\n  interval_seconds: 2\n  duration_seconds: 60\n');

const document = { machine: machine(), rounds: [] };
for (let round = 1; round <= rounds; ++round) {
  const taken = {};
  for (const condition of Object.keys(conditions)) {
    process.stderr.write(`round ${round} of ${rounds}, ${conditions[condition]}\n`);
    taken[condition] = { opened: await opened(condition), lived: await lived(condition) };
  }
  document.rounds.push(taken);
}
document.machine.load_average_after = loadavg()[0];
document.figures = figures(document.rounds);
document.reached = document.figures.every((figure) => figure.reached !== false);
writeFileSync(join(results, 'greeting.json'), `${JSON.stringify(document, null, 2)}\n`);
printTable(document, join(results, 'greeting.json'));
process.exitCode = document.reached ? 0 : 1;
