// Configuration files for the worker: plain objects become YAML in the shape in which the shipped file is
// written.
import fs from 'node:fs';
import path from 'node:path';

const scalar = (value) => (typeof value === 'string' ? JSON.stringify(value) : String(value));

export function yaml(settings, indent = '') {
  return Object.entries(settings)
    .map(([key, value]) =>
      typeof value === 'object'
        ? `${indent}${key}:\n${yaml(value, `${indent}  `)}`
        : `${indent}${key}: ${scalar(value)}\n`,
    )
    .join('');
}

// Stopping must not take the five seconds of the default; everything else is as shipped.
export const quick = {drain_seconds: 1};

// A stream that says something each second and does not end while a test looks at it.
export const endless = {message: 'Hello World', interval_seconds: 1, duration_seconds: 3600};

export function writeConfig(directory, settings) {
  const file = path.join(directory, 'sse-worker.yaml');
  fs.writeFileSync(file, typeof settings === 'string' ? settings : yaml({...quick, ...settings}));
  return file;
}
