"""Calendar: on which days a site works, and what that means for a date. Pure.

Days are counted in the site's own zone: its cut-off is a time on its wall, in summer and in winter.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import holidays

ONE_DAY = timedelta(days=1)
LONGEST_REST = 60
"""A calendar that rests longer than so many days in a row never works; the workdays are wrong."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of a place: some weekdays (0 is Monday) without the public holidays of its country and region.

    A region is an ISO 3166-2 subdivision without the country (`HH` of `DE-HH`).
    """

    country: str
    region: str = ""
    workdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    zone: str = "UTC"

    def is_working(self, day: date) -> bool:
        """Whether the place works on this day."""
        return day.weekday() in self.workdays and day not in holidays_of(self.country, self.region, day.year)

    def add_working_days(self, day: date, days: int) -> date:
        """The day so many working days after `day`; with 0 the day itself, or the next on which it works."""
        return _add(self, day, days)

    def today(self, now: datetime) -> date:
        """The day it is at the place."""
        return now.astimezone(ZoneInfo(self.zone)).date()

    def ship_day(self, now: datetime, cut_off: time) -> date:
        """The day on which what is asked for now leaves: today until the cut-off, else the next working day."""
        there = now.astimezone(ZoneInfo(self.zone))
        today = there.date()
        if there.time() <= cut_off and self.is_working(today):
            return today
        return self.add_working_days(today, 1)


@dataclass(frozen=True, slots=True)
class Way:
    """The way of goods from a site to a receiver: so many days in transit, and by whose days they count.

    Transit counts on the weekdays of `transit_on`, without the holidays of the site; where none are said, on the site's working days.
    The receiver takes goods in on the weekdays of `receives_on`, without the holidays of his country and region; none said: on any day.
    """

    days: int
    transit_on: tuple[int, ...] = ()
    receives_on: tuple[int, ...] = ()
    country: str = ""
    region: str = ""

    def arrives(self, site: Calendar, leaves: date) -> date:
        """The day on which the receiver takes in what leaves the site on a day."""
        carrier = replace(site, workdays=self.transit_on) if self.transit_on else site
        day = carrier.add_working_days(leaves, self.days)
        return Calendar(self.country, self.region, self.receives_on).add_working_days(day, 0) if self.receives_on else day

    def leaves_by(self, site: Calendar, arrives: date) -> date:
        """The last day on which goods may leave the site that must have arrived by `arrives`."""
        day = arrives
        while not site.is_working(day) or self.arrives(site, day) > arrives:
            day -= ONE_DAY
        return day


@lru_cache(65_536)
def days_between(calendar: Calendar, left_on: date, came_on: date) -> int:
    """The working days that a parcel took by a calendar: as many as the lane would have had to plan."""
    day, days = calendar.add_working_days(left_on, 0), 0
    while day < came_on:
        day, days = calendar.add_working_days(day, 1), days + 1
    return days


@lru_cache(65_536)
def _add(calendar: Calendar, day: date, days: int) -> date:
    rested = 0
    while days or not calendar.is_working(day):
        day += ONE_DAY
        rested = 0 if calendar.is_working(day) else rested + 1
        days -= days > 0 and not rested
        if rested > LONGEST_REST:
            raise ValueError(f"{calendar} never works")
    return day


@cache
def holidays_of(country: str, region: str, year: int) -> frozenset[date]:
    """The public holidays of a country, with those of its region where they are known."""
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        return frozenset()
    subdivision = region if region in known[country] else None
    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))
