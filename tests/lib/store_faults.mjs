// What an operator's disk does to a journal, for tests and drills: a small file system, a broken file, a file moved away.
import fs from 'node:fs';
import {defer} from './cleanup.mjs';
import {run} from './process.mjs';

// A file system of `bytes` at `directory`, or null where this user may not mount one.
export async function smallDisk(t, directory, bytes) {
  fs.mkdirSync(directory, {recursive: true});
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'sse-worker-test', directory]);
  if (mounted.code !== 0) return null;
  defer(t, () => run('umount', ['-l', directory]));
  return directory;
}

// What `store: {path}` consists of.
const files = (file) => ['', '-wal', '-shm'].map((ending) => file + ending).filter((each) => fs.existsSync(each));

export function moveAway(file) {
  for (const each of files(file)) fs.renameSync(each, `${each}.bad`);
}

export function overwrite(file, {at = 0, bytes = 65536} = {}) {
  const descriptor = fs.openSync(file, 'r+');
  const noise = Buffer.from(Array.from({length: bytes}, (_, n) => (n * 7919) >> 3));
  fs.writeSync(descriptor, noise, 0, bytes, at);
  fs.closeSync(descriptor);
}

// What the disk has of a log when the machine's power goes, and what shows that it went. The worker is dead.
export function endPower(file, {of = 0.5} = {}) {
  const log = `${file}-wal`;
  fs.truncateSync(log, Math.floor(fs.statSync(log).size * of));
  const witness = `${file}.lock`;
  const line = fs.readFileSync(witness, 'utf8');
  fs.writeFileSync(witness, line.replace(/[0-9a-f]{8}-/, '00000000-'));
}

export function truncate(file) {
  fs.truncateSync(file, Math.floor(fs.statSync(file).size / 2));
}
