"""Schedule: by when goods have to be worked on to arrive on a day, and when they arrive if worked on now. Pure.

Backward: from the day to the last cut-off that keeps it, then loading, packing, picking and the lead of a release within the hours
of the site. Forward: the same steps from now. Hours and cut-offs are times on the wall of the site; work takes as long as it takes,
also in the night when the clocks change: an hour they skip is not worked, one they repeat is worked twice.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .calendar import LONGEST_REST, ONE_DAY, Calendar, Way

MIDNIGHT, NOTHING = time(0), timedelta(0)


@dataclass(frozen=True, slots=True)
class Hours:
    """When a site works: on its working days from `opens` until `closes`, the next day where that is not later.

    One that opens when it closes works round the clock.
    """

    calendar: Calendar
    opens: time = MIDNIGHT
    closes: time = MIDNIGHT

    def before(self, at: datetime, work: timedelta) -> datetime:
        """The last moment to begin work that has to be done by `at`."""
        at, left, day = at.astimezone(UTC), work, self._day(at)
        if self.opens == self.closes or not work:
            return at - work
        for _ in range(_days(work)):
            opens, closes = self._open(day)
            if self.calendar.is_working(day) and opens < at:
                closes = min(closes, at)
                if closes - opens >= left:
                    return closes - left
                left -= closes - opens
            day -= ONE_DAY
        raise ValueError(f"{self} never works")

    def after(self, at: datetime, work: timedelta) -> datetime:
        """The moment at which work is done that can begin at `at`."""
        at, left, day = at.astimezone(UTC), work, self._day(at) - ONE_DAY
        if self.opens == self.closes or not work:
            return at + work
        for _ in range(_days(work)):
            opens, closes = self._open(day)
            if self.calendar.is_working(day) and closes > at:
                opens = max(opens, at)
                if closes - opens >= left:
                    return opens + left
                left -= closes - opens
            day += ONE_DAY
        raise ValueError(f"{self} never works")

    def _day(self, at: datetime) -> date:
        return self.calendar.today(at)

    def _open(self, day: date) -> tuple[datetime, datetime]:
        """From when until when it works; a time that the clocks skip is as much later, of one they repeat it is the first."""
        zone = ZoneInfo(self.calendar.zone)
        ends = day if self.closes > self.opens else day + ONE_DAY
        return datetime.combine(day, self.opens, zone).astimezone(UTC), datetime.combine(ends, self.closes, zone).astimezone(UTC)


def _days(work: timedelta) -> int:
    """How many days to look through at most: even an hour a week gets the work done by then."""
    return LONGEST_REST + 8 * (work // timedelta(hours=1) + 1)


@dataclass(frozen=True, slots=True)
class Work:
    """How long it takes from a release until picking begins, then to pick, to pack, and to load."""

    lead: timedelta = NOTHING
    picking: timedelta = NOTHING
    packing: timedelta = NOTHING
    loading: timedelta = NOTHING

    @property
    def whole(self) -> timedelta:
        """All of it."""
        return self.lead + self.picking + self.packing + self.loading


@dataclass(frozen=True, slots=True)
class Steps:
    """By when each step has to be done, so that goods leave in time."""

    release_by: datetime
    start_by: datetime
    picked_by: datetime
    packed_by: datetime
    hand_over_by: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """When goods are ready to leave, the cut-off by which they do, and the day they arrive."""

    ready_at: datetime
    leaves_at: datetime
    arrives_on: date


def last_cut_off(site: Calendar, cut_off: time, way: Way, arrives: date) -> datetime:
    """The last cut-off by which goods leave that have to arrive by a day."""
    return datetime.combine(way.leaves_by(site, arrives), cut_off, ZoneInfo(site.zone))


def steps(hours: Hours, hand_over_by: datetime, work: Work) -> Steps:
    """By when what leaves then has to be packed, picked and released."""
    packed = hours.before(hand_over_by, work.loading)
    picked = hours.before(packed, work.packing)
    start = hours.before(picked, work.picking)
    return Steps(hours.before(start, work.lead), start, picked, packed, hand_over_by.astimezone(UTC))


def backward(hours: Hours, cut_off: time, way: Way, arrives: date, work: Work) -> Steps:
    """By when each step has to be done, so that goods arrive by a day."""
    return steps(hours, last_cut_off(hours.calendar, cut_off, way, arrives), work)


def forward(hours: Hours, cut_off: time, way: Way, now: datetime, work: Work, lead_days: int = 0) -> Arrival:
    """When goods arrive whose release can be now, after so many working days that the site needs first."""
    site, ready = hours.calendar, hours.after(now, work.whole)
    leaves = site.add_working_days(site.ship_day(ready, cut_off), lead_days)
    return Arrival(ready, datetime.combine(leaves, cut_off, ZoneInfo(site.zone)), way.arrives(site, leaves))
