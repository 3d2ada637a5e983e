// The long form, `make soak`: says what it does, prints the table, and leaves the figures and the curves in build/soak.
import {mkdirSync, writeFileSync} from 'node:fs';
import {Scope} from '../lib/scope.mjs';
import {faults} from './faults.mjs';
import {chart, table} from './report.mjs';
import {soak} from './soak.mjs';

function positive(name, value) {
  if (Number.isInteger(value) && value > 0) return value;
  console.error(`run: ${name} is a whole number above 0`);
  return process.exit(2);
}
const seconds = positive('SECONDS', Number(process.env.SOAK_SECONDS ?? 3600));
const readers = positive('SOAK_READERS', Number(process.env.SOAK_READERS ?? 500));
const rate = process.env.SOAK_RATE && positive('SOAK_RATE', Number(process.env.SOAK_RATE));

const scope = new Scope();
let found;
try {
  found = await soak(scope, {seconds, readers, rate, say: (line) => process.stderr.write(`${line}\n`)});
} finally {
  await scope.close();
}
mkdirSync('build/soak', {recursive: true});
writeFileSync('build/soak/soak.json', `${JSON.stringify(found, null, 1)}\n`);
writeFileSync('build/soak/soak.svg', chart(found));
console.log(table(found));
const wrong = faults(found);
for (const sentence of wrong) console.error(`FAILED: ${sentence}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
