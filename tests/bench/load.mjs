// Runs the load client, and returns its report.
import { once } from 'node:events';
import { join } from 'node:path';
import { build, start } from './processes.mjs';

export async function load(...args) {
  const client = start(join(build, 'sse-load'), args.map(String));
  let out = '';
  client.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  const [code] = await once(client, 'close');
  if (code !== 0) throw new Error(`sse-load ended with ${code}`);
  return JSON.parse(out);
}

// Arguments that make it watch processes, by role.
export const watching = (pids) =>
  Object.entries(pids).flatMap(([role, all]) => all.flatMap((pid) => ['--watch-pid', `${role}=${pid}`]));
