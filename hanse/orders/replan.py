"""Replan: do a plan of sites: give units back here and reserve them there, all of it or nothing.

A plan was made from facts that may have moved: units that are on the floor by now, lines that are no longer open, stock
that somebody took. Then the plan is refused whole, and a new one is made. Every reservation keeps its explanation: the
sites that were possible, with what each costs.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from annotated_types import Gt, Le, MaxLen, MinLen

from hanse.inventory import ledger
from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Id, Quantity, ask
from hanse.kernel.numbers import order_ids
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import as_tuple

from . import counters, pegging
from .assign import LINES
from .events import AllocatedUnits, AllocationsReplanned, PromiseMoved, UnitsAllocated, UnitsFreed
from .free import BOUND, ORDERS, Bound, give_back
from .holds import blocking
from .promises import shift_promises
from .promising import settled
from .replanning import HANDLING, SPLIT, cents
from .reserving import NAMED, SITES, OpenLine, SiteFact, candidates_for
from .sourcing import Candidate

Position = Annotated[int, Gt(0), Le(100_000)]


@ask
class Give:
    """So many units that an allocation gives back."""

    allocation: Id
    quantity: Quantity


@ask
class Take:
    """So many units for the line at a position, from this site."""

    order: Code
    line: Position
    site: Code
    quantity: Quantity


@ask
class Replan:
    """Units to give back, and units to reserve elsewhere: one plan, all or nothing."""

    gives: Annotated[tuple[Give, ...], MaxLen(20_000)]
    takes: Annotated[tuple[Take, ...], MinLen(1), MaxLen(20_000)]


@dataclass(slots=True)
class Line:
    """A line as plans meet it; what is open of it is counted on."""

    line: int
    order: int
    position: int
    item: int
    sku: str
    open: int
    holds: list[str]


@dataclass(slots=True)
class Known:
    """What the plans meet: allocations, lines by (order, position), sites by code, free units by (item, site)."""

    bound: dict[int, Bound]
    lines: dict[tuple[str, int], Line]
    sites: dict[str, int]
    free: dict[tuple[int, int], int]


FREE = """
SELECT item_id, site_id, on_hand - reserved FROM inventory_stock WHERE item_id = ANY(%(items)s::bigint[]) ORDER BY item_id, site_id FOR UPDATE
"""
KEPT = """
SELECT id, line_id, reserved - freed, promised_on FROM orders_allocation
 WHERE order_id = ANY(%(order)s::bigint[]) AND line_id = ANY(%(lines)s::bigint[]) AND reserved > freed
"""


def decide(asks: Sequence[Replan], known: Known) -> list[Replan | Refused]:
    """Each plan whole or not at all; later plans see what earlier ones gave and took."""
    return [_decide(ask, known) for ask in asks]


def _decide(ask: Replan, known: Known) -> Replan | Refused:
    free: dict[tuple[int, int], int] = defaultdict(int)
    open_units: dict[int, int] = defaultdict(int)
    loose: dict[int, int] = defaultdict(int)
    for give in ask.gives:
        at = known.bound.get(give.allocation)
        if at is None:
            return refuse("allocation-unknown", at="gives", allocation=give.allocation)
        loose[give.allocation] += give.quantity
        free[at.item, at.site] += give.quantity
        open_units[at.line] += give.quantity
    for take in ask.takes:
        line = known.lines.get((take.order, take.line))
        if line is None:
            return refuse("line-unknown", at="takes", order=take.order, line=take.line)
        if take.site not in known.sites:
            return refuse("site-unknown", at="takes", site=take.site)
        if held := blocking(line.holds, "allocate"):
            return refuse("on-hold", order=take.order, holds=held)
        free[line.item, known.sites[take.site]] -= take.quantity
        open_units[line.line] -= take.quantity
    lines = {line.line: line for line in known.lines.values()}
    moved_on = (
        any(n > known.bound[a].free for a, n in loose.items()) or any(known.free.get(key, 0) + n < 0 for key, n in free.items())
        or any(n < 0 and lines[line].open + n < 0 for line, n in open_units.items()))
    if moved_on:
        return refuse("plan-expired")
    for allocation, n in loose.items():
        known.bound[allocation].free -= n
    for key, n in free.items():
        known.free[key] = known.free.get(key, 0) + n
    for id, n in open_units.items():
        if id in lines:
            lines[id].open += n
    return ask


@operation
def replan(run: Run, asks: Sequence[Replan]) -> list[AllocationsReplanned | Refused]:
    """Do plans: allocations, stock, pegs and promises move together."""
    gives = [g for a in asks for g in a.gives]
    of_gives = run.rows(as_tuple, ORDERS, gives)
    ids = sorted({*(order for (order,) in of_gives), *order_ids(t.order for a in asks for t in a.takes)})
    counters.lock_orders(run, ids)
    lines = {(f"H-{x.order}", x.position): x for x in run.rows(Line, LINES, order=ids)}
    bound = {b.allocation: b for b in run.rows(Bound, BOUND, gives)}
    sites = run.rows(SiteFact, SITES, countries=[c for (c,) in run.rows(as_tuple, COUNTRIES, order=ids)])
    items = sorted({x.item for x in lines.values()})
    free = {(item, site): n for item, site, n in run.rows(as_tuple, FREE, items=items)}
    decided = decide(asks, Known(bound, lines, {s.code: s.site for s in sites}, free))
    done = [d for d in decided if isinstance(d, Replan)]
    if done:
        _write(run, done, bound, lines, sites)
    return [
        d if isinstance(d, Refused) else AllocationsReplanned(name(d), len({t.order for t in d.takes}), sum(t.quantity for t in d.takes), sum(g.quantity for g in d.gives))
        for d in decided]


COUNTRIES = "SELECT DISTINCT a.country FROM orders_order o JOIN partners_address a ON a.id = o.ship_to_id WHERE o.id = ANY(%(order)s::bigint[])"


def name(plan: Replan) -> str:
    """What a plan is called in the journal: the same plan has the same name."""
    return hashlib.sha256(repr(plan).encode()).hexdigest()[:12]


def _write(run: Run, plans: Sequence[Replan], bound: Mapping[int, Bound], lines: Mapping[tuple[str, int], Line], sites: Sequence[SiteFact]) -> None:
    gives = [g for p in plans for g in p.gives]
    takes = [t for p in plans for t in p.takes]
    give_back(run, [(bound[g.allocation].item, bound[g.allocation].site, g.allocation, g.quantity) for g in gives])
    touched = sorted({lines[t.order, t.line].line for t in takes} | {bound[g.allocation].line for g in gives})
    far = {x.line: x for x in run.rows(OpenLine, NAMED, line=touched)}
    ways = {line: {w.code: w for w in candidates_for(x, sites, run.now)} for line, x in far.items()}
    kept = _kept(run, touched, lines)
    days: dict[int, list[date | None]] = defaultdict(list, kept)
    for t in takes:
        days[lines[t.order, t.line].line].append(ways[lines[t.order, t.line].line][t.site].arrives_on)
    promised = {line: settled(x.promised_on, max((d for d in days[line] if d), default=None), run.now.date()) for line, x in far.items()}
    codes = {s.code: s.site for s in sites}
    made = []
    for id, t in zip(run.draw("orders_allocation_id_seq", len(takes)), takes, strict=True):
        line = lines[t.order, t.line]
        made.append(counters.Reserved(id, line.order, line.line, line.item, codes[t.site], t.quantity, ways[line.line][t.site].arrives_on, far[line.line].promised_on or promised[line.line]))
    counters.allocate(run, made)
    ledger.reserve(run, [ledger.Reserve(m.item, m.site, m.quantity) for m in made])
    waiting = pegging.peg(run, {x.line: x.open for x in lines.values() if x.line in far and x.open > 0}, far)
    moved = [PromiseMoved(f"H-{x.order}", line, x.sku, x.promised_on, promised[line], "planned from another site") for line, x in far.items() if x.promised_on and promised[line] != x.promised_on]
    shift_promises(run, moved)
    run.tell([UnitsFreed(f"H-{b.order}", g.allocation, b.line, b.sku, b.code, g.quantity, "planned from another site") for g in gives if (b := bound[g.allocation])])
    by_order: dict[str, list[tuple[counters.Reserved, Take]]] = defaultdict(list)
    for m, t in zip(made, takes, strict=True):
        by_order[t.order].append((m, t))
    run.tell([
        UnitsAllocated(order, tuple(AllocatedUnits(m.allocation, m.line, far[m.line].sku, t.site, m.quantity, m.promised_on) for m, t in parts), tuple(waiting.get(int(order[2:]), ())), _why(parts, list(ways[parts[0][0].line].values())))
        for order, parts in by_order.items()])


def _kept(run: Run, touched: Sequence[int], lines: Mapping[tuple[str, int], Line]) -> dict[int, list[date | None]]:
    """The days on which units arrive that the lines keep: read after what is given back was counted."""
    orders = sorted({x.order for x in lines.values() if x.line in set(touched)})
    kept: dict[int, list[date | None]] = defaultdict(list)
    for _, line, _, day in run.rows(as_tuple, KEPT, order=orders, lines=list(touched)):
        kept[line].append(day)
    return kept


def _why(parts: Sequence[tuple[counters.Reserved, Take]], ways: Sequence[Candidate]) -> dict[str, Any]:
    """The explanation as it is stored: each site with what shipping from it costs, and its cost parts."""
    won: dict[str, int] = defaultdict(int)
    for _, t in parts:
        won[t.site] += t.quantity
    told = [[w.code, w.arrives_on and w.arrives_on.isoformat(), str(w.cost), w.distance_km, won.get(w.code, 0), w.out or ("" if w.code in won else "dearer over all orders together")] for w in ways]
    cost = {"freight": sum(cents(w) for w in ways if w.code in won), "split": SPLIT * (len(won) - 1), "handling": HANDLING * len(parts)}
    return {"policy": "least cost", "winner": list(won), "runner_up": "", "wanted": sum(won.values()), "candidates": told, "cents": cost}
