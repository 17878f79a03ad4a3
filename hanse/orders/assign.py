"""Assign: reserve units at the sites that somebody names.

For a planner who knows better than sourcing, and for a company's past, where it is known which site
shipped. All of an ask or nothing: units that are not open, or not free at their site, refuse it. The promise
stays as it was given.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from annotated_types import Gt, Le, MaxLen, MinLen

from hanse.inventory import ledger
from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Quantity, ask
from hanse.kernel.numbers import order_ids
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from . import counters, pegging
from .events import AllocatedUnits, UnitsAllocated
from .holds import blocking

Position = Annotated[int, Gt(0), Le(100_000)]


@ask
class AssignLine:
    """So many open units of the line at a position, from this site. `ship_by` is until when it has to hand them over, where that is agreed
    with it (a marketplace with its sellers): by that it is judged whose hours were late."""

    line: Position
    site: Code
    quantity: Quantity
    ship_by: datetime | None = None


@ask
class Assign:
    """Reserve open units of an order at the sites named."""

    order: Code
    lines: Annotated[tuple[AssignLine, ...], MinLen(1), MaxLen(1000)]
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line of an order asked for, and how many of its units have no site."""

    line: int
    order: int
    position: int
    item: int
    sku: str
    open: int
    holds: list[str]


LINES = """
SELECT l.id, l.order_id, l.position, l.item_id, i.sku, l.ordered - l.cancelled - l.reserved + l.freed, o.holds
  FROM orders_line l JOIN orders_order o ON o.id = l.order_id JOIN catalogue_item i ON i.id = l.item_id
 WHERE l.order_id = ANY(%(order)s::bigint[])
"""
SITES = "SELECT code, id FROM network_site WHERE code = ANY(%(codes)s::text[])"
FREE = """
SELECT item_id, site_id, on_hand - reserved FROM inventory_stock
 WHERE item_id = ANY(%(items)s::bigint[]) AND site_id = ANY(%(sites)s::bigint[]) ORDER BY item_id, site_id FOR UPDATE
"""
SHIP_BY = """
UPDATE orders_allocation a SET ship_by = n.ship_by FROM unnest(%(order)s::bigint[], %(allocation)s::bigint[], %(ship_by)s::timestamptz[]) AS n(ord, id, ship_by)
 WHERE a.order_id = n.ord AND a.id = n.id
"""
Lines = Mapping[str, Mapping[int, OpenLine]]
Parts = list[tuple[OpenLine, AssignLine]]


def decide(asks: Sequence[Assign], lines: Lines, sites: Mapping[str, int], free: dict[tuple[int, int], int]) -> list[Parts | Refused]:
    """Each ask whole or not at all; later asks see what earlier ones took."""
    answers: list[Parts | Refused] = []
    taken: dict[int, int] = defaultdict(int)
    for ask in asks:
        known = lines.get(ask.order)
        if known is None:
            answers.append(refuse("order-unknown", at="order", order=ask.order))
        elif held := blocking(next(iter(known.values())).holds, "allocate"):
            answers.append(refuse("on-hold", order=ask.order, holds=held))
        elif findings := _findings(ask, known, sites, free, taken):
            answers.append(refuse_all(findings))
        else:
            for part in ask.lines:
                line = known[part.line]
                taken[line.line] += part.quantity
                free[line.item, sites[part.site]] -= part.quantity
            answers.append([(known[part.line], part) for part in ask.lines])
    return answers


def _findings(ask: Assign, known: Mapping[int, OpenLine], sites: Mapping[str, int], free: Mapping[tuple[int, int], int], taken: Mapping[int, int]) -> list[Refused]:
    """What stands in the way of an ask; two parts of one line, or of one item at one site, are summed."""
    found: list[Refused] = []
    of_line: dict[int, int] = defaultdict(int)
    of_stock: dict[tuple[int, str], int] = defaultdict(int)
    for i, part in enumerate(ask.lines):
        line = known.get(part.line)
        if line is None:
            found.append(refuse("line-unknown", at=f"lines/{i}/line", order=ask.order, line=part.line))
        elif part.site not in sites:
            found.append(refuse("site-unknown", at=f"lines/{i}/site", site=part.site))
        else:
            of_line[part.line] += part.quantity
            of_stock[line.item, part.site] += part.quantity
    skus = {line.item: line.sku for line in known.values()}
    for position, units in of_line.items():
        left = known[position].open - taken[known[position].line]
        if units > left:
            found.append(refuse("nothing-open" if left <= 0 else "values-refused", at="lines", order=ask.order, why=f"Line {position} has {left} open units; {units} asked."))
    for (item, site), units in of_stock.items():
        there = free.get((item, sites[site]), 0)
        if units > there:
            found.append(refuse("stock-short", at="lines", sku=skus[item], wanted=units, available=there))
    return found


@operation
def assign(run: Run, asks: Sequence[Assign]) -> list[UnitsAllocated | Refused]:
    """Reserve open units at the sites named; stock, line and order move together."""
    ids = order_ids(a.order for a in asks)
    counters.lock_orders(run, ids)
    lines: dict[str, dict[int, OpenLine]] = defaultdict(dict)
    for line in run.rows(OpenLine, LINES, order=ids):
        lines[f"H-{line.order}"][line.position] = line
    sites: dict[str, int] = dict(run.rows(as_tuple, SITES, codes=sorted({p.site for a in asks for p in a.lines})))
    items = sorted({known.item for a in asks for p in a.lines if (known := lines.get(a.order, {}).get(p.line))})
    free = {(item, site): n for item, site, n in run.rows(as_tuple, FREE, items=items, sites=sorted(sites.values()))}
    decided = decide(asks, lines, sites, free)
    parts = [(nr, line, part) for nr, d in enumerate(decided) if not isinstance(d, Refused) for line, part in d]
    made = [
        counters.Reserved(id, line.order, line.line, line.item, sites[part.site], part.quantity, None, None)
        for id, (_, line, part) in zip(run.draw("orders_allocation_id_seq", len(parts)), parts, strict=True)]
    if made:
        counters.allocate(run, made)
        ledger.reserve(run, [ledger.Reserve(m.item, m.site, m.quantity) for m in made])
    if agreed := [(m, part.ship_by) for m, (_, _, part) in zip(made, parts, strict=True) if part.ship_by]:
        run.write(SHIP_BY, [m for m, _ in agreed], ship_by=[until for _, until in agreed])
    waiting = _still_waiting(run, parts) if parts else {}
    units: dict[int, list[AllocatedUnits]] = defaultdict(list)
    for m, (nr, line, part) in zip(made, parts, strict=True):
        units[nr].append(AllocatedUnits(m.allocation, m.line, line.sku, part.site, m.quantity, None))
    return [
        d if isinstance(d, Refused)
        else UnitsAllocated(a.order, tuple(units[nr]), tuple(waiting.get(int(a.order[2:]), ())), {"policy": "named", "winner": sorted({p.site for p in a.lines})}, a.at)
        for nr, (a, d) in enumerate(zip(asks, decided, strict=True))]


def _still_waiting(run: Run, parts: Sequence[tuple[int, OpenLine, AssignLine]]) -> dict[int, list]:
    """Peg anew what is still open of the lines that got units, so that no supply waits for units that have a site."""
    taken: dict[int, int] = defaultdict(int)
    for _, line, part in parts:
        taken[line.line] += part.quantity
    lines = {line.line: line for _, line, _ in parts}
    return pegging.peg(run, {id: line.open - taken[id] for id, line in lines.items() if line.open > taken[id]}, lines)
