// A long-polling Node server behind nginx.
import {startNode} from './node_system.mjs';

export const longpoll = {
  name: 'longpoll',
  title: 'long polling, Node',
  batches: true,
  ahead: 60,
  reading: ['--protocol', 'longpoll'],
  start: () => startNode('longpoll'),
};
