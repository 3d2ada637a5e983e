"""demo/count: a number every 50 ms, each one more than the last, so that a page can tell whether it has them all."""

from schedule import Schedule, now_ms


class Count:
    def __init__(self):
        self._schedule = Schedule(lambda: 0.05)
        self._number = 0
        self._unsure = 0

    def restart(self, now):
        """What was not taken has no number: readers would miss it."""
        self._schedule.restart(now)
        self._number -= self._unsure
        self._unsure = 0

    def due(self, now):
        self._unsure = self._schedule.times(now)
        return [self._event() for _ in range(self._unsure)]

    def _event(self):
        self._number += 1
        return {'topic': 'demo/count', 'data': {'n': self._number, 'at': now_ms()}}
