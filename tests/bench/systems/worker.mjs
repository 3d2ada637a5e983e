// sse-worker as it is shipped: deploy/local/run with its nginx files and its configuration.
import {startStack as start} from '../stack.mjs';

// A Stack as a running system. `where`: `program` and `tree` of another build.
export async function startStack(config, where) {
  const stack = await start(config, where);
  return {
    stack,
    events: stack.events,
    pids: stack.pids,
    complaints: () => stack.complaints(),
    stop: () => stack.stop(),
  };
}

export const worker = {
  name: 'worker',
  title: 'sse-worker',
  batches: true,
  ahead: 70,
  start: (config) => startStack(config),
};
