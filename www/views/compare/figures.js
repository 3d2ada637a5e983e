// From the README's "Figures": medians of three rounds of `make bench`, 1,000 readers of one topic, 100 bytes, two cores with
// the load client on them. Deliveries a second are those of its scenario `saturated`; CPU and p99 those of `steady`, which
// publishes 50 events/s, one a request.

export const figures = [
  { way: 'SSE, sse-worker behind nginx', deliveries: 3_723_000, cpuUs: 14.5, p99Ms: 39 },
  { way: 'WebSocket, Node with ws behind nginx', deliveries: 114_000, cpuUs: 17, p99Ms: 31 },
  { way: 'Long polling, Node behind nginx', deliveries: 313_000, cpuUs: 30, p99Ms: 484 },
];

export const choices = [
  ['Direction', 'to the reader; the other way is a request like any other', 'to the reader', 'both, over one connection'],
  ['Format', 'text, in events with a type and an id', 'whatever an answer is', 'text or bytes, in messages'],
  ['After a cut', 'the browser comes back with its cursor; the server goes on from there', 'the next request carries the cursor', 'yours to write: reconnecting, resuming, catching up'],
  ['On the way', 'plain HTTP: proxies, HTTP/2, authorization, compression as they are', 'the same, but a head with each answer', 'a protocol of its own, which every proxy has to know'],
  ['Connections', 'one a stream; six a host over HTTP/1.1, share them over tabs or take HTTP/2', 'one now and then', 'one a socket, outside of HTTP/2 mostly'],
  ['Choose it for', 'prices, news, notifications, progress, tokens: what a server knows first', 'clients and networks that cannot stream', 'games, editing together, calls: much in both directions, or bytes'],
];
