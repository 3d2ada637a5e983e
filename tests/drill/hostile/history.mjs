// A history as full as its bounds allow, of small events in topics that nobody reads: 64 MiB are 41,500 of them.
export async function fillHistory(hub, batches = 110) {
  const data = 'h'.repeat(1000);
  for (let n = 0; n < batches; ++n) {
    await hub.publishAll(Array.from({length: 400}, (_, m) => ({topic: `full/${n}/${m}`, data})));
  }
}
