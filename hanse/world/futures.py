"""Futures: live one from a copy of today, and measure what came of it. Runs where Django belongs to that copy."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db import connection

from hanse.journal.asking import rows
from hanse.journal.principals import HANSE
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.network.keep import keep_sites
from hanse.network.keep_rates import keep_rates
from hanse.network.keep_services import keep_services
from hanse.partners.keep import keep_parties
from hanse.perfect_order.reads import Period, headline

from . import living
from .changing import change_of, changed
from .day import Day, World
from .described import of
from .history import NotThisWorld, hurried, stood
from .opening import Opened
from .whatif import Future, Outcome

T = TypeVar("T")
LATE = "SELECT coalesce(avg(coalesce(v.hours_late, 0)), 0)::float FROM perfect_order_verdict v WHERE v.known_to IS NULL AND v.state <> 'void' AND v.in_time IS NOT NULL AND v.due_on BETWEEN %(first)s AND %(last)s"
FREIGHT = """
SELECT coalesce(avg(x.total), 0)::float FROM transport_parcel p JOIN transport_shipment s ON s.id = p.shipment_id
  JOIN LATERAL (SELECT x.total FROM transport_choice x WHERE x.carton_id = p.carton_id ORDER BY x.id DESC LIMIT 1) x ON true WHERE s.handed_over_at >= %(since)s
"""
STOCK = "SELECT coalesce(sum(s.on_hand * i.price), 0)::float FROM inventory_stock s JOIN catalogue_item i ON i.id = s.item_id"


def live(future: Future) -> Outcome:
    """Live the days of a future under its rules."""
    company = of(future.company, future.name)
    world = World(company, future.seed, future.began, luck=future.luck)
    placed, nights, since = 0, [], stood()
    with hurried():
        if future.change:
            was = world.opened
            world = World(changed(company, change_of(future.change)), future.seed, future.began, luck=future.luck)
            _apply(was, world, future)
        for n in range(future.days):
            day = Day(world, future.first + timedelta(days=n), since=since)
            placed += living.live(day).told.get("OrderPlaced", 0)
            nights += rows(float, STOCK)
        living.settle(day)
    return _measured(world, future, placed, nights)


def _apply(was: Opened, world: World, future: Future) -> None:
    """Make what the change changes known to hanse, on the morning of its first day; the rest the world does by itself."""
    it = world.opened
    with clock.standing_at(datetime.combine(future.first, time(), ZoneInfo(world.company.zone))):
        for keep, old, new in ((keep_sites, was.sites, it.sites), (keep_services, was.services, it.services), (keep_rates, was.rates, it.rates), (keep_parties, was.parties, it.parties)):
            asks = [_from(b, future) for a, b in zip(old, new, strict=True) if a != b]
            refused = [x for x in (keep(asks, by=HANSE) if asks else []) if isinstance(x, Refused)]
            if refused:
                raise NotThisWorld(f"The change cannot be made: {refused[0].detail}")


def _from(ask: T, future: Future) -> T:
    """What is dated holds from the first day of the future."""
    return replace(ask, from_on=future.first) if hasattr(ask, "from_on") else ask  # type: ignore[type-var]


def _measured(world: World, future: Future, placed: int, nights: list[float]) -> Outcome:
    last = future.first + timedelta(days=future.days - 1)
    share = headline(Period(future.first, last))
    since = datetime.combine(future.first, time(), ZoneInfo(world.company.zone))
    [late], [freight] = rows(float, LATE, first=future.first, last=last), rows(float, FREIGHT, since=since)
    decided = share.perfect + share.imperfect
    return Outcome(placed, 100 * share.perfect / decided if decided else 0.0, late, freight, sum(nights) / len(nights))


def leave() -> None:
    """Let go of the copy, so that it can be ended."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
