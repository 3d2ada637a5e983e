// The states in words: what it is called, what that means, and what the log keeps of it (nothing, where it is no news).

export const words = {
  connecting: { title: 'Connecting', detail: 'Asking the server for a stream.' },
  open: { title: 'Open', detail: 'The server sends, the page listens.' },
  waiting: {
    title: 'Waiting to reconnect',
    detail: 'Connection lost.',
    note: 'Connection lost',
  },
  closed: {
    title: 'Closed by the server',
    detail: 'It said close, so nothing reconnects. All is well.',
    note: 'Closed by the server',
  },
  stopped: { title: 'Stopped', detail: 'You ended it. Start again at any time.', note: 'Stopped by you' },
  failed: {
    title: 'Failed',
    detail: 'No stream came. Start again to try once more.',
    note: 'No stream came',
  },
};

export const reopened = 'Connected again';
