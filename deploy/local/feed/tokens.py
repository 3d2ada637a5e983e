"""demo/tokens/NUMBER: a text that is written word by word over a publish stream of its own, whose end closes the topic. One follows the
other; demo/tokens says which is being written."""

import random
import re
import time

from publish_stream import Broken
from schedule import Schedule, now_ms
from texts import TEXTS

PAUSE_SECONDS = 4.0
BROKEN_SECONDS = 1.0


class Tokens:
    def __init__(self, open_stream):
        """open_stream(topic) gives a PublishStream."""
        self._open_stream = open_stream
        self._schedule = Schedule(lambda: random.uniform(0.08, 0.22))
        self._next_text = random.randrange(len(TEXTS))
        self._begins = 0.0
        self._stream = None
        self._left = []

    def restart(self, now):
        """What was being written is left as it is."""
        if self._stream is not None:
            self._stream.close()
        self._stream = None
        self._begins = now

    def due(self, now):
        """Writes what is due. Returns which text begins, if one does."""
        try:
            if self._stream is None:
                return self._begin(now) if now >= self._begins else []
            self._write(now, self._schedule.times(now))
        except Broken:
            self.restart(now + BROKEN_SECONDS)
        return []

    def _write(self, now, count):
        words = [self._left.pop() for _ in range(min(count, len(self._left)))]
        if words:
            self._stream.write([{'data': word} for word in words])
        if len(words) < count:
            self._stream.write([{'event': 'end', 'data': '{}'}])
            self._stream.finish()
            self._stream = None
            self._begins = now + PAUSE_SECONDS

    def _begin(self, now):
        title, text = TEXTS[self._next_text % len(TEXTS)]
        self._next_text += 1
        # Never used before, not even by a feed that was here earlier: a closed topic stays closed.
        topic = f'demo/tokens/{time.time_ns() // 10**6}'
        self._stream = self._open_stream(topic)
        self._left = re.findall(r'\s*\S+', text)[::-1]
        self._schedule.restart(now)
        data = {'topic': topic, 'title': title, 'tokens': len(self._left), 'at': now_ms()}
        return [{'topic': 'demo/tokens', 'data': data}]
