"""Promising: when goods that leave a site reach the customer. Pure; by the calendars of the site, the carrier and the receiver."""

from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Protocol

from hanse.kernel.places import metres
from hanse.network.calendar import Calendar, Way
from hanse.network.schedule import Arrival, Hours, Work, forward


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


def arrival(site: Ships, way: Way, now: datetime, lead_days: int = 0) -> Arrival:
    """When goods arrive that are asked for now: they leave today before the cut-off, else on the next working day, after the days the site needs first."""
    return _arrival(site.zone, site.country, site.region, tuple(site.workdays), site.cut_off, way, now, lead_days)


@lru_cache(4096)
def _arrival(zone: str, country: str, region: str, workdays: tuple[int, ...], cut_off: time, way: Way, now: datetime, lead_days: int) -> Arrival:
    return forward(Hours(Calendar(country, region, workdays, zone)), cut_off, way, now, Work(), lead_days)


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
