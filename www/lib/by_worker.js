// One stream for all tabs by a SharedWorker, which lives as long as one of them. A lock that the tab holds tells the worker
// when it is gone, however it goes. on: state(state, details), event(event), gap(data), joined(cursor): there is
// a stream already, and it has come to this cursor.

export function joinByWorker(subscription, on) {
  const worker = new SharedWorker(new URL('worker.js', import.meta.url), { type: 'module', name: 'sse-worker streams' });
  const lock = `sse-worker tab ${crypto.getRandomValues(new Uint32Array(4)).join('-')}`;
  const leaving = new AbortController();
  worker.port.addEventListener('message', ({ data: [what, ...rest] }) => leaving.signal.aborted || on[what](...rest));
  worker.addEventListener('error', () => on.state('refused', { problem: 'The shared worker could not be started.' }));
  worker.port.start();
  navigator.locks.request(lock, { signal: leaving.signal }, () => {
    worker.port.postMessage(['join', subscription, lock]);
    return new Promise((gone) => { leaving.signal.addEventListener('abort', gone); });
  }).catch(() => {});
  return {
    close() {
      worker.port.postMessage(['leave']);
      leaving.abort();
    },
    retry: () => worker.port.postMessage(['retry']),
  };
}
