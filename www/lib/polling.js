// The same by long polling, for where there is no EventSource: one request after the other, each from where the last one
// ended. urlOf() gives the address from the present cursor. Returns what closes it; on: as in event_source.js.

const waitSeconds = 25;

export function openPolling(urlOf, names, on) {
  const ending = new AbortController();
  const { signal } = ending;
  const wanted = new Set(['message', ...names]);

  async function run() {
    for (;;) {
      const answer = await fetch(`${urlOf()}&poll=${waitSeconds}`, { signal, cache: 'no-store' });
      if (!answer.ok) return on.refused();
      const { events, lastEventId, gap, closed } = await answer.json();
      if (signal.aborted) return undefined;
      on.live();
      if (gap) on.gap(JSON.stringify(gap), gap.resumedFrom);
      for (const { id, event, data } of events) {
        if (wanted.has(event)) on.event({ type: event, data, id });
        if (signal.aborted) return undefined;
      }
      if (closed) return on.end(lastEventId);
      on.cursor(lastEventId);
    }
  }

  run().catch(() => signal.aborted || on.lost());
  return { close: () => ending.abort() };
}
