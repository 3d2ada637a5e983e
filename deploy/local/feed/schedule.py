"""When a source speaks next. Times are of time.monotonic(), in seconds."""

import time

AT_ONCE_MAX = 50


class Schedule:
    def __init__(self, interval):
        """interval() gives the seconds to the next time."""
        self._interval = interval
        self._next = 0.0

    def restart(self, now):
        self._next = now + self._interval()

    def times(self, now):
        """How many times have come since the last call. After a long sleep of the machine it is few all the same."""
        count = 0
        while self._next <= now and count < AT_ONCE_MAX:
            self._next += self._interval()
            count += 1
        if self._next <= now:
            self.restart(now)
        return count


def now_ms():
    """The time of day, as pages read it."""
    return int(time.time() * 1000)
