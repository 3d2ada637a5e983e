"""demo/prices: a hundred quotes a second, each with the symbol as its key, so that a reader who is slow can be given the
latest of each. A quote has the weight of a real one: depth of the book, and the last minute of the price."""

import random
from collections import deque

from schedule import Schedule, now_ms

QUOTES_PER_SECOND = 100
TREND_POINTS = 40
TREND_SECONDS = 1.5
BOOK_LEVELS = 6

# Symbol, name, where it starts, how restless it is.
LISTED = (
    ('ALBA', 'Alba Tramways', 48.2, 0.4),
    ('BRNT', 'Brennt Kilns', 112.6, 0.7),
    ('CORA', 'Cora Optics', 231.0, 0.9),
    ('DUNE', 'Dune Salt', 17.4, 0.5),
    ('ELMS', 'Elms & Daughters', 76.9, 0.3),
    ('FJRD', 'Fjord Ferries', 154.3, 0.6),
    ('GLIM', 'Glimmer Lamps', 33.1, 1.0),
    ('HOLM', 'Holm Paper', 64.8, 0.4),
)


class Share:
    def __init__(self, symbol, name, price, restless):
        self.symbol, self.name, self.price, self.opened = symbol, name, price, price
        self._restless = restless / 8000
        self._drift = 0.0
        self.trend = deque(maxlen=TREND_POINTS)
        for _ in range(TREND_POINTS):
            for _ in range(int(QUOTES_PER_SECOND * TREND_SECONDS / len(LISTED))):
                self.move()
            self.trend.append(round(self.price, 2))
        self.opened = self.trend[0]

    def move(self):
        self._drift = 0.98 * self._drift + random.gauss(0, 0.1)
        pull = 0.0005 * (self.opened - self.price) / self.opened  # it wanders, but not away
        change = (random.gauss(0, 1) + self._drift) * self._restless + pull
        self.price = max(0.5, self.price * (1 + max(-0.05, min(0.05, change))))


class Prices:
    def __init__(self):
        self._schedule = Schedule(lambda: 1 / QUOTES_PER_SECOND)
        self._trend_schedule = Schedule(lambda: TREND_SECONDS)
        self._shares = [Share(*listed) for listed in LISTED]
        self._number = 0

    def restart(self, now):
        self._schedule.restart(now)
        self._trend_schedule.restart(now)

    def due(self, now):
        for _ in range(self._trend_schedule.times(now)):
            for share in self._shares:
                share.trend.append(round(share.price, 2))
        return [self._quote() for _ in range(self._schedule.times(now))]

    def _quote(self):
        share = random.choice(self._shares)
        share.move()
        self._number += 1
        price = round(share.price, 2)
        return {'topic': 'demo/prices', 'key': share.symbol, 'data': {
            'n': self._number, 'at': now_ms(), 'symbol': share.symbol, 'name': share.name, 'price': price,
            'open': share.opened, 'trend': list(share.trend), 'step': TREND_SECONDS,
            'bid': side(price, -0.01), 'ask': side(price, 0.01),
        }}


def side(price, step):
    return [[round(price + step * level, 2), random.randrange(100, 9900, 100)] for level in range(1, BOOK_LEVELS + 1)]
