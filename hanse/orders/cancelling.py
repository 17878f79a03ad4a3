"""Cancelling: what of an order can be cancelled, and the set function that does it for cancel and change.

Units without a site go first, then reserved ones, those not yet on the floor before those that are. Stock
that comes free goes to the queue of waiting orders, never back to the order that was cancelled.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hanse.journal.run import Run

from . import pegging
from .counters import LineAdvance, advance_lines
from .events import CancelledUnits, GivenBack
from .free import give_back


@dataclass(slots=True)
class Part:
    """Reserved units of a line at a site: `loose` of them are not on the floor, `free` not picked."""

    allocation: int
    line: int
    item: int
    site: int
    free: int
    loose: int


@dataclass(slots=True)
class LineFact:
    """A line with what of it is open (has no site)."""

    line: int
    order: int
    position: int
    item: int
    sku: str
    status: str
    open: int


LINES = """
SELECT l.id, l.order_id, l.position, l.item_id, i.sku, o.status, l.ordered - l.cancelled - l.reserved + l.freed
  FROM orders_line l JOIN orders_order o ON o.id = l.order_id JOIN catalogue_item i ON i.id = l.item_id
 WHERE l.order_id = ANY(%(order)s::bigint[]) ORDER BY l.order_id, l.position
"""
PARTS = """
SELECT id, line_id, item_id, site_id, reserved - freed - picked + put_back,
       greatest(reserved - freed - greatest(released - recalled, picked - put_back), 0)
  FROM orders_allocation WHERE order_id = ANY(%(order)s::bigint[]) AND reserved > freed + picked - put_back ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Known:
    """Lines by order number and the parts of each line."""

    lines: Mapping[str, Sequence[LineFact]]
    parts: Mapping[int, Sequence[Part]]


def take(line: LineFact, units: int, parts: Sequence[Part]) -> list[GivenBack]:
    """Take units from what is open, then from reserved parts, loose ones first; uses the facts up."""
    open_units = min(units, line.open)
    line.open -= open_units
    units -= open_units
    freed: dict[int, int] = defaultdict(int)
    for name in ("loose", "free"):
        for part in parts:
            n = min(units, getattr(part, name))
            if n > 0:
                part.free, part.loose, units = part.free - n, max(part.loose - n, 0), units - n
                freed[part.allocation] += n
    return [GivenBack(a, n) for a, n in freed.items()]


def facts(run: Run, ids: Sequence[int]) -> Known:
    """Lines and reserved parts of these orders, which the caller has locked."""
    lines: dict[str, list[LineFact]] = defaultdict(list)
    for line in run.rows(LineFact, LINES, order=ids):
        lines[f"H-{line.order}"].append(line)
    parts: dict[int, list[Part]] = defaultdict(list)
    for part in run.rows(Part, PARTS, order=ids):
        parts[part.line].append(part)
    return Known(lines, parts)


def cancel_units(run: Run, cut: Sequence[CancelledUnits], freed: Sequence[GivenBack], known: Known) -> None:
    """Count the cancelled units, give back what was reserved, and peg anew what still waits."""
    if not cut:
        return
    parts = {p.allocation: p for ps in known.parts.values() for p in ps}
    give_back(run, [(parts[g.allocation].item, parts[g.allocation].site, g.allocation, g.quantity) for g in freed])
    advance_lines(run, [LineAdvance(x.line, cancelled=x.quantity) for x in cut])
    touched = {x.line for x in cut}
    lines = {x.line: x for xs in known.lines.values() for x in xs if x.line in touched}
    pegging.peg(run, {line: x.open for line, x in lines.items() if x.open > 0}, lines)
