"""Demand: who orders what on a day. Pure, and the same for the same seed, whatever the company does with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import cos, pi
from random import Random
from zoneinfo import ZoneInfo

from hanse.orders.place import Place, PlaceLine

from .chances import Chances, how_many, poisson
from .described import Company, Customers, Family
from .opening import Buyer, Sold

DAYS_OF_GROWTH = 90


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order that a customer sends at an instant."""

    at: datetime
    ask: Place
    buyer: Buyer


def season(family: Family, day: date, began: date) -> float:
    """How many times its average a family is asked for on a day."""
    if family.pattern == "seasonal":
        months = (day.month - family.peak + (day.day - 15) / 30) * 2 * pi / 12
        return 1 + family.swing * cos(months)
    if family.pattern == "trend":
        return max(0.0, 1 + family.growth * (day - began).days / DAYS_OF_GROWTH)
    if family.pattern == "promoted":
        return next((p.factor for p in family.promotions if (day - began).days % p.every >= p.every - p.days), 1.0)
    return 1.0


def orders_of(company: Company, sold: Sequence[Sold], buyers: dict[str, list[Buyer]], day: date, began: date, chances: Chances) -> list[Wanted]:
    """All orders of a day, the earliest first; each has its number of the day as its reference."""
    weights = [it.share * season(it.family, day, began) for it in sold]
    lift = sum(weights)
    found = [
        _order(company, of, buyers[of.code], sold, weights, day, n, chances)
        for of in company.customers
        for n in range(poisson(chances.of("orders", of.code, day), of.orders_per_day * of.weekdays[day.weekday()] * lift))
    ]
    return sorted(found, key=lambda w: (w.at, w.ask.ref))


def _order(company: Company, of: Customers, buyers: Sequence[Buyer], sold: Sequence[Sold], weights: Sequence[float], day: date, n: int, chances: Chances) -> Wanted:
    random = chances.of("order", of.code, day, n)
    at = datetime.combine(day, time(), ZoneInfo(company.zone)) + timedelta(seconds=random.randrange(of.from_hour * 3600, of.until_hour * 3600))
    buyer = random.choice(buyers)
    lines = tuple(PlaceLine(it.sku, _units(it, of, random)) for it in _different(random, sold, weights, how_many(random, of.lines)))
    wanted = day + timedelta(days=random.randint(*of.wants_in_days)) if of.wants_in_days else None
    return Wanted(at, Place(buyer.code, lines, ref=f"{of.code}{day:%y%m%d}-{n + 1:04}", channel=of.channel, requested_on=wanted, freight=Decimal(f"{of.freight:.2f}"), at=at), buyer)


def _units(it: Sold, of: Customers, random: Random) -> int:
    units = how_many(random, of.units)
    return units * random.choice((3, 4, 6)) if it.family.pattern == "rare" and of.business else units


def _different(random: Random, sold: Sequence[Sold], weights: Sequence[float], lines: int) -> list[Sold]:
    """So many different items, by how much they are asked for."""
    found: dict[str, Sold] = {}
    for it in random.choices(sold, weights, k=3 * lines):
        found.setdefault(it.sku, it)
    return list(found.values())[:lines]
