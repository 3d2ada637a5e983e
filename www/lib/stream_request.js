// One request for an event stream, read by fetch until it ends. EventSource would hide comments, retry times, frames without
// data, types that nobody listens to, the status and its headers.

import {Refusal, describe} from './answer.js';
import {FrameParser} from './frame_parser.js';
import {Watchdog, onWake} from './watchdog.js';

const silentMsMax = 45_000; // afterwards, unless the server has said how often it sends something
const heartbeatsMissed = 2.5;
const silentMsLeast = 1000;
const silentMsMost = 3_600_000;

// Whether a stream can be read while it comes. If not, there is polling.
export const canStream = ({ReadableStream, Response, TextDecoder}) =>
  typeof ReadableStream === 'function' && typeof TextDecoder === 'function' && 'body' in Response.prototype;

// The address for these topics and templates, to be read from after `cursor`. The path may have a query, as that of an application may.
export function address({path = '/events', topics = [], templates = []}, cursor) {
  const query = new URLSearchParams([...topics.map((topic) => ['topic', topic]), ...templates.map((template) => ['template', template])]);
  if (cursor) query.set('lastEventId', cursor);
  return `${path}${path.includes('?') ? '&' : '?'}${query}`;
}

// firstByteMs: how long the answer may take to begin. headers: besides Accept. Calls onFrames(frames, watchdog) for what each piece
// completes, and onBytes(count). Never throws. Returns how it ended:
//   { what: 'ended' }  204, or the server's `close`
//   { what: 'expired', reason }  the server's `expired`: the grant has ended ('expired'), or somebody has ended it ('revoked')
//   { what: 'refused', problem, status }  the same request would be refused again
//   { what: 'lost', problem, status, retryAfterMs, told, atOnce, unanswered }  everything else
// status: of an answer that is a refusal. told: the server itself ended it, and its delay counts. atOnce: the connection was
// dropped here, because it was dead, and the next may follow at once. unanswered: it was dropped here because no answer had
// begun.
// After an abort by `signal` the result means nothing.
export async function readStream(url, {env = globalThis, signal, firstByteMs, headers = {}, onFrames, onBytes = () => {}, onWatchdog = () => {}}) {
  const ending = new AbortController();
  const end = () => ending.abort();
  signal.addEventListener('abort', end);
  let heard = false;
  let why = {};
  const drop = (reason) => {
    why = reason;
    end();
  };
  const watchdog = new Watchdog({env, limitMs: firstByteMs, onSilent: () => drop(heard ? {atOnce: true} : {unanswered: true})});
  onWatchdog(watchdog);
  onWake(env, (online) => (online ? drop({atOnce: true}) : watchdog.check()), ending.signal);
  const hear = (bytes) => {
    if (!heard) watchdog.limitMs = silentMsMax;
    heard = true;
    watchdog.heard();
    onBytes(bytes.length);
  };
  try {
    const asked = env.fetch(url, {signal: ending.signal, cache: 'no-store', headers: {Accept: 'text/event-stream', ...headers}});
    const answer = await unlessAborted(asked, ending.signal);
    if (answer.status === 204) return {what: 'ended'};
    if (!answer.ok) {
      const text = await unlessAborted(answer.text(), ending.signal);
      return refusal(new Refusal(answer.status, text, answer.headers.get('Retry-After'), env.Date.now()));
    }
    if (!answer.headers.get('Content-Type')?.startsWith('text/event-stream')) {
      return {what: 'lost', problem: 'the answer is not an event stream'};
    }
    const last = await take(answer.body.getReader(), {hear, onFrames, watchdog, signal: ending.signal});
    if (!last) return {what: 'lost', told: true};
    return isEnd(last) ? {what: 'ended'} : {what: 'expired', reason: expiryOf(last)};
  } catch (error) {
    // The same frame would come again.
    if (error instanceof RangeError) return {what: 'refused', problem: error.message, sentence: 'Stopped after an error'};
    return {what: 'lost', ...why};
  } finally {
    watchdog.close();
    signal.removeEventListener('abort', end);
    end(); // and with it a body that nobody reads
  }
}

// The frame by which the server said that it is over, if it did.
async function take(reader, {hear, onFrames, watchdog, signal}) {
  const parser = new FrameParser();
  for (;;) {
    const {value, done} = await unlessAborted(reader.read(), signal);
    if (done) return undefined;
    hear(value);
    const frames = parser.push(value);
    if (frames.length > 0) {
      onFrames(frames, watchdog);
      if (signal.aborted) return undefined;
      const last = frames.find((frame) => isEnd(frame) || expiryOf(frame));
      if (last) return last;
    }
  }
}

// A half-open connection may ignore an abort for a while, and a reader must not wait for it.
function unlessAborted(promise, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, {once: true});
    return promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

// How a refusal ends a request, whether a stream or a poll was asked for.
export function refusal(error) {
  const problem = describe(error.status, error.text);
  const {status, retryAfterMs} = error;
  return error.passes ? {what: 'lost', status, problem, retryAfterMs, told: true} : {what: 'refused', status, problem};
}

// The server's `close` has no id. A publisher's event may be named so where the server allows it, but has one.
export const isEnd = ({event, id, data}) => event === 'close' && id === undefined && data !== undefined;

// Why the server has ended the stream's grant, if this is its `expired`. Otherwise undefined.
export function expiryOf({event, id, data}) {
  if (event !== 'expired' || id !== undefined || data === undefined) return undefined;
  return parsed(data).reason === 'revoked' ? 'revoked' : 'expired';
}

// The server's `resume`: resume_address.js reads it.
export const isResume = ({event, id, data}) => event === 'resume' && id === undefined && data !== undefined;

// The server's `gap` names its own id as the place where it goes on.
export function isGap({event, id, data}) {
  return event === 'gap' && data !== undefined && parsed(data).resumedFrom === id;
}

// After how many milliseconds of silence the connection is dead, if this is the server's heartbeat. Otherwise undefined.
export function heartbeatLimitMs({event, data}) {
  if (event !== 'heartbeat' || data === undefined) return undefined;
  const {intervalSeconds} = parsed(data);
  if (!Number.isFinite(intervalSeconds)) return undefined;
  return Math.min(Math.max(intervalSeconds * 1000 * heartbeatsMissed, silentMsLeast), silentMsMost);
}

function parsed(data) {
  try {
    return JSON.parse(data) ?? {};
  } catch {
    return {};
  }
}
