// Waiting for conditions under a deadline. Nothing in these tests waits for a fixed time and hopes.
import {setTimeout as pause} from 'node:timers/promises';
import {performance} from 'node:perf_hooks';

export const now = () => performance.now();

// Deadlines are given as a quiet machine needs them at most; one with other work gets as much more.
const patience = 4;

// Asks `condition` again and again until it gives a truthy value, which is returned. For things that send no
// signal when they change: a file, a process table, a metric.
export async function until(condition, what, ms = 5000) {
  const deadline = now() + ms * patience;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (now() > deadline) throw new Error(`not within ${ms * patience} ms: ${what}`);
    await pause(10);
  }
}

// For what is measured in time: a busy machine may disturb it once or twice, what is wrong is wrong each time.
export async function undisturbed(measure, attempts = 5) {
  for (let attempt = 1; ; ++attempt) {
    try {
      return await measure();
    } catch (error) {
      if (attempt === attempts) throw error;
    }
  }
}

// The promise's outcome, or an error once `ms` have passed.
export function within(promise, what, ms = 5000) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms * patience} ms: ${what}`)), ms * patience);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// A place where things happen: whoever changes a state calls `changed`, whoever depends on it waits with
// `when`.
export class Signal {
  #waiting = new Set();

  changed() {
    for (const look of [...this.#waiting]) look();
  }

  when(condition, what, ms = 5000) {
    return new Promise((resolve, reject) => {
      const look = () => {
        let value;
        try {
          value = condition();
        } catch (error) {
          return settle(reject, error);
        }
        if (value) settle(resolve, value);
      };
      const text = () => `not within ${ms * patience} ms: ${typeof what === 'function' ? what() : what}`;
      const timer = setTimeout(() => settle(reject, new Error(text())), ms * patience);
      const settle = (outcome, value) => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        outcome(value);
      };
      this.#waiting.add(look);
      look();
    });
  }
}
