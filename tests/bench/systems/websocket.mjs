// A WebSocket broadcaster (npm ws) behind nginx.
import {startNode} from './node_system.mjs';

export const websocket = {
  name: 'websocket',
  title: 'WebSocket, Node with ws',
  batches: true,
  ahead: 20,
  reading: ['--protocol', 'websocket'],
  start: () => startNode('websocket'),
};
