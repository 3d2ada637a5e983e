// A history as full as its bounds allow, of small events in topics that nobody reads: 64 MiB are 41,500 of them. Filled again and
// again, the worker takes a little more each time until the fourth, because what is evicted leaves holes; so that is the state to
// compare with.
export const settledFills = 4;

export async function fillHistory(hub, fills = 1) {
  const data = 'h'.repeat(1000);
  for (let n = 0; n < 110 * fills; ++n) {
    await hub.publishAll(Array.from({length: 400}, (_, m) => ({topic: `full/${n % 110}/${m}`, data})));
  }
}
