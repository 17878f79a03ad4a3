"""Slack: how long an order can wait on the floor, by when its steps have to be done, and which orders go first. Pure.

Slack = cut-off − now − remaining work within the hours of the site. The cut-off is that of the last day on which the goods may
leave to keep the promise; the work is to pick, pack and stage. Least slack first; ties by priority, then age.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from hanse.network.calendar import Calendar, Way
from hanse.network.schedule import MIDNIGHT, Hours, Steps, Work, last_cut_off, steps

from .batching import Pace

LANE = """LATERAL (
  SELECT l.days, l.carrier, l.transit_on FROM network_lane l WHERE l.site_id = s.id AND l.country = d.country AND l.region IN ('', d.region) ORDER BY l.region = '' LIMIT 1) lane"""
"""The way from a site `s` to an address `d`, its region's before its country's: a part of the questions here."""
WAY = "coalesce(lane.days, 0), lane.transit_on, (SELECT p.receives_on FROM partners_party p WHERE p.id = d.party_id), d.country, d.region"
"""The columns of that lane and address which `way_of` reads."""
DEPARTS = "s.zone, s.country, s.region, s.workdays, s.cut_off, s.opens, s.closes"
"""The columns of a site which `departs_of` reads."""
FOREVER = 10**9
"""The slack in seconds of what nothing was promised for."""


@dataclass(frozen=True, slots=True)
class Departs:
    """When goods leave a site: its calendar, the time on its wall until which they leave the same day, and its hours."""

    zone: str
    country: str
    region: str
    workdays: tuple[int, ...]
    cut_off: time
    opens: time = MIDNIGHT
    closes: time = MIDNIGHT

    @property
    def hours(self) -> Hours:
        """When the site works."""
        return Hours(Calendar(self.country, self.region, self.workdays, self.zone), self.opens, self.closes)

    def last_cut_off(self, promised_on: date, way: Way) -> datetime:
        """The last cut-off that keeps a promise."""
        return _last_cut_off(self, promised_on, way)

    def steps(self, leaves_at: datetime, lines: int, units: int, pace: Pace) -> Steps:
        """By when what leaves then has to be released, picked and packed."""
        return steps(self.hours, leaves_at, work_of(lines, units, pace))

    def next_cut_off(self, now: datetime) -> datetime:
        """The cut-off of what is ready now."""
        calendar = Calendar(self.country, self.region, self.workdays, self.zone)
        return datetime.combine(calendar.ship_day(now, self.cut_off), self.cut_off, ZoneInfo(self.zone))


@lru_cache(16_384)
def _last_cut_off(site: Departs, promised_on: date, way: Way) -> datetime:
    return last_cut_off(site.hours.calendar, site.cut_off, way, promised_on)


def departs_of(zone: str, country: str, region: str, workdays: Sequence[int], cut_off: time, opens: time, closes: time) -> Departs:
    """The columns of DEPARTS."""
    return Departs(zone, country, region, tuple(workdays), cut_off, opens, closes)


def way_of(days: int, transit_on: Sequence[int] | None, receives_on: Sequence[int] | None, country: str, region: str) -> Way:
    """The columns of WAY."""
    return Way(days, tuple(transit_on or ()), tuple(receives_on or ()), country, region)


def work_of(lines: int, units: int, pace: Pace) -> Work:
    """How long it takes to pick so many lines and units, and to pack and stage them."""
    return Work(picking=timedelta(seconds=pace.setting_out + pace.stop * lines + pace.item * units), packing=timedelta(seconds=pace.packing))


def slack(leaves_at: datetime | None, now: datetime, lines: int, units: int, pace: Pace, hours: Hours) -> int:
    """Seconds that an order can still wait until it has to be released, so that it is picked, packed and staged by its cut-off."""
    if leaves_at is None:
        return FOREVER
    return round((hours.before(leaves_at, work_of(lines, units, pace).whole) - now).total_seconds())


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits at a site of one order: the day it was promised for, how far it goes, and what keeps it back, if anything."""

    order: int
    site: int
    priority: int
    promised_on: date | None
    way: Way
    carrier: str
    lines: int
    units: int
    kept_back: str
    in_zone: bool = True


def by_slack(waiting: Sequence[Waits], departs: Departs, now: datetime, pace: Pace = Pace()) -> list[tuple[int, datetime | None, Waits]]:  # noqa: B008
    """What waits with its slack and its last cut-off, the most urgent first."""
    rated, hours = [], departs.hours
    for w in waiting:
        leaves = departs.last_cut_off(w.promised_on, w.way) if w.promised_on else None
        rated.append((slack(leaves, now, w.lines, w.units, pace, hours), leaves, w))
    return sorted(rated, key=lambda r: (r[0], r[2].priority, r[2].order))
