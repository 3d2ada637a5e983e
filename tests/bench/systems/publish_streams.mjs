// The worker as publish streams see it: beside one request for each event, lines in a request that stays open, and the same lines over
// its local socket; with each store that events can be kept in.
import {join} from 'node:path';
import {writeConfig} from '../results.mjs';
import {redis, sqlite} from './stores.mjs';
import {worker} from './worker.mjs';

const socketFile = 'publish.sock'; // in the folder of the worker
const listening = `publish: {listen: ./${socketFile}}\n`;

export const post = {...worker, name: 'post', title: 'sse-worker, a request for each event'};

// `unanswered`: lines that may wait for their answers. Through nginx these must not be more than 128 KiB.
const over = (way, {url, unanswered}) => (store, title, start) => ({
  ...worker,
  name: [way, store].filter(Boolean).join('_'),
  title: `sse-worker, ${way === 'stream' ? 'publish streams' : 'the local socket'}${title}`,
  publishing: ['--publish-as', 'stream', '--publish-unanswered', unanswered],
  async start() {
    const running = await start();
    return {...running, publish: url(running)};
  },
});
// `answers`: at once, and not only when the publisher pauses.
const stream = over('stream', {url: ({stack}) => `${stack.origin}/publish/stream?answers=all`, unanswered: 1000});
const socket = over('socket', {url: ({stack}) => `unix:${join(stack.home, socketFile)}`, unanswered: 4000});

const stores = [
  ['', '', () => worker.start(writeConfig('publishing', listening))],
  ['sqlite', ', sqlite', () => sqlite.start(listening)],
  ['redis', ', redis', () => redis.start(listening)],
];
export const publishStreams = [stream, socket].flatMap((way) => stores.map((store) => way(...store)));
