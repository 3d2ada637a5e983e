// The bounds as the shipped files have them: what hostile clients go for, and what the bound on memory is worked out from.
import fs from 'node:fs';

const read = (name) => fs.readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');
const yaml = read('config/sse-worker.yaml');
const bytes = ([, count, unit]) => Number(count) * {k: 1024, m: 1024 * 1024}[unit];

// A number in the worker's configuration, or `otherwise` where it has no such key.
export function shipped(key, otherwise) {
  const found = new RegExp(`^ +${key}: (\\d+)`, 'm').exec(yaml);
  return found ? Number(found[1]) : otherwise;
}

// The body that nginx lets through to /events, and the longest line of a head that it reads, without a setting 8 KiB.
const events = read('deploy/nginx/sse-worker.events.conf');
export const nginxBody = bytes(/client_max_body_size (\d+)([km])/.exec(events));
export const nginxLine = bytes(/large_client_header_buffers \d+ (\d+)([km])/.exec(read('deploy/nginx/sse-worker.site.conf')) ?? ['', 8, 'k']);

// Topics of 1,024 bytes that fit such a line.
export const topicsPerLine = Math.floor((nginxLine - 'GET /events? HTTP/1.1'.length) / ('topic=&'.length + 1024));
