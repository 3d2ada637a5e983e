// sse-worker as it is shipped: deploy/local/run with its nginx files and its configuration.
import {startStack as start} from '../stack.mjs';
import {overTls} from './tls.mjs';

// A Stack as a running system. `where`: `program` and `tree` of another build, `server` for other locations.
export async function startStack(config, where) {
  const stack = await start(config, where);
  return {
    stack,
    events: stack.events,
    publish: `${stack.origin}/publish`,
    pids: stack.pids,
    complaints: () => stack.complaints(),
    stop: () => stack.stop(),
  };
}

async function startOverTls(config) {
  const {port, lines} = await overTls();
  const running = await startStack(config, {server: `${lines}include snippets/sse-worker.locations.conf;\n`});
  return {...running, events: `https://127.0.0.1:${port}/events`};
}

export const worker = {
  name: 'worker',
  title: 'sse-worker',
  batches: true,
  ahead: 70,
  start: (config, {tls = false} = {}) => (tls ? startOverTls(config) : startStack(config)),
};
