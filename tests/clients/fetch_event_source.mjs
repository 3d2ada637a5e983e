// The npm package `@microsoft/fetch-event-source`, which many pages use to send headers. It is written for a
// page, of which it needs `window` and `document`.
import fetchEventSource from '@microsoft/fetch-event-source';

const page = {hidden: false, addEventListener() {}, removeEventListener() {}};

export function read(url, {take, closed}) {
  globalThis.window ??= globalThis;
  globalThis.document ??= page;
  const stop = new AbortController();
  fetchEventSource.fetchEventSource(url, {
    signal: stop.signal,
    openWhenHidden: true,
    onmessage({event, id, data}) {
      // It reports each frame, also those that no EventSource would.
      if (data === '') return;
      if (event !== 'close') return take({event: event || 'message', id, data});
      stop.abort();
      closed();
    },
    // Unless told otherwise it takes the end of a response for the end of everything.
    onclose() {
      throw new Error('the response has ended, the stream has not');
    },
  });
  return () => stop.abort();
}
