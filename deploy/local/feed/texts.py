"""The texts that tokens.py publishes word by word: title and text."""

TEXTS = (
    ('Why streaming instead of polling',
     'A page that needs new data can poll: it sends a request every second, and nearly every answer is empty. A thousand '
     'clients send a thousand requests a second, and an event still arrives half a second late on average, because it '
     'has to wait for the next request.\n\n'
     'With a stream the page sends one request, and the server keeps the response open. When an event is published, the '
     'server sends it at once, with one small write for each client. Between events it sends only a heartbeat from time '
     'to time, so that proxies on the way do not close the connection.\n\n'
     'A stream is plain text over HTTP. Proxies, logins and the developer tools of the browser work as usual, and curl '
     'can print it. You are reading such a stream now. Reload the page in the middle of a word: the text continues where '
     'it stopped.'),
    ('How a client resumes',
     'Every connection ends at some time: a phone loses its network, a laptop goes to sleep, a server is restarted. '
     'A client that reconnects needs the events that were published in the meantime, in the right order, and none of '
     'them twice.\n\n'
     'For this the server has to know how far each client has read. It would be expensive to remember that for every '
     'client. So the client remembers it: each event has an id, and the client keeps the id of the last event that it '
     'received. When it reconnects, it sends this id as its cursor, and the server sends all events after it.\n\n'
     'EventSource does this in every browser, without any code in the page. If the events after the cursor are no longer '
     'retained, the server sends an event of the type gap first, so that the page can load its state again. When a topic '
     'is complete, the server sends an event of the type close, and the client does not reconnect.'),
    ('How the server treats slow clients',
     'Some clients read slowly. One has a weak mobile connection, another has forty open tabs and a small processor. '
     'Their buffers fill up, and the server has to keep the events that it cannot send.\n\n'
     'A server that queues them without a limit runs out of memory. A server that drops them without a notice leaves its '
     'clients with wrong data. This server has one history for all clients: a slow client gets no queue of its own, but '
     'continues from the history as soon as its buffers have room.\n\n'
     'Some events lose their value while they wait. When there is a new price, nobody needs the price of a minute ago. '
     'For such topics the server can skip an old event if there is a newer one with the same key. A slow client then gets '
     'fewer prices, but always the latest one.'),
)
