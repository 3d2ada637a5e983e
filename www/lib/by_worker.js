// One stream for all tabs by a SharedWorker, which lives as long as one of them does. A lock that the tab holds shows the
// worker when the tab is gone, and a lock that the worker holds shows the tab when the worker is gone.

import {Follower} from './follower.js';
import {randomId} from './leader.js';

const version = 3; // of the messages: pages of another version have a worker of their own
const answerMsMax = 8000;

// credential: of this tab; the worker asks for its tokens. on: event(event), gap(data), state(state), tabs(count), failed(): there is no
// such worker. Returns as joinByLock().
export function joinByWorker({env, subscription, credential, on}) {
  let life = new AbortController(); // of this tab's connection to one worker
  let port = null;
  let late = 0;

  const follower = new Follower({env, subscription, credential, on, ask: () => port.postMessage({what: 'hello'})});

  function start() {
    const worker = new env.SharedWorker(new URL('worker.js', import.meta.url), {type: 'module', name: `sse-worker streams ${version}`});
    life.abort(); // of the worker before, if there was one: its locks are of no use
    life = new AbortController();
    follower.close();
    const {signal} = life;
    const lock = `sse-worker tab ${randomId()}`;
    const mine = worker.port;
    port = mine;
    late = env.setTimeout(fail, answerMsMax);
    worker.addEventListener('error', fail);
    mine.addEventListener('message', ({data: message}) => {
      if (signal.aborted) return;
      if (message.what === 'welcome') welcome(message);
      else if (message.what === 'tabs') on.tabs(message.count);
      else if (message.what === 'token') give(mine, message.number, signal);
      else follower.hear(message);
    });
    mine.start();
    env.navigator.locks.request(lock, {signal}, () => {
      mine.postMessage({what: 'join', subscription: {...subscription, cursor: follower.cursor}, lock});
      return new Promise((gone) => { signal.addEventListener('abort', gone); });
    }).catch(() => {}); // the signal's doing
  }

  function welcome({place, state, alive}) {
    env.clearTimeout(late);
    follower.join(place, state);
    if (!alive) return;
    const {signal} = life;
    env.navigator.locks.request(alive, {signal, mode: 'shared'}, () => {
      if (!signal.aborted) start(); // the worker has died, which nothing else shows
    }).catch(() => {});
  }

  async function give(to, number, signal) {
    try {
      to.postMessage({what: 'token', number, token: await credential.fresh(signal)});
    } catch (error) {
      if (!signal.aborted && !error.passes) to.postMessage({what: 'token', number, problem: error.message});
    }
  }

  function fail() {
    if (life.signal.aborted) return;
    close();
    on.failed();
  }

  function close() {
    env.clearTimeout(late);
    port.postMessage({what: 'leave'});
    life.abort();
    follower.close();
  }

  start();
  return {
    get cursor() { return follower.cursor; },
    close,
    retry: () => port.postMessage({what: 'retry'}),
    wake: () => port.postMessage({what: 'wake'}),
  };
}
