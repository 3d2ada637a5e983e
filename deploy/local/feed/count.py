"""demo/count: a number every 50 ms, each one more than the last, so that a page can tell whether it has them all."""

import json
import time
import urllib.parse
import urllib.request

from schedule import Schedule, now_ms

PAGES_MAX = 100


def last_held(origin):
    """Where a feed that was here before stopped: the worker keeps its history over a restart, and readers come back with
    its cursor. 0 where nothing is held, or nobody answers."""
    number, cursor = 0, 'earliest'
    try:
        for _ in range(PAGES_MAX):
            query = urllib.parse.urlencode({'topic': 'demo/count', 'poll': 0, 'lastEventId': cursor})
            with urllib.request.urlopen(f'{origin}/events?{query}', timeout=5) as answer:
                page = json.load(answer)
            if not page['events']:
                break
            number, cursor = json.loads(page['events'][-1]['data'])['n'], page['lastEventId']
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return number if isinstance(number, int) else 0


class Count:
    def __init__(self, last=0):
        """last: the number before the first."""
        self._schedule = Schedule(lambda: 0.05)
        self._number = last
        self._run = time.time_ns() // 10**6
        self._sent = []
        self._again = []

    def restart(self, now):
        """Of what was sent last it is not known whether it was taken: a worker that dies may have stored it. The same events
        with the same ids are stored once."""
        self._schedule.restart(now)
        self._again = self._sent

    def due(self, now):
        self._sent = self._again + [self._event() for _ in range(self._schedule.times(now))]
        self._again = []
        return self._sent

    def _event(self):
        self._number += 1
        return {'topic': 'demo/count', 'id': f'count-{self._run}-{self._number}', 'data': {'n': self._number, 'at': now_ms()}}
