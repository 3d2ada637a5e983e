"""feed ORIGIN: a small backend that gives the page of `make run` something to show. It publishes like any backend,
with POST /publish and a publish stream over nginx, under topics that begin with demo/. It ends with the script that started it."""

import sys
import time

from count import Count, last_held
from news import News
from notifications import Notifications
from prices import Prices
from publish_stream import PublishStream
from publisher import Publisher, Unavailable
from tokens import Tokens

TICK_SECONDS = 0.05
BACKOFF_SECONDS = (0.5, 1, 2, 5)


def say(text):
    print(f'feed: {text}', file=sys.stderr, flush=True)


def run(publisher, origin):
    """Sends what is due, a batch a tick. What could not be sent is not kept: a worker that was away starts anew, with
    the backlog that a reader finds."""
    sources = [Count(lambda: last_held(origin)), Prices(), Tokens(lambda topic: PublishStream(origin, topic, say)), News(), Notifications()]
    fresh, failures, said = True, 0, False
    while True:
        began = time.monotonic()
        if fresh:
            for source in sources:
                source.restart(began)
        events = [event for source in sources for event in source.due(began)]
        try:
            publisher.send(events)
        except Unavailable as why:
            if not said:
                say(f'nobody takes the events: {why}. It tries again')
            pause = BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)]
            fresh, said, failures = True, True, failures + 1
            time.sleep(pause)
            continue
        if said:
            say('goes on')
        fresh, said, failures = False, False, 0
        time.sleep(max(0.0, began + TICK_SECONDS - time.monotonic()))


def main():
    if len(sys.argv) != 2:
        sys.exit('usage: feed ORIGIN, such as http://127.0.0.1:8080')
    try:
        run(Publisher(sys.argv[1], say), sys.argv[1])
    except PermissionError as why:
        sys.exit(f'feed: the events are refused: {why}. FEED=off starts without it')


main()
