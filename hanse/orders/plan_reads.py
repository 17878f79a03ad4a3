"""What there is to plan: open and reserved units that are not on the floor, free stock, and the ways to the customers."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hanse.journal.asking import rows
from hanse.kernel.rows import as_tuple

from .holds import BLOCKS
from .replan import Give, Replan, Take
from .replanning import Job, Need, Plan
from .reserving import LEARNED, OpenLine, SiteFact, candidates_for, queue_key


@dataclass(slots=True)
class Demand:
    """Jobs in the order of the queue, free stock, and the names that a plan is told and done by."""

    jobs: list[Job]
    free: dict[tuple[int, int], int]
    lines: dict[int, tuple[str, int, str]]
    sites: dict[int, str]
    loose: dict[tuple[int, int], list[tuple[int, int]]]


LINES = """
SELECT l.id, l.order_id, l.item_id, i.sku, l.ordered - l.cancelled - l.reserved + l.freed, o.priority, o.placed_at,
       a.country, a.region, a.latitude, a.longitude, l.promised_on, NULL::date, receiver.receives_on, l.position, (l.net * 100 / l.ordered)::bigint
  FROM orders_line l JOIN orders_order o ON o.id = l.order_id JOIN catalogue_item i ON i.id = l.item_id JOIN partners_address a ON a.id = o.ship_to_id
  JOIN partners_party receiver ON receiver.id = a.party_id
 WHERE o.open AND NOT (o.holds && %(held)s::text[]) AND l.ordered > l.cancelled + l.picked - l.put_back AND l.kit IS NULL
"""
PARTS = """
SELECT k.id, k.order_id, k.line_id, k.site_id, k.reserved - k.freed - greatest(k.released - k.recalled, k.picked - k.put_back), greatest(k.released - k.recalled, k.picked - k.put_back) > k.shipped
  FROM orders_allocation k JOIN orders_order o ON o.id = k.order_id WHERE o.open AND k.reserved > k.freed + k.shipped ORDER BY k.id DESC
"""
FREE = "SELECT item_id, site_id, on_hand - reserved FROM inventory_stock WHERE on_hand > reserved"
SITES = f"""
SELECT s.id, s.code, s.zone, s.country, s.region, s.workdays, s.cut_off, s.priority, s.latitude, s.longitude,
       coalesce(l.country, ''), coalesce(l.region, ''), coalesce(learned.days, l.days), l.cost, false, coalesce(l.transit_on, '{{}}')
  FROM network_site s LEFT JOIN network_lane l ON l.site_id = s.id
  {LEARNED}
 WHERE s.active AND s.supplier = '' ORDER BY s.id, l.id
"""


def demand(now: datetime) -> Demand:
    """All that can be planned now. An order that has units at a site without a way to its customer is left as it is."""
    sites = rows(SiteFact, SITES, now=now)
    found: dict[int, list[tuple[OpenLine, int, int]]] = defaultdict(list)
    for row in rows(as_tuple, LINES, held=sorted(type for type in BLOCKS if "allocate" in BLOCKS[type])):
        found[row[1]].append((OpenLine(*row[:14]), row[14], row[15]))
    held: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    loose: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    floor: dict[int, set[int]] = defaultdict(set)
    for allocation, order, line, site, units, on_floor in rows(as_tuple, PARTS):
        if on_floor:
            floor[order].add(site)
        if units > 0:
            held[line][site] += units
            loose[line, site].append((allocation, units))
    made: list[tuple[tuple, Job]] = []
    for order, lines in found.items():
        ways = [w for w in candidates_for(lines[0][0], sites, now) if not w.out]
        needs = [Need(x.line, x.item, x.open, dict(held.get(x.line, {})), value, x.promised_on) for x, _, value in lines if x.open or held.get(x.line)]
        if needs and {site for need in needs for site in need.held} <= {w.site for w in ways}:
            made.append((min(queue_key(x) for x, _, _ in lines), Job(order, needs, ways, frozenset(floor[order]))))
    names = {x.line: (f"H-{order}", position, x.sku) for order, lines in found.items() for x, position, _ in lines}
    free = {(item, site): n for item, site, n in rows(as_tuple, FREE)}
    return Demand([job for _, job in sorted(made, key=lambda entry: entry[0])], free, names, {s.site: s.code for s in sites}, dict(loose))


def asks_of(groups: Sequence[Sequence[Job]], plan: Plan, it: Demand) -> list[Replan]:
    """The plan as asks, one per group of orders that move together; groups in which nothing changes are left out."""
    asks = []
    for group in groups:
        gives: list[Give] = []
        takes: list[Take] = []
        for need in (need for job in group for need in job.needs):
            for site in sorted({*need.held, *(s for s in it.sites if plan.get((need.line, s)))}):
                more = plan.get((need.line, site), 0) - need.held.get(site, 0)
                if more > 0:
                    order, position, _ = it.lines[need.line]
                    takes.append(Take(order, position, it.sites[site], more))
                elif more < 0:
                    gives += _given(it.loose[need.line, site], -more)
        if takes:
            asks.append(Replan(tuple(gives), tuple(takes)))
    return asks


def _given(parts: Sequence[tuple[int, int]], units: int) -> list[Give]:
    """So many units of allocations at one site, the newest first."""
    given = []
    for allocation, there in parts:
        n = min(there, units)
        if n > 0:
            given.append(Give(allocation, n))
            units -= n
    return given
