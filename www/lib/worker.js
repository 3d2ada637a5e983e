// The SharedWorker.

import {WorkerStreams} from './worker_streams.js';

const streams = new WorkerStreams(globalThis);
addEventListener('connect', ({ports: [port]}) => streams.connect(port));
