// A stream by EventSource, told in the words that stream.js knows. Returns what closes it.
// on: live(), event({ type, data, id }), gap(data), end(), lost(), refused(). live() may come again and again.

const settleMs = 300; // nginx answers for a worker that is down with an empty stream: `open` is believed after this

export function openEventSource(url, names, on) {
  const source = new EventSource(url);
  let settling = 0;
  const heard = ({ type, data, lastEventId }) => {
    clearTimeout(settling);
    on.live();
    if (type === 'gap') on.gap(data, lastEventId);
    else on.event({ type, data, id: lastEventId });
  };
  for (const name of ['message', 'gap', ...names]) source.addEventListener(name, heard);
  source.addEventListener('open', () => { settling = setTimeout(on.live, settleMs); });
  source.addEventListener('close', ({ lastEventId }) => on.end(lastEventId));
  source.addEventListener('error', () => {
    if (source.readyState === EventSource.OPEN) return; // an event that the server names "error"
    const refused = source.readyState === EventSource.CLOSED;
    clearTimeout(settling);
    source.close(); // it would come back by itself, and tell nobody when
    if (refused) on.refused();
    else on.lost();
  });
  return {
    close() {
      clearTimeout(settling);
      source.close();
    },
  };
}
