// The scenarios of the comparison: which systems take part, the arguments of the load client for one of them, and what is
// shown. Whoever has batches gets them where publishing is not what is measured. `tls`: streams are read over TLS; `reading`: how
// they are read, if not over HTTP/1.1.
import {storm} from './storm.mjs';

const batch = (system, events) => ['--publish-batch', system.batches ? events : 1];
const fanOut = ['rate', 'p50', 'p99', 'cpu', 'worker', 'nginx', 'client', 'others'];
const proxied = ['worker', 'floor'];
const pushing = [...proxied, 'nchan'];
const everyone = [...pushing, 'pushpin', 'express', 'websocket', 'longpoll'];

const encrypted = (title, reading) => ({
  title: `over TLS, ${title}: 1,000 readers of one topic, 100 bytes, 50 events/s, one a request`,
  systems: ['worker', 'nchan'],
  tls: true,
  reading,
  shown: ['rate', 'p50', 'p99', 'cpu', 'worker', 'nginx', 'memory', 'client', 'others'],
  of: () => ['--streams', 1000, '--topic', 'news', '--publish-rate', 50, '--publish-for', '5s'],
});

export const scenarios = {
  saturated: {
    title: '1,000 readers of one topic, 100 bytes, as fast as it goes',
    systems: [...everyone, 'express_single'],
    shown: fanOut,
    of: (system) => ['--streams', 1000, '--topic', 'news', '--publish-for', '4s', ...batch(system, 20),
      '--publish-connections', 4, '--ahead', system.ahead],
  },
  steady: {
    title: '1,000 readers of one topic, 100 bytes, 50 events/s, one a request',
    systems: everyone,
    shown: fanOut,
    of: () => ['--streams', 1000, '--topic', 'news', '--publish-rate', 50, '--publish-for', '5s'],
  },
  many: {
    title: '8,000 readers of one topic, 100 bytes, 1 event/s',
    systems: pushing,
    shown: ['p50', 'p99', 'cpu', 'worker', 'nginx', 'memory', 'worker_memory', 'base', 'open', 'others'],
    of: () => ['--streams', 8000, '--topic', 'news', '--publish-rate', 1, '--publish-for', '6s'],
  },
  topics: {
    title: '100 topics with 80 readers each, 100 bytes, 250 events/s, one a request',
    systems: pushing,
    shown: fanOut,
    of: () => ['--streams', 8000, '--topic', 'room/{n}', '--topics', 100, '--publish-rate', 250, '--publish-for', '5s',
      '--publish-connections', 8],
  },
  wide: {
    title: 'one reader of 100 topics, 100 bytes, 2,000 events/s',
    systems: pushing,
    shown: fanOut,
    of: (system) => ['--streams', 1, ...Array.from({length: 100}, (_, n) => ['--topic', `room/${n}`]).flat(),
      '--publish-rate', 2000, '--publish-for', '4s', ...batch(system, 20), '--publish-connections', 8],
  },
  large: {
    title: '1,000 readers of one topic, 16 KiB, 10 events/s',
    systems: pushing,
    shown: fanOut,
    of: () => ['--streams', 1000, '--topic', 'news', '--payload', 16384, '--publish-rate', 10, '--publish-for', '5s'],
  },
  tokens: {
    title: '2,000 topics with one reader each, 48 bytes, 20 events/s in each',
    systems: proxied, // one request for each of 40,000 events/s is more than this machine can ask
    shown: fanOut,
    of: (system) => ['--streams', 2000, '--topic', 'answer/{n}', '--payload', 48, '--publish-rate', 40_000,
      '--publish-for', '4s', ...batch(system, 100)],
  },
  singles: {
    title: 'publishing alone, one event a request',
    systems: [...pushing, 'express'],
    shown: ['published', 'answer', 'cpu', 'worker', 'nginx', 'client', 'others'],
    of: () => ['--streams', 0, '--topic', 'news', '--publish-for', '3s', '--publish-connections', 16],
  },
  batches: {
    title: 'publishing alone, 400 events a request',
    systems: [...proxied, 'express'],
    shown: ['published', 'answer', 'cpu', 'worker', 'nginx', 'client', 'others'],
    // 400 are just below the 64 KiB up to which nginx keeps a body in memory.
    of: () => ['--streams', 0, '--topic', 'news', '--publish-for', '3s', '--publish-batch', 400, '--publish-connections', 8],
  },
  tls: encrypted('HTTP/1.1', []),
  tls_http2: encrypted('HTTP/2 with one stream a connection', ['--http2']),
  tls_http2_ten: encrypted('HTTP/2 with ten streams a connection', ['--http2', '--streams-per-connection', 10]),
  tls_saturated: {
    ...encrypted('HTTP/1.1', []),
    title: 'over TLS, HTTP/1.1: 1,000 readers of one topic, 100 bytes, as fast as it goes',
    of: (system) => ['--streams', 1000, '--topic', 'news', '--publish-for', '4s', ...batch(system, 20),
      '--publish-connections', 4, '--ahead', system.ahead],
  },
  storm,
};
