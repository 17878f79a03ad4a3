"""Cancelling: what of an order can be cancelled, and the set function that does it for cancel and change.

Units without a site go first, then reserved ones that are not on the floor; those are cancelled at once. What a
site works on already it is asked to stop. Stock that comes free goes to the queue of waiting orders, never back to
the order that was cancelled. Kits are cancelled by their components, in their ratio.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hanse.journal.run import Run

from . import pegging
from .counters import LineAdvance, advance_lines
from .events import CancelledKits, CancelledUnits, GivenBack
from .free import give_back
from .kits import whole
from .requests import Wish


@dataclass(slots=True)
class Part:
    """Reserved units of a line at a site: `loose` of them are not on the floor; `bound` are, and it is not asked to stop them yet."""

    allocation: int
    line: int
    item: int
    site: int
    loose: int
    bound: int


@dataclass(slots=True)
class LineFact:
    """A line with what of it is open (has no site) and what stands (is not cancelled)."""

    line: int
    order: int
    position: int
    item: int
    sku: str
    status: str
    open: int
    stands: int = 0
    kit: int | None = None
    per_kit: int = 1
    kit_sku: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """Units taken from a line: what is cancelled at once, what of it gives stock back, and what sites are asked to stop."""

    line: LineFact
    now: int
    freed: list[GivenBack]
    asked: list[tuple[Part, int]]


LINES = """
SELECT l.id, l.order_id, l.position, l.item_id, i.sku, o.status, l.ordered - l.cancelled - l.reserved + l.freed,
       l.ordered - l.cancelled, l.kit, l.per_kit, m.sku
  FROM orders_line l JOIN orders_order o ON o.id = l.order_id JOIN catalogue_item i ON i.id = l.item_id
  LEFT JOIN orders_kit k ON k.order_id = l.order_id AND k.position = l.kit LEFT JOIN catalogue_item m ON m.id = k.item_id
 WHERE l.order_id = ANY(%(order)s::bigint[]) ORDER BY l.order_id, l.position
"""
PARTS = """
SELECT a.id, a.line_id, a.item_id, a.site_id, greatest(a.reserved - a.freed - a.released + a.recalled, 0),
       greatest(least(a.released - a.recalled, a.reserved - a.freed) - a.shipped - coalesce(q.asked, 0), 0)
  FROM orders_allocation a
  LEFT JOIN LATERAL (SELECT sum(u.quantity)::bigint AS asked FROM orders_requestedunits u JOIN orders_changerequest r ON r.id = u.request_id
                      WHERE u.allocation_id = a.id AND r.outcome = '') q ON true
 WHERE a.order_id = ANY(%(order)s::bigint[]) AND a.reserved - a.freed > a.shipped ORDER BY a.id
"""


@dataclass(frozen=True, slots=True)
class Known:
    """Lines by order number and the parts of each line."""

    lines: Mapping[str, Sequence[LineFact]]
    parts: Mapping[int, Sequence[Part]]


def at_once(line: LineFact, parts: Sequence[Part]) -> int:
    """How many units of a line can be cancelled without asking anybody."""
    return line.open + sum(p.loose for p in parts)


def on_floor(parts: Sequence[Part]) -> int:
    """How many units of a line sites can be asked to stop."""
    return sum(p.bound for p in parts)


def cancellable(lines: Sequence[LineFact], parts: Mapping[int, Sequence[Part]]) -> tuple[dict[int, int], dict[int, int]]:
    """How many units of each line, and how many whole kits, can be cancelled at once, and how many with the sites' help, by position."""
    now = {x.position: at_once(x, parts.get(x.line, ())) for x in lines}
    most = {x.position: now[x.position] + on_floor(parts.get(x.line, ())) for x in lines}
    return now | _whole(lines, now), most | _whole(lines, most)


def _whole(lines: Sequence[LineFact], units: Mapping[int, int]) -> dict[int, int]:
    return whole((x.kit, x.per_kit, units[x.position]) for x in lines)


def standing(lines: Sequence[LineFact]) -> dict[int, int]:
    """How many whole kits stand, by position."""
    return _whole(lines, {x.position: x.stands for x in lines})


def everything(lines: Sequence[LineFact], left: Mapping[int, int]) -> dict[int, int]:
    """All that can be cancelled, by position: kits whole, and of components alone what belongs to no whole kit any more."""
    stand = standing(lines)
    loose = {x.position: min(left[x.position] - left[x.kit] * x.per_kit, x.stands - stand[x.kit] * x.per_kit) for x in lines if x.kit is not None}
    return {position: n for position, units in left.items() if (n := loose.get(position, units))}


def take(line: LineFact, units: int, parts: Sequence[Part]) -> Taken:
    """Take units from what is open, then from what is not on the floor, then from what is; uses the facts up."""
    wanted = units
    open_units = min(units, line.open)
    line.open -= open_units
    units -= open_units
    taken = Taken(line, min(wanted, open_units + sum(p.loose for p in parts)), [], [])
    for part in parts:
        if n := min(units, part.loose):
            part.loose, units = part.loose - n, units - n
            taken.freed.append(GivenBack(part.allocation, n))
    for part in parts:
        if n := min(units, part.bound):
            part.bound, units = part.bound - n, units - n
            taken.asked.append((part, n))
    line.stands -= taken.now
    return taken


def cut(taken: Sequence[Taken]) -> list[CancelledUnits]:
    """What is cancelled at once, line by line."""
    return [CancelledUnits(t.line.line, t.line.position, t.line.sku, t.now, t.line.kit, t.line.per_kit) for t in taken if t.now]


def kits_cut(lines: Sequence[LineFact], taken: Sequence[Taken]) -> list[CancelledKits]:
    """The kits among an order's lines of which every component is cancelled at once."""
    now = {t.line.position: t.now for t in taken}
    skus = {x.kit: x.kit_sku for x in lines}
    return [CancelledKits(kit, skus[kit], n) for kit, n in _whole(lines, {x.position: now.get(x.position, 0) for x in lines}).items() if n]


def stops(taken: Sequence[Taken], fallback: str, answer_by: datetime | None, reason: str, by_customer: bool, by: str) -> list[Wish]:
    """What each site is asked to stop of an order; one wish for a site."""
    sites: dict[int, list[tuple[LineFact, Part, int]]] = defaultdict(list)
    for t in taken:
        for part, n in t.asked:
            sites[part.site].append((t.line, part, n))
    return [
        Wish(found[0][0].order, site, "stop", "stop " + ", ".join(f"{n} {line.sku}" for line, _, n in found), sum(n for *_, n in found),
             fallback, answer_by, reason, by_customer, by, stops=tuple((part.allocation, n) for _, part, n in found))
        for site, found in sorted(sites.items())
    ]  # fmt: skip


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
