// What the SharedWorker does: a stream for each subscription that some tab has, and the ports of those tabs.

import {Leader, randomId} from './leader.js';
import {TabTokens} from './tab_tokens.js';

export class WorkerStreams {
  #env;
  #shared = new Map(); // by key: { leader, ports, tokens }
  #alive = `sse-worker alive ${randomId()}`;
  #ready;

  constructor(env) {
    this.#env = env;
    // Held as long as this worker lives.
    this.#ready = new Promise((granted) => { env.navigator.locks.request(this.#alive, () => new Promise(() => { granted(); })); });
  }

  async connect(port) {
    let mine = null; // { key, leader, ports, tokens }
    const leave = () => {
      this.#leave(mine, port);
      mine = null;
    };
    port.addEventListener('message', ({data: message}) => {
      if (message.what === 'join') {
        mine = this.#join(message.subscription, port);
        this.#env.navigator.locks.request(message.lock, leave); // granted once the tab is gone
      } else if (message.what === 'leave') leave();
      else if (message.what === 'hello' && mine) port.postMessage({what: 'welcome', place: mine.leader.place, state: mine.leader.state});
      else if (message.what === 'token') mine?.tokens.hear(port, message);
      else if (message.what === 'retry' || message.what === 'wake') mine?.leader[message.what]();
    });
    await this.#ready;
    port.start();
  }

  #join(subscription, port) {
    const known = this.#shared.get(subscription.key);
    const mine = known ?? this.#open(subscription);
    mine.ports.add(port);
    port.postMessage({what: 'welcome', place: mine.leader.place, state: mine.leader.state, alive: this.#alive});
    if (!known) mine.leader.start();
    // This tab may have a token where the others had none.
    else if (subscription.tokens && mine.leader.state.name === 'refused') mine.leader.retry();
    tellAll(mine.ports, {what: 'tabs', count: mine.ports.size});
    return mine;
  }

  #open(subscription) {
    const ports = new Set();
    const tokens = new TabTokens({env: this.#env, ports});
    const token = subscription.tokens ? () => tokens.token() : undefined;
    const leader = new Leader({env: this.#env, subscription, token, tell: (message) => tellAll(ports, message)});
    const mine = {key: subscription.key, leader, ports, tokens};
    this.#shared.set(mine.key, mine);
    return mine;
  }

  #leave(mine, port) {
    if (!mine?.ports.delete(port)) return;
    mine.tokens.left(port);
    if (mine.ports.size > 0) return tellAll(mine.ports, {what: 'tabs', count: mine.ports.size});
    mine.leader.close();
    mine.tokens.close();
    this.#shared.delete(mine.key);
  }
}

function tellAll(ports, message) {
  for (const port of ports) port.postMessage(message);
}
