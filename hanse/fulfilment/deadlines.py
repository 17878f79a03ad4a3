"""Deadlines: by when each site that still owes units of an order has to release, pick, pack and hand them over to keep its promise.

Worked out backward from the promise when somebody looks, by the same steps as slack.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hanse.journal.asking import rows
from hanse.kernel.numbers import order_id
from hanse.kernel.rows import as_tuple

from .batching import Pace
from .slack import DEPARTS, LANE, WAY, departs_of, way_of


@dataclass(frozen=True, slots=True)
class Step:
    """A step with the units that still wait for it, by when it has to be done, and whether that is over."""

    step: str
    units: int
    by: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class Deadlines:
    """What a site owes of an order, for which day, and the steps that are still to be done; without a promise there are none."""

    site: str
    zone: str
    promised_on: date | None
    steps: list[Step]


OWED = f"""
SELECT s.code, r.promised_on, r.to_release, r.to_pick, r.to_pack, r.to_leave, r.lines, {WAY}, {DEPARTS}
  FROM orders_order o JOIN partners_address d ON d.id = o.ship_to_id
  LEFT JOIN (SELECT a.order_id, a.site_id, min(a.promised_on) AS promised_on, sum(a.reserved - a.freed - a.released + a.recalled)::bigint AS to_release,
               sum(a.reserved - a.freed - a.picked + a.put_back)::bigint AS to_pick, sum(a.reserved - a.freed - a.packed + a.unpacked)::bigint AS to_pack,
               sum(a.reserved - a.freed - a.shipped)::bigint AS to_leave, count(*) FILTER (WHERE a.reserved > a.freed + a.released - a.recalled) AS lines
          FROM orders_allocation a WHERE a.order_id = %(order)s AND a.reserved > a.freed + a.shipped GROUP BY 1, 2) r ON r.order_id = o.id
  LEFT JOIN network_site s ON s.id = r.site_id AND s.supplier = ''
  LEFT JOIN {LANE} ON true
 WHERE o.id = %(order)s ORDER BY s.code
"""


def deadlines(number: str, now: datetime) -> list[Deadlines] | None:
    """The deadlines of an order at its sites, where there is such an order; suppliers that ship for us have their own."""
    found = rows(as_tuple, OWED, order=order_id(number))
    return [_deadlines(row, now) for row in found if row[0]] if found else None


def _deadlines(row: Sequence[Any], now: datetime, pace: Pace = Pace()) -> Deadlines:  # noqa: B008
    site, promised_on, to_release, to_pick, to_pack, to_leave, lines = row[:-12]
    departs = departs_of(*row[-7:])
    if promised_on is None:
        return Deadlines(site, departs.zone, None, [])
    by = departs.steps(departs.last_cut_off(promised_on, way_of(*row[-12:-7])), lines, to_release, pace)
    steps = [("release", to_release, by.release_by), ("pick", to_pick, by.picked_by), ("pack", to_pack, by.packed_by), ("hand over", to_leave, by.hand_over_by)]
    return Deadlines(site, departs.zone, promised_on, [Step(name, units, at, at < now) for name, units, at in steps if units > 0])
