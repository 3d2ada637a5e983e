"""demo/notifications: what a person would like to be told at once."""

import random

from schedule import Schedule, now_ms

BACKLOG = 3

NOTICES = (
    ('mention', 'Ines', 'mentioned you: “can you have a look before four?”'),
    ('mention', 'Jonas', 'mentioned you in the plan for the summer fair'),
    ('mention', 'Mira', 'answered your question about the blue paint'),
    ('build', 'Build 2,114', 'is green again after three attempts'),
    ('build', 'Build 2,115', 'took 41 s, nine less than yesterday'),
    ('build', 'Release 3.2', 'is out on all machines'),
    ('delivery', 'Parcel 7 of 7', 'is with your neighbour on the second floor'),
    ('delivery', 'Your bicycle', 'is repaired and can be fetched'),
    ('delivery', 'The sofa', 'arrives between two and three'),
    ('reminder', 'In ten minutes', 'the weekly round, in the small room'),
    ('reminder', 'Tomorrow', 'it is Yusuf’s birthday'),
    ('reminder', 'The plants', 'have had no water since Monday'),
)


class Notifications:
    def __init__(self):
        self._schedule = Schedule(lambda: random.uniform(3.0, 6.0))
        self._pile = []
        self._number = 0
        self._fresh = False

    def restart(self, now):
        self._schedule.restart(now)
        self._fresh = True

    def due(self, now):
        count = self._schedule.times(now) + (BACKLOG if self._fresh else 0)
        self._fresh = False
        return [self._notice() for _ in range(count)]

    def _notice(self):
        if not self._pile:
            self._pile = random.sample(NOTICES, len(NOTICES))
        kind, who, text = self._pile.pop()
        self._number += 1
        data = {'n': self._number, 'at': now_ms(), 'kind': kind, 'from': who, 'text': text}
        return {'topic': 'demo/notifications', 'data': data}
