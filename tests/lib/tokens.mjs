// Tokens for readers, signed as an application signs them, and the settings with which a worker takes them.

import crypto from 'node:crypto';

const secret = 'a secret of thirty-two bytes or more';
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

// access: further keys of it. In JSON, which is YAML too.
export const readersOf = (access = {}) => JSON.stringify({
  access: {...access, tokens: {readers: {keys: [{secret, algorithm: 'HS256'}], leeway_seconds: 0}}},
  history: {topic_events_max: 100000},
});

// topics: what it opens. Valid for so many seconds; below 0 it has ended. claims: further ones.
export function readerToken(subject, topics, seconds = 600, claims = {}) {
  const exp = Math.floor(Date.now() / 1000) + seconds;
  const input = `${encode({alg: 'HS256', typ: 'JWT'})}.${encode({exp, sub: subject, jti: crypto.randomUUID(), sse: {subscribe: topics}, ...claims})}`;
  return `${input}.${crypto.createHmac('sha256', secret).update(input).digest('base64url')}`;
}
