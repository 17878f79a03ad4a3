"""Run backorders: deal out anew what there is of an item, by each customer's rule.

Everything that is free or reserved but not on the floor is dealt out (`backorders.deal`); orders whose hold forbids
to allocate stay as they are. A simulation is a dry run: it answers who gains and who loses, and a mark. With that mark
the run does exactly what was simulated, or refuses when stock, orders or supply moved on. A promise moves only where
it cannot be kept any more.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hanse.inventory import ledger
from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import as_tuple

from . import counters, pegging
from .backorders import Claim, Held, deal, in_service
from .events import AllocatedUnits, BackorderLine, BackordersRun, PromiseMoved, UnitsAllocated, UnitsFreed, WaitingUnits
from .free import give_back
from .holds import blocking
from .promises import shift_promises
from .promising import settled
from .reserving import SITES, OpenLine, SiteFact, candidates_for, expected, queue_key
from .sourcing import Candidate


@ask
class RunBackorders:
    """Deal out an item anew. `mark` is that of a simulation; empty runs whatever comes of it."""

    sku: Code
    mark: Short = ""


@dataclass(frozen=True, slots=True)
class Loose:
    """Reserved units of a line that are not on the floor."""

    allocation: int
    line: int
    item: int
    site: int
    quantity: int
    arrives_on: date | None


@dataclass(frozen=True, slots=True)
class Asking:
    """Whose line it is, and how the customer fares in a run."""

    position: int
    customer: str
    rule: str
    holds: list[str]


@dataclass(frozen=True, slots=True)
class Demand:
    """Everything a run of one item looks at."""

    lines: Mapping[int, OpenLine]
    asking: Mapping[int, Asking]
    loose: Mapping[int, Sequence[Loose]]
    free: Mapping[int, int]
    supply: Sequence[tuple[int, int, date]]


@dataclass(slots=True)
class Dealt:
    """What a run does: reserve and give back, and in which order the rest waits."""

    after: dict[int, dict[int, int]]
    reserved: list[tuple[int, int, int]]
    freed: list[tuple[Loose, int]]
    ways: dict[int, Sequence[Candidate]]


ITEMS = "SELECT sku, id FROM catalogue_item WHERE sku = ANY(%(sku)s::text[])"
ORDERS = """
SELECT order_id FROM orders_line WHERE item_id = ANY(%(items)s::bigint[]) AND ordered > cancelled + reserved - freed
 UNION SELECT order_id FROM orders_allocation WHERE item_id = ANY(%(items)s::bigint[]) AND reserved > freed + released - recalled
"""
LINES = """
SELECT l.id, l.order_id, l.item_id, i.sku, l.ordered - l.cancelled - l.reserved + l.freed, o.priority, o.placed_at,
       a.country, a.region, a.latitude, a.longitude, l.promised_on, kept.promised_on, receiver.receives_on, l.position, p.code, p.backorder_rule, o.holds
  FROM orders_line l JOIN orders_order o ON o.id = l.order_id JOIN partners_party p ON p.id = o.customer_id
  JOIN catalogue_item i ON i.id = l.item_id JOIN partners_address a ON a.id = o.ship_to_id
  JOIN partners_party receiver ON receiver.id = a.party_id
  LEFT JOIN LATERAL (SELECT max(k.promised_on) AS promised_on FROM orders_allocation k
                      WHERE k.order_id = l.order_id AND k.line_id = l.id AND greatest(k.released - k.recalled, k.picked - k.put_back) > 0) kept ON true
 WHERE l.order_id = ANY(%(order)s::bigint[]) AND l.item_id = ANY(%(items)s::bigint[]) AND l.ordered > l.cancelled AND l.kit IS NULL ORDER BY l.id
"""
LOOSE = """
SELECT id, line_id, item_id, site_id, reserved - freed - greatest(released - recalled, picked - put_back), promised_on
  FROM orders_allocation WHERE order_id = ANY(%(order)s::bigint[]) AND item_id = ANY(%(items)s::bigint[])
   AND reserved > freed + greatest(released - recalled, picked - put_back)
   AND site_id NOT IN (SELECT id FROM network_site WHERE supplier <> '') ORDER BY id DESC
"""
FREE = """
SELECT s.item_id, s.site_id, s.on_hand - s.reserved FROM inventory_stock s JOIN network_site n ON n.id = s.site_id AND n.supplier = ''
 WHERE s.item_id = ANY(%(items)s::bigint[]) AND s.on_hand > s.reserved
"""
"""A run deals out our own stock: what suppliers ship for us stays with them."""
SUPPLY = """
SELECT item_id, id, quantity - received, due_on FROM inventory_inbound
 WHERE item_id = ANY(%(items)s::bigint[]) AND received < quantity ORDER BY id
"""
LOCK_STOCK = "SELECT 1 FROM inventory_stock WHERE item_id = ANY(%(items)s::bigint[]) ORDER BY item_id, site_id FOR UPDATE"


def decide(asks: Sequence[RunBackorders], items: Mapping[str, int], marks: Mapping[int, str]) -> list[int | Refused]:
    """The item to deal out, per ask; once per batch, and only as it was simulated."""
    answers: list[int | Refused] = []
    seen: set[str] = set()
    for ask in asks:
        item = items.get(ask.sku)
        if item is None:
            answers.append(refuse("sku-unknown", at="sku", sku=ask.sku))
        elif ask.sku in seen:
            answers.append(refuse("state-conflict", why=f"{ask.sku} is run twice in one batch."))
        elif item not in marks:
            answers.append(refuse("nothing-to-deal", sku=ask.sku))
        elif ask.mark and ask.mark != marks[item]:
            answers.append(refuse("simulation-expired", sku=ask.sku))
        else:
            seen.add(ask.sku)
            answers.append(item)
    return answers


def mark(demand: Demand, done: Dealt) -> str:
    """What a simulation is known by: everything it looked at, and what came of it."""
    facts = [sorted(x.items()) for x in (demand.lines, demand.asking, demand.loose, demand.free)]
    days = [[way.arrives_on for way in ways] for ways in done.ways.values()]
    return hashlib.sha256(repr((facts, demand.supply, done.after, days)).encode()).hexdigest()[:16]


def dealt(demand: Demand, sites: Sequence[SiteFact], now: datetime) -> Dealt:
    """Deal the item out: what changes for each line. Pure. Orders that are held keep what they have."""
    claims = [_claim(line, demand, sites, now) for line in demand.lines.values()]
    ways = {c.line: c.ways for c in claims}
    taking_part = [c for c in claims if not blocking(demand.asking[c.line].holds, "allocate")]
    after = deal(taking_part, demand.free)
    done = Dealt(after, [], [], ways)
    for claim in in_service(taking_part):
        had = {site: held.quantity for site, held in claim.held.items()}
        done.reserved += [(claim.line, site, n - had.get(site, 0)) for site, n in after[claim.line].items() if n > had.get(site, 0)]
        done.freed += _given_up(demand.loose.get(claim.line, ()), {site: n - after[claim.line].get(site, 0) for site, n in had.items()})
    return done


def _claim(line: OpenLine, demand: Demand, sites: Sequence[SiteFact], now: datetime) -> Claim:
    parts: dict[int, list[Loose]] = defaultdict(list)
    for part in demand.loose.get(line.line, ()):
        parts[part.site].append(part)
    held = {site: Held(sum(p.quantity for p in ps), max((p.arrives_on for p in ps if p.arrives_on), default=None)) for site, ps in parts.items()}
    return Claim(line.line, demand.asking[line.line].rule, queue_key(line), line.open, held, candidates_for(line, sites, now), line.promised_on)


def _given_up(parts: Sequence[Loose], units: Mapping[int, int]) -> list[tuple[Loose, int]]:
    """Which allocations lose so many units per site, the newest first."""
    left, given = dict(units), []
    for part in parts:
        n = min(part.quantity, left.get(part.site, 0))
        if n > 0:
            given.append((part, n))
            left[part.site] -= n
    return given


@operation
def run_backorders(run: Run, asks: Sequence[RunBackorders]) -> list[BackordersRun | Refused]:
    """Deal items out anew: allocations, stock, pegs and promises move together."""
    items: dict[str, int] = dict(run.rows(as_tuple, ITEMS, asks))
    ids = sorted(items.values())
    orders = [order for (order,) in run.rows(as_tuple, ORDERS, items=ids)]
    counters.lock_orders(run, orders)
    demand = _demand(run, orders, ids)
    everywhere = run.rows(SiteFact, SITES, countries=sorted({x.country for d in demand.values() for x in d.lines.values()}))
    sites = [s for s in everywhere if not s.supplier]
    found = {item: dealt(d, sites, run.now) for item, d in demand.items()}
    marks = {item: mark(demand[item], d) for item, d in found.items()}
    decided = decide(asks, items, marks)
    told = _write(run, {item: found[item] for item in decided if isinstance(item, int)}, demand, sites)
    return [d if isinstance(d, Refused) else BackordersRun(a.sku, told[d], marks[d]) for a, d in zip(asks, decided, strict=True)]


def _demand(run: Run, orders: Sequence[int], items: Sequence[int]) -> dict[int, Demand]:
    """What there is to deal out and who wants it, by item; stock is locked here, after the orders."""
    run.lock(LOCK_STOCK, items=list(items))
    rows = run.rows(as_tuple, LINES, order=list(orders), items=list(items))
    loose: dict[int, list[Loose]] = defaultdict(list)
    for part in run.rows(Loose, LOOSE, order=list(orders), items=list(items)):
        loose[part.line].append(part)
    rows = [r for r in rows if r[4] > 0 or r[0] in loose]
    free = run.rows(as_tuple, FREE, items=list(items))
    supply = run.rows(as_tuple, SUPPLY, items=list(items))
    return {
        item: Demand(
            {r[0]: OpenLine(*r[:14]) for r in rows if r[2] == item}, {r[0]: Asking(*r[14:]) for r in rows if r[2] == item},
            {r[0]: loose[r[0]] for r in rows if r[2] == item and r[0] in loose},
            {site: n for of, site, n in free if of == item}, [(id, n, due) for of, id, n, due in supply if of == item])
        for item in items if any(r[2] == item for r in rows)}


def _write(run: Run, runs: Mapping[int, Dealt], demand: Mapping[int, Demand], sites: Sequence[SiteFact]) -> dict[int, tuple[BackorderLine, ...]]:
    """Give back, reserve, peg and move promises; per item what it meant for whom."""
    lines = {line.line: line for item in runs for line in demand[item].lines.values()}
    freed = [f for d in runs.values() for f in d.freed]
    reserved = [r for d in runs.values() for r in d.reserved]
    codes = {s.site: s.code for s in sites}
    give_back(run, [(p.item, p.site, p.allocation, n) for p, n in freed])
    arrives = {(line, way.site): way.arrives_on for d in runs.values() for line, ways in d.ways.items() for way in ways}
    ids = run.draw("orders_allocation_id_seq", len(reserved))
    made = [
        counters.Reserved(id, lines[line].order, line, lines[line].item, site, n, arrives.get((line, site)), lines[line].promised_on or arrives.get((line, site)))
        for id, (line, site, n) in zip(ids, reserved, strict=True)]
    if made:
        counters.allocate(run, made)
        ledger.reserve(run, [ledger.Reserve(m.item, m.site, m.quantity) for m in made])
    rest = {line: left for item, d in runs.items() for line, left in _rest(demand[item], d).items()}
    waiting = pegging.peg(run, rest, {line: x for line, x in lines.items() if line in {r for d in runs.values() for r in d.after}})
    moved = _moved(run, lines, runs, demand, arrives, sites)
    shift_promises(run, list(moved.values()))
    run.tell([UnitsFreed(f"H-{lines[p.line].order}", p.allocation, p.line, lines[p.line].sku, codes[p.site], n, "backorder run") for p, n in freed])
    run.tell(_allocated(made, waiting, lines, codes, {line: ways for d in runs.values() for line, ways in d.ways.items()}))
    return {item: _said(demand[item], d, moved, made) for item, d in runs.items()}


def _rest(demand: Demand, d: Dealt) -> dict[int, int]:
    """Units per line that still wait, in the order of service."""
    rest = {line: _wanted(demand, line) - sum(units.values()) for line, units in d.after.items()}
    return {line: n for line, n in rest.items() if n > 0}


def _wanted(demand: Demand, line: int) -> int:
    return demand.lines[line].open + sum(p.quantity for p in demand.loose.get(line, ()))


def _moved(
    run: Run, lines: Mapping[int, OpenLine], runs: Mapping[int, Dealt], demand: Mapping[int, Demand], arrives: Mapping[tuple[int, int], date | None], sites: Sequence[SiteFact],
) -> dict[int, PromiseMoved]:  # fmt: skip
    """The promises that cannot be kept any more: by what a line has now, and by the supply it waits for."""
    touched = sorted({line for d in runs.values() for line, _, _ in d.reserved} | {p.line for d in runs.values() for p, _ in d.freed})
    waits = expected(run, [x for x in touched if x in lines], lines, sites)
    moved = {}
    for item, d in runs.items():
        for line in touched:
            if line not in d.after:
                continue
            at = lines[line]
            had = {p.site: p.arrives_on for p in demand[item].loose.get(line, ())}
            new = [site for of, site, _ in d.reserved if of == line]
            days = [at.kept_on, waits.get(line), *(had.get(site) for site in d.after[line]), *(arrives.get((line, site)) for site in new)]
            promise = settled(at.promised_on, max((x for x in days if x), default=None), run.now.date())
            if at.promised_on and promise != at.promised_on:
                moved[line] = PromiseMoved(f"H-{at.order}", line, at.sku, at.promised_on, promise, "backorder run")
    return moved


def _allocated(made: Sequence[counters.Reserved], waiting: Mapping[int, list[WaitingUnits]], lines: Mapping[int, OpenLine], codes: Mapping[int, str], ways: Mapping[int, Sequence[Candidate]]) -> list[UnitsAllocated]:
    """One fact per order that got units, with the sites that were looked at."""
    by_order: dict[int, list[counters.Reserved]] = defaultdict(list)
    for m in made:
        by_order[m.order].append(m)
    told = []
    for order, ms in by_order.items():
        units = tuple(AllocatedUnits(m.allocation, m.line, lines[m.line].sku, codes[m.site], m.quantity, m.promised_on) for m in ms)
        winner = list(dict.fromkeys(codes[m.site] for m in ms))
        looked = [[w.code, w.arrives_on and w.arrives_on.isoformat(), str(w.cost), w.distance_km, sum(m.quantity for m in ms if codes[m.site] == w.code), w.out] for w in ways[ms[0].line]]
        why = {"policy": "backorder run", "winner": winner, "runner_up": "", "wanted": sum(m.quantity for m in ms), "candidates": looked}
        told.append(UnitsAllocated(f"H-{order}", units, tuple(waiting.get(order, ())), why))
    return told


def _said(demand: Demand, d: Dealt, moved: Mapping[int, PromiseMoved], made: Sequence[counters.Reserved]) -> tuple[BackorderLine, ...]:
    """Per line, in the order of service, what it had and what it has; lines that have all and keep it are left out."""
    first = {m.line: m.line_promised_on for m in made}
    told = []
    for line, units in d.after.items():
        at, who, wanted = demand.lines[line], demand.asking[line], _wanted(demand, line)
        had, has = wanted - at.open, sum(units.values())
        then = moved[line].promised_on if line in moved else at.promised_on or first.get(line)
        where = any(p.line == line for p, _ in d.freed)
        if had != has or has < wanted or then != at.promised_on or where:
            told.append(BackorderLine(f"H-{at.order}", line, who.position, who.customer, who.rule, wanted, had, has, at.promised_on, then))
    return tuple(told)


