// The page's token for its requests. It is asked for before the first request, and again once the server has refused it or ended
// what it opened. It is held in memory and sent in a header: it is in no address, no storage and no message.

const answerMsMax = 30_000;
const tokenCharsMax = 8192; // as the worker has it
const problemCharsMax = 2000;

// There is no token. passes: the page has not answered in time, so asking again later may help.
export class NoToken extends Error {
  constructor(message, {passes = false} = {}) {
    super(message);
    this.passes = passes;
  }
}

export class Credential {
  #env;
  #callback;
  #token = null;
  #refusals = 0; // since a request with a token was answered

  // token(): a token, or a promise of one. Without it requests have no header, and what is refused stays refused.
  constructor({env, token}) {
    this.#env = env;
    this.#callback = token;
  }

  // The headers of the next request, or null where the page has to be asked first.
  get held() {
    if (!this.#callback) return {};
    return this.#token === null ? null : bearer(this.#token);
  }

  // The same, asked for where that is necessary. Throws NoToken, or the signal's reason.
  async headers(signal) {
    return this.held ?? bearer(await this.fresh(signal));
  }

  // Asks the page, whatever is held.
  async fresh(signal) {
    this.#token = checked(await this.#ask(signal));
    return this.#token;
  }

  // The server has taken the token.
  accepted() {
    this.#refusals = 0;
  }

  // The server has answered 401, or has ended what the token opened. Returns whether a fresh one is worth a request: not if this
  // one was fresh, see waited().
  refused() {
    this.#token = null;
    this.#refusals += 1;
    if (this.#callback && this.#refusals < 2) return true;
    this.#refusals = 0;
    return false;
  }

  // Some time has passed since the token was given, for example because no server was there: it is no longer fresh.
  waited() {
    this.#refusals = 0;
  }

  // The next request asks the page again.
  forget() {
    this.#token = null;
    this.#refusals = 0;
  }

  #ask(signal) {
    return new Promise((give, fail) => {
      const stop = () => end(fail, signal.reason);
      const timer = this.#env.setTimeout(() => end(fail, new NoToken('The page has given no token in time', {passes: true})), answerMsMax);
      const end = (settle, value) => {
        this.#env.clearTimeout(timer);
        signal?.removeEventListener('abort', stop);
        settle(value);
      };
      signal?.addEventListener('abort', stop);
      if (signal?.aborted) return stop();
      return Promise.resolve().then(this.#callback).then((token) => end(give, token), (error) => end(fail, asNoToken(error)));
    });
  }
}

// A header takes nothing else, and where it is refused some browsers show the value in the error.
export const isToken = (text) => typeof text === 'string' && /^[\x21-\x7e]+$/.test(text) && text.length <= tokenCharsMax;

const bearer = (token) => ({Authorization: `Bearer ${token}`});

function checked(token) {
  if (isToken(token)) return token;
  throw new NoToken('The page could not get a token: the callback must return a text without spaces');
}

function asNoToken(error) {
  if (error instanceof NoToken) return error;
  return new NoToken(`The page could not get a token: ${String(error?.message ?? error).slice(0, problemCharsMax)}`);
}
