"""demo/tokens/NUMBER: a text that is written word by word, and ends by closing its topic. One follows the other;
demo/tokens says which is being written."""

import random
import re
import time

from schedule import Schedule, now_ms
from texts import TEXTS

PAUSE_SECONDS = 4.0


class Tokens:
    def __init__(self):
        self._schedule = Schedule(lambda: random.uniform(0.08, 0.22))
        self._next_text = random.randrange(len(TEXTS))
        self._begins = 0.0
        self._topic = None
        self._left = []

    def restart(self, now):
        self._topic = None
        self._begins = now

    def due(self, now):
        if self._topic is None:
            return self._begin(now) if now >= self._begins else []
        events = []
        for _ in range(self._schedule.times(now)):
            if self._left:
                events.append({'topic': self._topic, 'data': self._left.pop()})
            else:
                events.append({'topic': self._topic, 'event': 'end', 'data': '{}', 'close': 1})
                self._topic = None
                self._begins = now + PAUSE_SECONDS
                break
        return events

    def _begin(self, now):
        title, text = TEXTS[self._next_text % len(TEXTS)]
        self._next_text += 1
        # Never used before, not even by a feed that was here earlier: a closed topic stays closed.
        self._topic = f'demo/tokens/{time.time_ns() // 10**6}'
        self._left = re.findall(r'\s*\S+', text)[::-1]
        self._schedule.restart(now)
        data = {'topic': self._topic, 'title': title, 'tokens': len(self._left), 'at': now_ms()}
        return [{'topic': 'demo/tokens', 'data': data}]
