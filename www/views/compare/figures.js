// From docs/benchmarks.md: medians of three rounds of `make bench`, 1,000 readers of one topic, 100 bytes, two cores with
// the load client on them. Deliveries a second are those of its scenario `saturated`; CPU and p99 those of `steady`, which
// publishes 50 events/s, one a request.

export const figures = [
  {way: 'SSE, sse-worker behind nginx', deliveries: 4_846_000, cpuUs: 11.8, p99Ms: 11},
  {way: 'WebSocket, Node with ws behind nginx', deliveries: 212_000, cpuUs: 14.2, p99Ms: 13},
  {way: 'Long polling, Node behind nginx', deliveries: 460_000, cpuUs: 30.4, p99Ms: 300},
];

export const choices = [
  ['Direction', 'from server to browser; the browser sends ordinary requests', 'from server to browser', 'both, over one connection'],
  ['Format', 'text: events with a type and an id', 'the body of an HTTP response', 'text or binary messages'],
  ['After a disconnect', 'the browser reconnects with its cursor, and the server continues from there', 'the next request carries the cursor', 'your code reconnects, resumes and fetches what it missed'],
  ['Proxies', 'plain HTTP: proxies, HTTP/2, authorization and compression work as they are', 'the same, with headers for each answer', 'another protocol, which every proxy must support'],
  ['Connections', 'one per stream; a browser opens six per host over HTTP/1.1: share one among tabs, or use HTTP/2', 'one per request', 'one per socket, mostly without HTTP/2'],
  ['Choose it for', 'prices, news, notifications, progress, generated text: data that the server has first', 'clients and networks that cannot stream', 'games, calls, editing together: much data in both directions, or binary data'],
];
