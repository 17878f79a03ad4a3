"""Transit: what lanes really take, from what was counted, and how well that would have foretold the weeks that followed. Pure.

Days are working days of the lane from the carrier's first scan to the door. Percentiles are nearest rank: days that were really observed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil

from hanse.kernel.samples import Share
from hanse.network.calendar import Calendar

PERCENTS = (50, 75, 85, 90, 95, 97, 99)
USUAL = 85
"""The percentile that is proposed: of seven parcels six come by then."""
ENOUGH = 30
"""Fewer parcels say nothing."""
AFTER_PLANNED = 2
"""So many working days after the planned ones a parcel is missed, where nothing better is known."""
LOOKS_BACK = timedelta(days=90)
TESTED_WEEKS = 8
LEARNED_WEEKS = 13
"""A week is foretold from so many weeks before it."""
ENDED = "('return-to-sender', 'cancelled', 'lost')"
MOST_DAYS = 366
Days = Mapping[int, int]
"""So many parcels by the days they took."""


def calendar_of(country: str, region: str, workdays: Sequence[int], transit_on: Sequence[int] | None, zone: str) -> Calendar:
    """The days by which a lane counts: the carrier's weekdays, else the site's, without the holidays of the site."""
    site = Calendar(country, region, tuple(workdays), zone)
    return replace(site, workdays=tuple(transit_on)) if transit_on else site


def working_days(calendar: Calendar, first: date, last: date) -> int:
    """Working days after `first` until `last`, so that `first` and as many make `last` or a day before; at most a year."""
    until = min(last, first + timedelta(days=MOST_DAYS))
    return sum(calendar.is_working(first + timedelta(days=n)) for n in range(1, (until - first).days + 1))


def percentile(days: Days, percent: int) -> int:
    """The fewest days by which so many per cent of the parcels had come. Raises ValueError of none."""
    wanted, seen = ceil(percent * sum(days.values()) / 100), 0
    for took in sorted(days):
        seen += days[took]
        if days[took] and seen >= wanted:
            return took
    raise ValueError("no parcels")


@dataclass(frozen=True, slots=True)
class Foretold:
    """Had the days at a percentile been promised in the last weeks: which they would be now, and the share that came by then."""

    percent: int
    days: int
    kept: Share

    @property
    def fits(self) -> bool:
        """Whether the share that was to come by then lies within what was seen."""
        return self.kept.n > 0 and self.kept.high >= self.percent / 100


@dataclass(frozen=True, slots=True)
class Learned:
    """What a lane takes with a carrier and service: parcels, when the first and last week began, percentiles, and how they would have done; the plan beside it."""

    parcels: int
    first_on: date
    last_on: date
    foretold: Sequence[Foretold]
    planned: int | None
    kept_planned: Share

    @property
    def percentiles(self) -> tuple[int, ...]:
        """The days at each percentile."""
        return tuple(f.days for f in self.foretold)

    def at(self, percent: int) -> Foretold:
        """The days at a percentile and how they would have done."""
        return next(f for f in self.foretold if f.percent == percent)


def learned(weeks: Mapping[date, Days], until: date, planned: int | None) -> Learned | None:
    """What the last thirteen whole weeks before a day say, and how well each of the last eight was foretold by those before it; nothing of too few."""
    recent = {week: days for week, days in weeks.items() if until - timedelta(weeks=LEARNED_WEEKS) <= week < until and any(days.values())}
    whole = together(recent.values())
    if sum(whole.values()) < ENOUGH:
        return None
    tested = sorted(w for w in recent if w >= until - timedelta(weeks=TESTED_WEEKS))
    before = {w: together(days for x, days in weeks.items() if w - timedelta(weeks=LEARNED_WEEKS) <= x < w) for w in tested}
    tested = [w for w in tested if sum(before[w].values()) >= ENOUGH]
    foretold = [Foretold(p, percentile(whole, p), _kept([(recent[w], percentile(before[w], p)) for w in tested])) for p in PERCENTS]
    kept_planned = Share(0, 0) if planned is None else _kept([(recent[w], planned) for w in tested])
    return Learned(sum(whole.values()), min(recent), max(recent), foretold, planned, kept_planned)


def together(weeks: Iterable[Days]) -> Days:
    """Parcels of several weeks by the days they took."""
    all_days: Counter[int] = Counter()
    for days in weeks:
        all_days.update(days)
    return all_days


def _kept(weeks: Sequence[tuple[Days, int]]) -> Share:
    return Share(sum(n for days, promised in weeks for took, n in days.items() if took <= promised), sum(together(days for days, _ in weeks).values()))
