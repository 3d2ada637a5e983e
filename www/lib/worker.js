// The SharedWorker: a stream for each subscription that some tab has, and who is to hear of it.

import { Stream } from './stream.js';

const shared = new Map(); // by key: { stream, ports, last: what a newcomer is told }

addEventListener('connect', ({ ports: [port] }) => {
  let mine = null;
  const leave = () => {
    if (!mine) return;
    mine.ports.delete(port);
    if (mine.ports.size === 0) {
      mine.stream.close();
      shared.delete(mine.key);
    } else {
      tellAll(mine, 'tabs', mine.ports.size);
    }
    mine = null;
  };
  port.addEventListener('message', ({ data: [what, ...rest] }) => {
    if (what === 'join') {
      const [subscription, lock] = rest;
      mine = join(subscription, port);
      navigator.locks.request(lock, leave); // ours once the tab has let go of it
    } else if (what === 'leave') leave();
    else if (what === 'retry') mine?.stream.retry();
  });
  port.start();
});

function join(subscription, port) {
  const { key, cursor } = subscription;
  const known = shared.get(key);
  const mine = known ?? open(subscription, port);
  if (known) {
    mine.ports.add(port);
    port.postMessage(['joined', mine.stream.cursor]);
    port.postMessage(mine.state());
  } else {
    port.postMessage(['joined', cursor]);
  }
  tellAll(mine, 'tabs', mine.ports.size);
  return mine;
}

function open({ key, path, topics, names, cursor }, port) {
  const mine = { key, ports: new Set([port]), stream: null, state: () => ['state', 'connecting', {}] };
  shared.set(key, mine);
  mine.stream = new Stream({
    path, topics, names, cursor,
    onEvent: (event) => tellAll(mine, 'event', event),
    onGap: (data) => tellAll(mine, 'gap', data),
    onState(state, { untilMs, problem }) {
      // Each of them has a clock of its own: what is left is told, not when it ends.
      mine.state = () => ['state', state, { inMs: untilMs && untilMs - performance.now(), problem }];
      tellAll(mine, ...mine.state());
    },
  });
  return mine;
}

function tellAll({ ports }, ...what) {
  for (const port of ports) port.postMessage(what);
}
