// Reconnect storm: all readers of a worker that is restarted come back at once, each with its cursor. The worker ends them
// together (drain_seconds: 0), and they wait half a second to a second, so that they meet the new one and not its absence:
// what is measured is how fast it takes them, from when it listens. Meanwhile events keep being published: who is back
// gets what it missed.
import {connect} from 'node:net';
import {once} from 'node:events';
import {setTimeout as pause} from 'node:timers/promises';
import {load, watching} from './load.mjs';
import {writeConfig} from './results.mjs';

const readers = 5000;
const settings = 'drain_seconds: 0\nstreams:\n  retry_seconds: 0.5\n  retry_jitter_seconds: 0.5\n';
const config = () => writeConfig('storm', settings);

const openStreams = async (stack) => {
  const text = await (await fetch(`${stack.origin}/metrics`)).text();
  return Number(text.match(/^sse_worker_streams (\d+)/m)?.[1] ?? 0);
};

const listens = async (stack) => {
  const socket = connect(stack.socket);
  const connected = await once(socket, 'connect').then(() => true, () => false);
  socket.destroy();
  return connected;
};

// The moment is that of the same clock as the load client's.
async function until(condition, what) {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await pause(5)) {
    if (await condition()) return process.hrtime.bigint();
  }
  throw new Error(`storm: waited 20 s until ${what}`);
}

async function restart(stack, count) {
  await until(async () => (await openStreams(stack)) >= count, `${count} streams were open`);
  await pause(1000);
  const [before] = stack.pids.worker;
  process.kill(before, 'SIGTERM');
  const restarted = () => stack.pids.worker.some((pid) => pid !== before);
  return until(async () => restarted() && (await listens(stack)), 'the worker listened again');
}

// `query`: what the readers have in their address beside the topic; `count`: how many there are. `more`: lines for `streams:` and below.
export const stormConfig = (more) => writeConfig('storm-access', settings + more);
export async function measure({stack, pids}, query = '', count = readers) {
  const [report, listening] = await Promise.all([
    load('--url', `${stack.events}${query}`, '--streams', count, '--topic', 'news', '--reconnect', '--publish-rate', 5,
      '--publish-for', '10s', '--duration', '25s', ...watching({nginx: pids.nginx})),
    restart(stack, count),
  ]);
  const back = BigInt(report.streams.last_opened_at_ns) - listening;
  const {errors} = report.streams;
  report.storm = {
    back_seconds: report.deliveries.reconnects >= count ? Number(back) / 1e9 : NaN,
    reconnects: report.deliveries.reconnects,
    // What reached a reader other than a stream, or its end; and connections that nobody took.
    refused: Object.keys(errors).filter((name) => name.startsWith('status_') || name === 'connect_refused')
      .reduce((sum, name) => sum + errors[name], 0),
  };
  return report;
}

export const storm = {
  title: `${readers.toLocaleString('en-US')} readers come back after the worker was restarted`,
  systems: ['worker'],
  shown: ['back', 'refused', 'open', 'p99', 'others'],
  config,
  measure,
  streamsEnd: true,
};
