"""demo/count: a number every 50 ms, each one more than the last, so that a page can tell whether it has them all."""

import json
import urllib.parse
import urllib.request

from schedule import Schedule, now_ms

PAGES_MAX = 100


def last_held(origin):
    """The last number that the worker at `origin` holds. It keeps its history over a restart, and readers come back with its
    cursor. 0 where nothing is held; None where nobody answers."""
    number, cursor = 0, 'earliest'
    try:
        for _ in range(PAGES_MAX):
            query = urllib.parse.urlencode({'topic': 'demo/count', 'poll': 0, 'lastEventId': cursor})
            with urllib.request.urlopen(f'{origin}/events?{query}', timeout=5) as answer:
                page = json.load(answer)
            if not page['events']:
                break
            last, cursor = json.loads(page['events'][-1]['data'])['n'], page['lastEventId']
            number = last if isinstance(last, int) else number
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return number


class Count:
    def __init__(self, held):
        """held() gives the last number that is held; None where that is not known."""
        self._schedule = Schedule(lambda: 0.05)
        self._held = held
        self._number = held() or 0
        self._sent = 0
        self._is_unsure = False

    def restart(self, now):
        """A worker that died may have stored the numbers that were sent last, or not."""
        self._schedule.restart(now)
        self._is_unsure = self._sent > 0

    def due(self, now):
        if self._is_unsure and not self._find_place():
            return []
        self._sent = self._schedule.times(now)
        return [self._event() for _ in range(self._sent)]

    def _find_place(self):
        """Readers would miss a number that was not stored, and see one twice that was."""
        held = self._held()
        if held is None:
            return False
        self._number = max(self._number - self._sent, held)
        self._sent, self._is_unsure = 0, False
        return True

    def _event(self):
        self._number += 1
        return {'topic': 'demo/count', 'data': {'n': self._number, 'at': now_ms()}}
