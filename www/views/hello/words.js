// The states in words: what it is called, what that means, and what the log keeps of it (nothing, where it is no news).

export const words = {
  connecting: {title: 'Connecting', detail: 'The page requests a stream.'},
  open: {title: 'Open', detail: 'The page receives events from the server.'},
  waiting: {
    title: 'Waiting to reconnect',
    detail: 'Connection lost.',
    note: 'Connection lost',
  },
  closed: {
    title: 'Closed by the server',
    detail: 'The server sent close, so the page does not reconnect.',
    note: 'Closed by the server',
  },
  stopped: {title: 'Stopped', detail: 'You stopped the stream. You can start it again.', note: 'Stopped by you'},
  failed: {
    title: 'Failed',
    detail: 'The server sent no stream. Start again to retry.',
    note: 'No stream',
  },
};

export const reopened = 'Reconnected';
