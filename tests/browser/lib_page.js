// Pages that subscribe by www/lib, and what the tests of it look at. Whatever is waited for has a deadline.

import assert from 'node:assert/strict';

export class LibPages {
  #running;
  #context;
  #published = 0;

  constructor(running) {
    this.#running = running;
  }

  // All pages are of one browser of one reader.
  async context() {
    this.#context ??= await this.#running.browser.newContext();
    return this.#context;
  }

  // A page without a stream of its own that subscribes. prepare(given) runs before the module, and may define window.token; url:
  // where its server is.
  async tab(options, {prepare, given, url = this.#running.stack.url, clock = false} = {}) {
    const page = await (await this.context()).newPage();
    if (clock) await page.clock.install();
    await page.goto(`${url}lib/stream.js`);
    if (prepare) await page.evaluate(prepare, given);
    await page.evaluate(async (given) => {
      const {SharedStream} = await import('/lib/shared_stream.js');
      Object.assign(window, {got: [], gaps: [], states: [], problem: null, refusedWith: null, tabs: 0});
      window.shared = new SharedStream({
        ...given,
        token: window.token,
        onEvent: ({data}) => window.got.push(data),
        onGap: (data) => window.gaps.push(JSON.parse(data)),
        onState: (state, {untilMs, problem, status}) => {
          window.states.push(state);
          window.problem = problem;
          window.refusedWith = status;
          window.waits = untilMs - performance.now();
        },
        onTabs: (count) => { window.tabs = count; },
      });
    }, options);
    return page;
  }

  // Returns what was published, and the id of the last as `id`.
  async publish(topic, count = 1, more = {}) {
    const events = Array.from({length: count}, () => ({topic, data: String(this.#published++), ...more}));
    const answer = await fetch(`${this.#running.stack.url}publish`, {
      method: 'POST',
      headers: {'Content-Type': 'application/x-ndjson'},
      body: events.map((event) => `${JSON.stringify(event)}\n`).join(''),
    });
    assert.equal(answer.status, 200);
    const ids = (await answer.text()).trim().split('\n').map((line) => JSON.parse(line).id);
    return Object.assign(events.map(({data}) => data), {id: ids.at(-1)});
  }

  // The data of all that the worker holds of this topic.
  async held(topic) {
    const all = [];
    for (let cursor = 'earliest'; ;) {
      const answer = await fetch(`${this.#running.stack.url}events?${new URLSearchParams({topic, poll: 0, lastEventId: cursor})}`);
      const {events, lastEventId} = await answer.json();
      if (events.length === 0) return all;
      all.push(...events.map(({data}) => data));
      cursor = lastEventId;
    }
  }

  async streams() {
    return (await (await fetch(`${this.#running.stack.url}healthz`)).json()).streams;
  }
}

export const state = (page, wanted, ms = 20_000) => page.waitForFunction((name) => window.states.at(-1) === name, wanted, {timeout: ms});
export const got = (page) => page.evaluate(() => window.got);
export const has = (page, count, ms = 15_000) => page.waitForFunction((wanted) => window.got.length >= wanted, count, {timeout: ms});

// These events, each once and in order, and no gap.
export async function exactly(page, wanted, ms) {
  await has(page, wanted.length, ms);
  assert.deepEqual(await got(page), [...wanted]);
  assert.deepEqual(await page.evaluate(() => window.gaps), []);
}
