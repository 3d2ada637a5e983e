// sse-worker as it is shipped: deploy/local/run with its nginx files and its configuration.
import { Stack } from '../stack.mjs';

// A Stack as a running system.
export async function startStack(...args) {
  const stack = await Stack.start(...args);
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
