// A stack of its own for each measurement. What the worker logs is shown, not kept.
import {Stack} from '../lib/stack.mjs';

// `config`: the worker's configuration file, or none for the shipped one. `where`: `program` and `tree` of another build.
export const startStack = (config, where) => Stack.start({config, ...where, stderr: 'inherit'});

// The report of one measurement on a fresh stack that was warmed up; with what nginx said where streams failed.
export async function withStack(config, warm, measure, where) {
  const stack = await startStack(config, where);
  try {
    await warm(stack);
    const report = await measure(stack);
    if (Object.keys(report.streams.errors).length > 0) report.nginx_complaints = stack.complaints();
    return report;
  } finally {
    await stack.stop();
  }
}
