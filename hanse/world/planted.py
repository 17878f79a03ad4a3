"""Planted causes: where they bite. The world asks at the moment it matters; hanse is never told."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TypeVar

from .described import Company, LookAlikes, MiscountedBin, MissingCrew, OldPrices, RoughCarrier, SlowLane

Kind = TypeVar("Kind", SlowLane, RoughCarrier, MiscountedBin, LookAlikes, OldPrices, MissingCrew)


def _at_work(company: Company, kind: type[Kind], on: date, began: date) -> Iterator[Kind]:
    """The causes of a kind that are at work on a day."""
    for cause in company.planted:
        if isinstance(cause, kind) and on >= began + timedelta(days=cause.from_day):
            yield cause


def days_more(company: Company, began: date, carrier: str, country: str, left_on: date) -> int:
    """Working days that a parcel comes later."""
    return sum(c.days for c in _at_work(company, SlowLane, left_on, began) if (c.carrier, c.country) == (carrier, country) and left_on.weekday() in c.weekdays)


def damaged(company: Company, began: date, carrier: str, country: str, on: date) -> float:
    """The share of parcels that arrive damaged because of it."""
    return max((c.share for c in _at_work(company, RoughCarrier, on, began) if (c.carrier, c.country) == (carrier, country)), default=0.0)


def short(company: Company, began: date, site: str, bin: str, on: date) -> float:
    """The share of picks that find too little in a bin because of it."""
    return max((c.share for c in _at_work(company, MiscountedBin, on, began) if (c.site, c.bin) == (site, bin)), default=0.0)


def swapped(company: Company, began: date, site: str, sku: str, on: date) -> float:
    """The share of lines in which something else lies because of it."""
    return max((c.share for c in _at_work(company, LookAlikes, on, began) if c.site == site and sku in c.skus), default=0.0)


def old_price(company: Company, began: date, customers: str, on: date) -> float:
    """The share of orders whose customer was told another price."""
    return max((c.share for c in _at_work(company, OldPrices, on, began) if c.customers == customers), default=0.0)


def hours_late(company: Company, began: date, site: str, on: date) -> float:
    """Hours that the pickers of a site come late."""
    return sum(c.hours for c in _at_work(company, MissingCrew, on, began) if c.site == site and on.weekday() in c.weekdays)
