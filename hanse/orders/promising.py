"""Promising: when goods that leave a site reach the customer. Pure; in the zone and calendar of the site."""

from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Protocol

from hanse.kernel.places import metres
from hanse.network.calendar import Calendar


class Ships(Protocol):
    """What a promise needs to know of a site."""

    @property
    def zone(self) -> str: ...
    @property
    def country(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def workdays(self) -> list[int]: ...
    @property
    def cut_off(self) -> time: ...


def arrives_on(site: Ships, days: int, now: datetime) -> date:
    """The day goods arrive: shipped today before the cut-off, else the next working day, then transit working days."""
    return _arrives_on(site.zone, site.country, site.region, tuple(site.workdays), site.cut_off, days, now)


@lru_cache(4096)
def _arrives_on(zone: str, country: str, region: str, workdays: tuple[int, ...], cut_off: time, days: int, now: datetime) -> date:
    calendar = Calendar(country, region, workdays, zone)
    return calendar.add_working_days(calendar.ship_day(now, cut_off), days)


def settled(promised: date | None, arrives: date | None, today: date) -> date | None:
    """The promise of a line whose goods will arrive then.

    Without a promise it is the arrival. A promise stands that is kept, and one that lies in the past: it was
    broken, not moved. One that cannot be kept any more moves to the arrival.
    """
    if promised is None or arrives is None:
        return promised or arrives
    return arrives if today <= promised < arrives else promised


def kilometres(from_latitude: Decimal | None, from_longitude: Decimal | None, latitude: Decimal | None, longitude: Decimal | None) -> int:
    """Great-circle distance in whole kilometres (haversine); 0 where one of the places is not known."""
    if from_latitude is None or from_longitude is None or latitude is None or longitude is None:
        return 0
    return round(metres(float(from_latitude), float(from_longitude), float(latitude), float(longitude)) / 1000)
