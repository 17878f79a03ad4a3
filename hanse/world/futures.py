"""Futures: live one from a copy of today, and measure what came of it. Runs where Django belongs to that copy."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from hanse.journal.asking import rows
from hanse.journal.principals import HANSE
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.kernel.rows import as_tuple
from hanse.network.keep import keep_sites
from hanse.network.keep_floors import keep_floors
from hanse.network.keep_rates import keep_rates
from hanse.network.keep_services import keep_services
from hanse.orders.replanning import HANDLING, SPLIT
from hanse.partners.keep import keep_parties

from . import living
from .changing import change_of, changed
from .day import Day, World
from .described import of
from .history import NotThisWorld, hurried, stood
from .opening import Opened
from .whatif import Future, Outcome

T = TypeVar("T")
LATE = """
SELECT v.due_on, sum(coalesce(v.hours_late, 0))::float, count(*)::float FROM perfect_order_verdict v
 WHERE v.known_to IS NULL AND v.state <> 'void' AND v.in_time IS NOT NULL AND v.due_on BETWEEN %(first)s AND %(last)s GROUP BY 1 ORDER BY 1
"""
JUDGED = """
SELECT d.due_on, 100 * sum(d.perfect)::float, sum(d.perfect + d.imperfect)::float FROM perfect_order_day d
 WHERE d.by = 'all' AND d.due_on BETWEEN %(first)s AND %(last)s GROUP BY 1 HAVING sum(d.perfect + d.imperfect) > 0 ORDER BY 1
"""
COSTS = f"""
WITH shipped AS (
  SELECT (s.handed_over_at AT TIME ZONE %(zone)s)::date AS day, s.order_id, s.site_id, s.id FROM transport_shipment s WHERE s.handed_over_at >= %(since)s),
 first AS (SELECT order_id, min(day) AS day FROM shipped GROUP BY 1),
 freight AS (
  SELECT z.day, sum(x.total) AS money FROM shipped z JOIN transport_parcel p ON p.shipment_id = z.id
    JOIN LATERAL (SELECT x.total FROM transport_choice x WHERE x.carton_id = p.carton_id ORDER BY x.id DESC LIMIT 1) x ON true GROUP BY 1),
 picked AS (
  SELECT f.day, count(DISTINCT (a.line_id, a.site_id)) AS n FROM first f JOIN orders_allocation a ON a.order_id = f.order_id AND a.shipped > 0 GROUP BY 1),
 sites AS (SELECT f.day, count(DISTINCT (z.order_id, z.site_id)) AS n FROM first f JOIN shipped z ON z.order_id = f.order_id GROUP BY 1),
 orders AS (SELECT day, count(*) AS n FROM first GROUP BY 1)
SELECT d.day, coalesce(freight.money, 0)::float, coalesce(picked.n, 0) * {HANDLING / 100}::float, (coalesce(sites.n, 0) - coalesce(orders.n, 0)) * {SPLIT / 100}::float, coalesce(orders.n, 0)::float
  FROM (SELECT DISTINCT day FROM shipped) d LEFT JOIN freight USING (day) LEFT JOIN picked USING (day) LEFT JOIN sites USING (day) LEFT JOIN orders USING (day) ORDER BY 1
"""
"""What the orders cost that left, by the day on which their first parcel did: freight as it was chosen, each line that a site picked, each site beyond the first."""
STOCK = "SELECT coalesce(sum(s.on_hand * i.price), 0)::float FROM inventory_stock s JOIN catalogue_item i ON i.id = s.item_id"


def live(future: Future) -> Outcome:
    """Live the days of a future under its rules."""
    company = of(future.company, future.name)
    world = World(company, future.seed, future.began, luck=future.luck)
    placed, nights, since = [], [], stood()
    with hurried():
        if future.change:
            was = world.opened
            world = World(changed(company, change_of(future.change)), future.seed, future.began, luck=future.luck)
            _apply(was, world, future)
        for n in range(future.days):
            day = Day(world, future.first + timedelta(days=n), since=since)
            placed.append(living.live(day).told.get("OrderPlaced", 0))
            nights += rows(float, STOCK)
        living.settle(day)
    return _measured(world, future, placed, nights)


def _apply(was: Opened, world: World, future: Future) -> None:
    """Make what the change changes known to hanse, on the morning of its first day; the rest the world does by itself."""
    it = world.opened
    with clock.standing_at(datetime.combine(future.first, time(), ZoneInfo(world.company.zone))):
        for keep, old, new in (
            (keep_sites, was.sites, it.sites), (keep_floors, was.floors, it.floors), (keep_services, was.services, it.services),
            (keep_rates, was.rates, it.rates), (keep_parties, was.parties, it.parties),
        ):  # fmt: skip
            asks = [_from(b, future) for a, b in zip(old, new, strict=True) if a != b]
            refused = [x for x in (keep(asks, by=HANSE) if asks else []) if isinstance(x, Refused)]
            if refused:
                raise NotThisWorld(f"The change cannot be made: {refused[0].detail}")


def _from(ask: T, future: Future) -> T:
    """What is dated holds from the first day of the future."""
    return replace(ask, from_on=future.first) if hasattr(ask, "from_on") else ask  # type: ignore[type-var]


def _measured(world: World, future: Future, placed: list[int], nights: list[float]) -> Outcome:
    days = [future.first + timedelta(days=n) for n in range(future.days)]
    zone = world.company.zone
    since = datetime.combine(future.first, time(), ZoneInfo(zone))
    late, judged = (rows(as_tuple, sql, first=days[0], last=days[-1]) for sql in (LATE, JUDGED))
    costs = rows(as_tuple, COSTS, since=since, zone=zone)
    freight, handling, split = (_share([(on, row[part], row[3]) for on, *row in costs]) for part in range(3))
    daily: dict[str, list[float | None]] = {
        "orders": [float(n) for n in placed], "stock": list(nights), "perfect": _by_day(days, judged), "hours_late": _by_day(days, late),
        "cost": _by_day(days, [(on, sum(row[:3]), row[3]) for on, *row in costs]),
    }
    return Outcome(sum(placed), _share(judged), _share(late), freight + handling + split, freight, handling, split, sum(nights) / len(nights), daily)


def _share(found: Iterable[tuple[date, float, float]]) -> float:
    """Of all days together so much for each that counts."""
    all_days = list(found)
    whole = sum(n for _, _, n in all_days)
    return sum(part for _, part, _ in all_days) / whole if whole else 0.0


def _by_day(days: Iterable[date], found: Iterable[tuple[date, float, float]]) -> list[float | None]:
    """So much for each that counts, day by day; nothing on a day without any."""
    told = {on: part / n for on, part, n in found if n}
    return [told.get(on) for on in days]
