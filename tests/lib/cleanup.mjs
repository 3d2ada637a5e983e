// What a test has opened is closed when it ends, the last one first: clients leave before the worker is
// stopped, the worker is stopped before its directory is removed.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const stacks = new WeakMap();

export function defer(t, action) {
  let stack = stacks.get(t);
  if (!stack) {
    stacks.set(t, (stack = []));
    t.after(() => unwind(stack));
  }
  stack.push(action);
}

// Every action runs, also after one has failed; the first failure is the one reported.
async function unwind(stack) {
  const failures = [];
  while (stack.length > 0) {
    try {
      await stack.pop()();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

// Short on purpose: the path of a Unix socket has to fit 108 bytes.
export function temporaryDirectory(t) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'sse-'));
  defer(t, () => fs.rmSync(directory, {recursive: true, force: true}));
  return directory;
}
