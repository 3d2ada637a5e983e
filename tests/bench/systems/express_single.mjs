// The same broadcaster as its users know it: an event is a request. A batch is one turn of Node's event loop, and what a turn
// writes to a socket leaves in one call, so batches hide most of what a write costs it.
import {express} from './express.mjs';

export const expressSingle = {
  ...express,
  name: 'express_single',
  title: 'Express-style Node, no batches',
  batches: false,
};
