"""demo/news: a headline every few seconds, from a town that does not exist."""

import random

from schedule import Schedule, now_ms

BACKLOG = 12

HEADLINES = (
    ('Town', 'Night trams run until two from Friday'),
    ('Town', 'The old harbour crane gets a coat of yellow'),
    ('Town', 'Council counts the swifts: 412 nests, a record'),
    ('Town', 'Baker on Linden Street bakes his last rye loaf after 51 years'),
    ('Town', 'Bridge over the Alba closed for an hour on Sunday'),
    ('Town', 'Lost: a cello, on tram 4. Found: a cello, on tram 4'),
    ('Science', 'Observatory names its new comet after the cleaner who saw it first'),
    ('Science', 'Moss on the north wall is older than the wall'),
    ('Science', 'A clock that loses one second in nine thousand years'),
    ('Science', 'Bees prefer blue, and now we know how they told us'),
    ('Science', 'Students teach a lamp to answer in Morse'),
    ('Weather', 'Fog until noon, then a long, clear evening'),
    ('Weather', 'First frost on the hills; the vineyards are ready'),
    ('Weather', 'Wind turns to the west; ferries keep to their timetable'),
    ('Sport', 'Rowers take the spring regatta by half a length'),
    ('Sport', 'Chess in the park: a draw after seven hours'),
    ('Sport', 'The under-tens win 3:2, and nobody has counted properly'),
    ('Sport', 'Marathon moved to the morning because of the heat'),
    ('Culture', 'Library lends its millionth book: a cookery book, overdue'),
    ('Culture', 'String quartet plays in the empty swimming pool'),
    ('Culture', 'Cinema shows every film of 1964, one a night'),
    ('Culture', 'A mural of all neighbours, by all neighbours'),
    ('Business', 'Fjord Ferries orders two boats that make no sound'),
    ('Business', 'Holm Paper turns straw into envelopes'),
    ('Business', 'Glimmer Lamps repairs what others sold'),
    ('Business', 'Market hall opens earlier; the fish are pleased'),
)


class News:
    def __init__(self):
        self._schedule = Schedule(lambda: random.uniform(2.0, 5.0))
        self._pile = []
        self._number = 0
        self._fresh = False

    def restart(self, now):
        self._schedule.restart(now)
        self._fresh = True

    def due(self, now):
        events = [self._headline(now_ms() - 4000 * age) for age in range(BACKLOG, 0, -1)] if self._fresh else []
        self._fresh = False
        return events + [self._headline(now_ms()) for _ in range(self._schedule.times(now))]

    def _headline(self, at):
        if not self._pile:
            self._pile = random.sample(HEADLINES, len(HEADLINES))
        section, headline = self._pile.pop()
        self._number += 1
        return {'topic': 'demo/news', 'data': {'n': self._number, 'at': at, 'section': section, 'headline': headline}}
