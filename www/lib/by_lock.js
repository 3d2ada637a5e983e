// One stream for all tabs without a SharedWorker: the tab that holds a lock reads and tells the others over a channel. When it
// goes, for whatever reason, the browser gives the lock to the next tab, which goes on from its own cursor.

import {Follower} from './follower.js';
import {Leader, randomId} from './leader.js';

const version = 3; // of the messages: pages of another version share among themselves
const answerMsMax = 8000;

// token(), credential: of this tab. on: event(event), gap(data), state(state), failed(): the tab that has the lock does not answer.
// Returns { cursor, close(), retry(), wake() }.
export function joinByLock({env, subscription, token, credential, on}) {
  const name = `sse-worker ${version} ${subscription.key}`;
  const channel = new env.BroadcastChannel(name);
  const leaving = new AbortController();
  const me = randomId();
  let leader = null;

  const ask = () => channel.postMessage({what: 'hello', from: me});
  const follower = new Follower({env, subscription, credential, on, ask});

  channel.addEventListener('message', ({data: message}) => {
    if (leaving.signal.aborted) return;
    if (message.what === 'retry' || message.what === 'wake') leader?.[message.what]();
    else if (message.what === 'hello') {
      if (leader) channel.postMessage({what: 'welcome', to: message.from, place: leader.place, state: leader.state});
    } else if (leader) return; // what the leader before had still to say is read again
    else if (message.what === 'leads' || (message.what === 'welcome' && message.to === me)) follower.join(message.place, message.state);
    else if (message.what !== 'welcome') follower.hear(message);
  });

  ask();
  const late = env.setTimeout(() => {
    if (leaving.signal.aborted || follower.term > 0) return;
    close();
    on.failed();
  }, answerMsMax);
  env.navigator.locks.request(name, {signal: leaving.signal}, () => {
    if (leaving.signal.aborted) return undefined;
    leader = new Leader({
      env,
      token,
      subscription: {...subscription, cursor: follower.cursor},
      after: follower.place,
      since: follower.term,
      tell(message) {
        channel.postMessage(message);
        follower.hear(message);
      },
    });
    follower.join(leader.place);
    channel.postMessage({what: 'leads', place: leader.place});
    leader.start();
    return new Promise((gone) => { leaving.signal.addEventListener('abort', gone); });
  }).catch(() => {}); // the signal's doing

  const toLeader = (what) => (leader ? leader[what]() : channel.postMessage({what}));
  function close() {
    env.clearTimeout(late);
    leaving.abort();
    leader?.close();
    follower.close();
    channel.close();
  }

  return {
    get cursor() { return follower.cursor; },
    close,
    retry: () => toLeader('retry'),
    wake: () => toLeader('wake'),
  };
}
