// A Node broadcaster as tutorials show it, behind nginx.
import {startNode} from './node_system.mjs';

export const express = {
  name: 'express',
  title: 'Express-style Node',
  batches: true,
  ahead: 20,
  start: () => startNode('express'),
};
