// Every view there is, in the order of the navigation. `load` is called when the view is first opened; `styled` says that
// it has a view.css beside it, `sheets` which others it needs before that. What is not listed here does not exist for the page.

export const views = [
  // The greeting stream.
  {name: 'hello', label: 'Hello', styled: true, load: () => import('../views/hello/view.js')},
  // Five uses, live.
  {name: 'scenarios', label: 'Scenarios', styled: true, sheets: ['vendor/uplot/uPlot.min.css'], load: () => import('../views/scenarios/view.js')},
  // A reader who was away.
  {name: 'missed', label: 'Nothing missed', styled: true, load: () => import('../views/missed/view.js')},
  // Any topic, by hand.
  {name: 'console', label: 'Console', styled: true, load: () => import('../views/console/view.js')},
  // SSE, long polling and WebSocket.
  {name: 'compare', label: 'Compare', styled: true, load: () => import('../views/compare/view.js')},
  // Statistics of the worker.
  {name: 'operations', label: 'Operations', styled: true, load: () => import('../views/operations/view.js')},

  // One stream for all tabs.
  {name: 'tabs', label: 'Many tabs', styled: true, load: () => import('../views/tabs/view.js')},
];
