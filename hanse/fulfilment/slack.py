"""Slack: how long an order can wait on the floor, and which orders go first. Pure.

Slack = cut-off − now − remaining work. The cut-off is that of the last day on which the goods may leave to keep the
promise; the work is to pick, pack and stage. Least slack first; ties by priority, then age.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from hanse.network.calendar import Calendar

from .batching import Pace

LANE = """LATERAL (
  SELECT l.days, l.carrier FROM network_lane l WHERE l.site_id = s.id AND l.country = d.country AND l.region IN ('', d.region) ORDER BY l.region = '' LIMIT 1) lane"""
"""The way from a site `s` to an address `d`, its region's before its country's: a part of the questions here."""
FOREVER = 10**9
"""The slack in seconds of what nothing was promised for."""


@dataclass(frozen=True, slots=True)
class Departs:
    """When goods leave a site: its calendar, and the time on its wall until which they leave the same day."""

    zone: str
    country: str
    region: str
    workdays: tuple[int, ...]
    cut_off: time

    def last_cut_off(self, promised_on: date, days: int) -> datetime:
        """The last cut-off that keeps a promise, with so many working days on the way."""
        return _last_cut_off(self, promised_on, days)

    def next_cut_off(self, now: datetime) -> datetime:
        """The cut-off of what is ready now."""
        calendar = Calendar(self.country, self.region, self.workdays, self.zone)
        return datetime.combine(calendar.ship_day(now, self.cut_off), self.cut_off, ZoneInfo(self.zone))


@lru_cache(16_384)
def _last_cut_off(site: Departs, promised_on: date, days: int) -> datetime:
    calendar = Calendar(site.country, site.region, site.workdays, site.zone)
    return datetime.combine(calendar.leaves_by(promised_on, days), site.cut_off, ZoneInfo(site.zone))


def slack(leaves_at: datetime | None, now: datetime, lines: int, units: int, pace: Pace) -> int:
    """Seconds that an order can still wait: until its cut-off, less the work to pick, pack and stage it."""
    if leaves_at is None:
        return FOREVER
    work = pace.setting_out + pace.stop * lines + pace.item * units + pace.packing
    return round((leaves_at - now).total_seconds() - work)


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits at a site of one order: the day it was promised for, how far it goes, and what keeps it back, if anything."""

    order: int
    site: int
    priority: int
    promised_on: date | None
    days: int
    carrier: str
    lines: int
    units: int
    kept_back: str
    in_zone: bool = True


def by_slack(waiting: Sequence[Waits], departs: Departs, now: datetime, pace: Pace = Pace()) -> list[tuple[int, datetime | None, Waits]]:  # noqa: B008
    """What waits with its slack and its last cut-off, the most urgent first."""
    rated = []
    for w in waiting:
        leaves = departs.last_cut_off(w.promised_on, w.days) if w.promised_on else None
        rated.append((slack(leaves, now, w.lines, w.units, pace), leaves, w))
    return sorted(rated, key=lambda r: (r[0], r[2].priority, r[2].order))
