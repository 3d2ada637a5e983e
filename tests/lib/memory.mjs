// What a process takes of the machine's memory, in MiB.
import fs from 'node:fs';

export function residentMiB(pid) {
  const [, kib] = /^VmRSS:\s+(\d+) kB/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(kib) / 1024;
}

// A sanitizer holds on to what was freed, so that its memory says nothing about the program's.
export const sanitized = (pid) => /lib[at]san/.test(fs.readFileSync(`/proc/${pid}/maps`, 'utf8'));
