// Long polling, for browsers that cannot read a stream while it comes, and for what a tab lacks when it joins others.

import {Refusal} from './answer.js';
import {refusal} from './stream_request.js';

const waitSeconds = 25;
const onTheWayMs = 15_000; // in addition to the time that the worker was asked to wait

class NotAPoll extends Error {
  problem = 'the answer is not one to a long poll';
}

// One request. The worker answers when there is something; otherwise at once or, with `waits`, after a while. Throws a
// Refusal, or another error where the answer is not the worker's, or does not come in time.
export async function poll(url, {env = globalThis, waits, signal, headers = {}}) {
  signal.throwIfAborted();
  const ending = new AbortController();
  const end = () => ending.abort();
  const seconds = waits ? waitSeconds : 0;
  const timer = env.setTimeout(end, seconds * 1000 + onTheWayMs);
  signal.addEventListener('abort', end);
  try {
    const answer = await env.fetch(`${url}&poll=${seconds}`, {signal: ending.signal, cache: 'no-store', headers});
    if (answer.status === 204) return {events: [], closed: true};
    if (!answer.ok) throw new Refusal(answer.status, await answer.text(), answer.headers.get('Retry-After'), env.Date.now());
    // nginx answers in the place of a worker that is down, with a stream; so does an application that hands over and drops `poll`.
    if (!answer.headers.get('Content-Type')?.startsWith('application/json')) throw new NotAPoll();
    return await answer.json();
  } finally {
    env.clearTimeout(timer);
    signal.removeEventListener('abort', end);
    end(); // and with it a body that nobody reads
  }
}

// Polls again and again. urlOf() gives the address from the present cursor, take(answer) moves it. Never throws; returns
// how it ended, in the words of readStream().
export async function readPolls(urlOf, {env, signal, headers, take}) {
  try {
    // The first answer comes at once, so that the page knows that there is a server, and where it is.
    for (let waits = false; !signal.aborted; waits = true) {
      const answer = await poll(urlOf(), {env, waits, signal, headers});
      if (signal.aborted) break;
      take(answer);
      if (answer.closed) return {what: 'ended'};
    }
    return {what: 'lost'};
  } catch (error) {
    return failure(error);
  }
}

// How an error of poll() ends a request, in the same words.
export const failure = (error) => (error instanceof Refusal ? refusal(error) : {what: 'lost', ...(error.problem && {problem: error.problem})});
