"""Consolidating: which cartons that stand ready could leave as one parcel, and for which orders a parcel may wait.

Worked out when somebody looks and kept nowhere. A pair is proposed only where `consolidate` would take it. A parcel may wait for an
order whose picks are still open here and which leaves by the same cut-off or an earlier one, until that cut-off less the time to pack and
stage, so never past a promise; whether the picks will be done by then is said as well.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hanse.journal.asking import rows
from hanse.kernel.refused import Refused
from hanse.network.calendar import Way
from hanse.orders.holds import blocking

from .batching import Pace
from .consolidate import STANDING, Consolidate, Standing, decide
from .slack import DEPARTS, LANE, WAY, Departs, departs_of, slack, way_of

MOST = 200
"""So many cartons are looked at, the oldest first."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A carton that could leave in another, and the orders of both."""

    carton: str
    order: str
    into: str
    into_order: str


@dataclass(frozen=True, slots=True)
class Beside:
    """An order of the same customer for the same address, with cartons that stand here."""

    order: str
    cartons: int


@dataclass(frozen=True, slots=True)
class Open:
    """An order with its open picks at a site, where it goes and when that leaves."""

    order: int
    promised_on: date | None
    holds: Sequence[str]
    lines: int
    units: int
    freight: Decimal
    currency: str
    way: Way
    departs: Departs

    def leaves_at(self, now: datetime) -> datetime:
        """Its last cut-off that keeps the promise; without one, or when that is over, the next."""
        last = self.departs.last_cut_off(self.promised_on, self.way) if self.promised_on else None
        return last if last is not None and last > now else self.departs.next_cut_off(now)


@dataclass(frozen=True, slots=True)
class Coming:
    """An order for the same address that is still being picked: when it leaves, how long a parcel may wait for it, whether it will be ready,
    and the freight of a parcel that is saved."""

    order: str
    units: int
    leaves_at: datetime
    wait_until: datetime
    in_time: bool
    freight: Decimal
    currency: str


GROUPED = f"""{STANDING}
 WHERE c.id IN (
   SELECT g.id FROM (SELECT k.id, k.sscc, k.address_id, k.carrier, o.customer_id, min(k.order_id) OVER w <> max(k.order_id) OVER w AS several
                       FROM fulfilment_carton k JOIN orders_order o ON o.id = k.order_id
                      WHERE k.site_id = (SELECT id FROM network_site WHERE code = %(site)s::text) AND k.handed_over_at IS NULL AND k.opened_at IS NULL
                        AND (%(carton)s::text = '' OR (o.customer_id, k.address_id, k.carrier) = (
                               SELECT y.customer_id, x.address_id, x.carrier FROM fulfilment_carton x JOIN orders_order y ON y.id = x.order_id WHERE x.sscc = %(carton)s::text))
                     WINDOW w AS (PARTITION BY o.customer_id, k.address_id, k.carrier)) g WHERE g.several) ORDER BY c.id LIMIT %(most)s
"""
BESIDE = """
SELECT 'H-' || k.order_id, count(*) FROM orders_order m JOIN network_site s ON s.code = %(site)s::text
  JOIN fulfilment_carton k ON k.site_id = s.id AND k.handed_over_at IS NULL AND k.opened_at IS NULL AND k.order_id <> m.id AND k.address_id = m.ship_to_id AND k.carrier = m.carrier
  JOIN orders_order o ON o.id = k.order_id AND o.customer_id = m.customer_id
 WHERE m.id = %(order)s::bigint AND k.inside_id IS NULL GROUP BY k.order_id ORDER BY k.order_id LIMIT 10
"""
OPEN = f"""
SELECT o.id, o.promised_on, o.holds, coalesce(t.lines, 0), coalesce(t.units, 0)::bigint, coalesce(lane.cost, 0), coalesce(lane.currency, ''),
       {WAY}, {DEPARTS}
  FROM orders_order m JOIN network_site s ON s.code = %(site)s::text
  JOIN LATERAL (SELECT m.id AS id, NULL::bigint AS lines, NULL::bigint AS units UNION ALL
                SELECT t.order_id, count(*), sum(t.to_pick - t.withdrawn) FROM fulfilment_task t WHERE t.closed_at IS NULL AND t.site_id = s.id AND t.order_id <> m.id GROUP BY 1) t ON true
  JOIN orders_order o ON o.id = t.id AND o.customer_id = m.customer_id AND o.ship_to_id = m.ship_to_id AND o.carrier = m.carrier
  JOIN partners_address d ON d.id = o.ship_to_id LEFT JOIN {LANE.replace("l.carrier", "l.carrier, l.cost, l.currency")} ON true
 WHERE m.id = %(order)s::bigint ORDER BY o.id <> m.id, o.id
"""
"""The order itself first, then those for the same address whose picks are open here."""


def pairs(site: str, carton: str = "") -> list[Pair]:
    """Cartons of different orders at a site that could leave as one parcel, each but once as the inner one; of this carton alone, if it is named."""
    groups: dict[tuple[int, int, str], list[Standing]] = defaultdict(list)
    for c in rows(Standing, GROUPED, site=site, carton=carton, most=MOST):
        groups[c.customer, c.shows, c.label_carrier].append(c)
    found = [pair for group in groups.values() for pair in paired(group)]
    return [p for p in found if carton in ("", p.carton, p.into)]


def paired(group: Sequence[Standing]) -> list[Pair]:
    """Which cartons of a group go into which: the smaller into the largest that takes it; of equal ones the later into the first. Pure."""
    cartons = {c.sscc: c for c in group}
    large_first = sorted(group, key=lambda c: (c.sscc not in {g.outer for g in group}, -(c.space or 0), c.id))
    found: list[Pair] = []
    asks: list[Consolidate] = []
    for c in reversed(large_first):
        if c.outer or any(a.into == c.sscc for a in asks):
            continue
        for into in large_first:
            if into.sscc == c.sscc:
                break
            if into.order != c.order and not isinstance(decide([*asks, ask := Consolidate(c.sscc, into.sscc)], cartons)[-1], Refused):
                asks.append(ask)
                found.append(Pair(c.sscc, f"H-{c.order}", into.sscc, f"H-{into.order}"))
                break
    return found[::-1]


def beside(order: int, site: str) -> list[Beside]:
    """The orders with cartons that stand here for the same address as this one."""
    return rows(Beside, BESIDE, order=order, site=site)


def coming(order: int, site: str, now: datetime) -> list[Coming]:
    """The orders for the same address that are still being picked and that a parcel of this one may wait for."""
    found = rows(_open, OPEN, order=order, site=site)
    return awaited(found[0], found[1:], now) if found else []


def _open(*row: Any) -> Open:
    return Open(*(*row[:-12], way_of(*row[-12:-7]), departs_of(*row[-7:])))


def awaited(own: Open, others: Sequence[Open], now: datetime, pace: Pace = Pace()) -> list[Coming]:  # noqa: B008
    """Those that leave by the same cut-off or an earlier one, while there is time to wait. Pure."""
    told = []
    for o in others:
        leaves = o.leaves_at(now)
        until = leaves - timedelta(seconds=pace.packing)
        if leaves <= own.leaves_at(now) and until > now and not blocking(o.holds, "hand-over"):
            told.append(Coming(f"H-{o.order}", o.units, leaves, until, slack(leaves, now, o.lines, o.units, pace, o.departs.hours) >= 0, o.freight, o.currency))
    return sorted(told, key=lambda c: (not c.in_time, c.wait_until, c.order))
