// Tokens for the SharedWorker, which has no page of its own: it asks the tabs of the stream. A tab may be frozen or gone, or its page
// may fail, so another is asked when one has not answered for a while; the first token wins. Credential bounds the whole.

import {NoToken} from './credential.js';

const answerMsMax = 5000; // afterwards the next tab is asked as well

export class TabTokens {
  #env;
  #ports;
  #silent = new WeakSet(); // ports that did not answer the last time: asked last
  #number = 0;
  #question = null; // { number, open: ports that may still answer, asked, give, fail, problem, timer }

  // ports: those of the tabs, in the order in which they came.
  constructor({env, ports}) {
    this.#env = env;
    this.#ports = ports;
  }

  // Resolves with a token. Rejects with NoToken once all tabs have answered that they have none. The next call ends this one, unsettled.
  token() {
    this.close();
    return new Promise((give, fail) => {
      this.#question = {number: ++this.#number, asked: new Set(), open: new Set(), give, fail, problem: null, timer: 0};
      this.#next();
    });
  }

  // A tab's answer: { number, token } or { number, problem }.
  hear(port, {number, token, problem}) {
    const question = this.#question;
    if (number !== question?.number || !question.open.delete(port)) return;
    this.#silent.delete(port);
    if (token !== undefined) {
      this.close();
      question.give(token);
    } else {
      question.problem ??= problem;
      this.#next();
    }
  }

  left(port) {
    if (this.#question?.open.delete(port)) this.#next();
  }

  close() {
    this.#env.clearTimeout(this.#question?.timer);
    this.#question = null;
  }

  #next() {
    const question = this.#question;
    const rest = [...this.#ports].filter((port) => !question.asked.has(port));
    const port = rest.find((each) => !this.#silent.has(each)) ?? rest[0];
    this.#env.clearTimeout(question.timer);
    if (port) {
      question.asked.add(port);
      question.open.add(port);
      this.#silent.add(port);
      port.postMessage({what: 'token', number: question.number});
    } else if (question.open.size === 0 && question.problem !== null) {
      this.close();
      return question.fail(new NoToken(question.problem));
    }
    // Also when all have been asked: a tab may join.
    question.timer = this.#env.setTimeout(() => this.#next(), answerMsMax);
    return undefined;
  }
}
