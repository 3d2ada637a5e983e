// `sse-worker probe`, run to its end: its rows by the name of their check.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {binary} from './places.mjs';
import {run} from './process.mjs';

// AddressSanitizer takes terabytes of address space.
const sanitized = () => fs.readFileSync(`${binary}-probe`).includes('libasan');

const signs = {ok: '✓', wrong: '✗', unchecked: '–'};

// {code, rows, json, stderr}; a row is {result, found, changes, milliseconds}. It may take `ms`, and `kilobytes` of address space.
export async function probe(args, {ms = 20_000, env = {}, kilobytes = 'unlimited'} = {}) {
  const limited = ['-c', 'ulimit -v "$0"; exec "$@"', sanitized() ? 'unlimited' : String(kilobytes), binary, 'probe', ...args, '--json'];
  const {code, stdout, stderr} = await run('bash', limited, {ms, env: {...process.env, ...env}});
  assert.ok(stdout, `exit ${code}: ${stderr}`);
  const json = JSON.parse(stdout);
  assert.equal(code, json.ok ? 0 : 1);
  return {code, stderr, json, rows: Object.fromEntries(json.checks.map(({check, ...row}) => [check, row]))};
}

// What is wrong, as {check: found}.
export const wrongs = ({rows}) => Object.fromEntries(Object.entries(rows).filter(([, {result}]) => result === 'wrong').map(([check, {found}]) => [check, found]));

// The checks that are wrong are these, each with a sentence and, among the lines to change, one that matches.
export function assertWrong(seen, expected) {
  assert.deepEqual(Object.keys(wrongs(seen)), Object.keys(expected), JSON.stringify(seen.json, null, 1));
  for (const [check, [sentence, line]] of Object.entries(expected)) {
    assert.match(seen.rows[check].found, sentence, check);
    const changes = seen.rows[check].changes.map((change) => `${change.file}: ${change.line}`);
    assert.ok(changes.some((change) => line.test(change)), `${check}: ${changes.join('\n')}`);
  }
  assert.equal(seen.code, Object.keys(expected).length > 0 ? 1 : 0);
}

// The table has the same rows as the JSON.
export async function assertSameTable(args, {rows}, options) {
  const {stdout} = await run(binary, ['probe', ...args], options);
  const shown = stdout.split('\n').filter((line) => /^[✓✗–] /.test(line));
  assert.deepEqual(shown.map((line) => line[0]), Object.values(rows).map(({result}) => signs[result]), stdout);
  assert.equal((stdout.match(/^ +→ /gm) ?? []).length, Object.values(rows).flatMap(({changes = []}) => changes).length, stdout);
}
