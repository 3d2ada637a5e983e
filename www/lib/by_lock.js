// One stream for all tabs without a SharedWorker: the tab that holds a lock reads and tells the others. When it goes, however
// it goes, the lock falls to the next, which begins at the last event that it has heard of.

import { Stream } from './stream.js';

export function joinByLock(subscription, on) {
  const { key, path, topics, names } = subscription;
  const channel = new BroadcastChannel(`sse-worker ${key}`);
  const leaving = new AbortController();
  let { cursor } = subscription;
  let stream = null; // while this tab leads
  let state = ['connecting', {}];

  const tell = (what, ...rest) => {
    if (leaving.signal.aborted) return;
    if (what === 'event' && rest[0].id) cursor = rest[0].id;
    if (what === 'state') state = rest;
    on[what](...rest);
  };
  const tellAll = (...what) => {
    channel.postMessage(what);
    tell(...what);
  };

  channel.addEventListener('message', ({ data: [what, ...rest] }) => {
    if (what === 'hello') {
      if (stream) channel.postMessage(['welcome', rest[0], stream.cursor, now(state)]);
    } else if (what === 'welcome') {
      if (rest[0] !== me) return;
      cursor ??= rest[1];
      tell('joined', rest[1]);
      tell('state', ...rest[2]);
    } else if (what === 'retry') stream?.retry();
    else if (!stream) tell(what, ...rest); // a leader knows what it said, and what the one before had still to say it will read
  });

  const me = crypto.getRandomValues(new Uint32Array(4)).join('-');
  channel.postMessage(['hello', me]);
  navigator.locks.request(`sse-worker ${key}`, { signal: leaving.signal }, () => {
    tell('joined', cursor);
    stream = new Stream({
      path, topics, names, cursor,
      onEvent: (event) => tellAll('event', event),
      onGap: (data) => tellAll('gap', data),
      onState: (name, { untilMs, problem }) => tellAll('state', name, { inMs: untilMs && untilMs - performance.now(), untilMs, problem }),
    });
    return new Promise((gone) => { leaving.signal.addEventListener('abort', gone); });
  }).catch(() => {});

  return {
    close() {
      leaving.abort();
      stream?.close();
      channel.close();
    },
    retry: () => (stream ? stream.retry() : channel.postMessage(['retry'])),
  };
}

// A state as it is by now: what is left of waiting has become less.
function now([name, { untilMs, problem }]) {
  return [name, { inMs: untilMs && Math.max(0, untilMs - performance.now()), problem }];
}
