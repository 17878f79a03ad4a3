"""Stopped lots: what a held or recalled lot leaves behind. The set function behind `hold_lot` and `recall_lot`.

Its units leave the bins for quarantine; tasks that ask for it are closed and raised anew from other lots, as far as the site
has them. What the site can no longer supply is freed, the last in the queue first, and finds another site or waits. What lies
in totes and cartons stays there, and can be neither packed nor handed over. Everything that is bound to the lot is told as a hit.

Locks: orders by id, then lots, stock, balances. An order that came to have units of the lot between looking and locking is
found on the second look; where somebody else holds it, all is tried again.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hanse.inventory import ledger, lots
from hanse.inventory.lots import Held, LotFact
from hanse.journal.run import Run
from hanse.kernel.numbers import order_number
from hanse.kernel.refused import Refused
from hanse.kernel.rows import as_tuple, row
from hanse.orders.counters import Advance, advance, lock_orders
from hanse.orders.events import UnitsFreed
from hanse.orders.reserving import reserve_again

from .events import LotHit, UnitsStopped
from .tasks import open_units, raise_ready

FREED, TASK, TOTE, CARTON, TRANSIT, DELIVERED = "freed", "task", "tote", "carton", "in transit", "delivered"
"""Where the units of a hit are. Freed ones are of other lots too: the site has no longer enough for all that it promised."""


@row
class Asked:
    """An open pick task for a lot: `left` units are still asked for."""

    task: int
    order: int
    allocation: int
    item: int
    lot: str
    site: int
    left: int


@dataclass(slots=True)
class Part:
    """An allocation of an item at a site: `owed` units are reserved, `on_floor` of them asked for by tasks or picked, `picked` gone from the bins."""

    allocation: int
    order: int
    line: int
    position: int
    item: int
    sku: str
    site: int
    site_code: str
    owed: int
    on_floor: int
    picked: int
    priority: int
    promised_on: date | None
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Freed:
    """Units of an allocation that the site can no longer supply."""

    part: Part
    quantity: int


def freed_units(parts: Sequence[Part], tasks: Sequence[Asked], units: Sequence[Held], stock: Mapping[tuple[int, int], tuple[int, int]]) -> list[Freed]:
    """What each site has promised beyond what it has left without these units, taken from the last in the queue. Pure."""
    gone: dict[tuple[int, int], int] = defaultdict(int)
    for u in units:
        gone[u.item, u.site] += u.on_hand if u.kind == "bin" else 0
    return beyond(parts, tasks, gone, stock)


def beyond(parts: Sequence[Part], tasks: Sequence[Asked], gone: Mapping[tuple[int, int], int], stock: Mapping[tuple[int, int], tuple[int, int]]) -> list[Freed]:
    """What sites have promised beyond what they have once so many units are gone, taken from the last in the queue. Pure."""
    closed: dict[int, int] = defaultdict(int)
    for t in tasks:
        closed[t.allocation] += t.left
    freed = []
    short = {at: reserved - (on_hand - gone[at]) for at, (on_hand, reserved) in stock.items() if at in gone}
    for part in sorted(parts, key=lambda p: (p.priority, p.promised_on or date.max, p.placed_at, p.allocation), reverse=True):
        at = (part.item, part.site)
        loose = part.owed - max(part.on_floor - closed[part.allocation], part.picked)
        n = min(loose, short.get(at, 0))
        if n > 0:
            short[at] -= n
            freed.append(Freed(part, n))
    return freed


CONCERNED = """
WITH lot AS (SELECT * FROM unnest(%(items)s::bigint[], %(codes)s::text[]) AS l(item, code))
SELECT a.order_id FROM orders_allocation a WHERE a.reserved > a.freed + a.released - a.recalled AND a.item_id = ANY(%(items)s::bigint[])
 UNION
SELECT t.order_id FROM lot JOIN fulfilment_task t ON t.item_id = lot.item AND t.lot = lot.code AND t.lot <> ''
 WHERE t.closed_at IS NULL OR t.taken > t.put_back + t.packed
 UNION
SELECT c.order_id FROM lot JOIN fulfilment_content k ON k.item_id = lot.item AND k.lot = lot.code AND k.lot <> '' JOIN fulfilment_carton c ON c.id = k.carton_id
 WHERE c.handed_over_at IS NULL AND c.opened_at IS NULL
"""
LOCK_NOW = "SELECT id FROM orders_order WHERE id = ANY(%(order)s::bigint[]) ORDER BY id FOR NO KEY UPDATE NOWAIT"
TASKS = """
SELECT t.id, t.order_id, t.allocation_id, t.item_id, t.lot, t.site_id, t.to_pick - t.withdrawn
  FROM unnest(%(items)s::bigint[], %(codes)s::text[]) AS l(item, code) JOIN fulfilment_task t ON t.item_id = l.item AND t.lot = l.code AND t.lot <> ''
 WHERE t.closed_at IS NULL ORDER BY t.id
"""
PARTS = """
SELECT a.id, a.order_id, a.line_id, l.position, a.item_id, i.sku, a.site_id, s.code, a.reserved - a.freed, a.released - a.recalled, a.picked - a.put_back,
       o.priority, l.promised_on, o.placed_at
  FROM orders_allocation a JOIN orders_line l ON l.id = a.line_id JOIN orders_order o ON o.id = a.order_id
  JOIN catalogue_item i ON i.id = a.item_id JOIN network_site s ON s.id = a.site_id
 WHERE (a.reserved > a.freed + a.released - a.recalled AND a.item_id = ANY(%(items)s::bigint[]) AND a.site_id = ANY(%(sites)s::bigint[]))
    OR a.id = ANY(%(allocations)s::bigint[])
"""
CLOSE = """
UPDATE fulfilment_task t SET withdrawn = t.to_pick, closed_at = %(now)s::timestamptz
  FROM unnest(%(task)s::bigint[]) AS c(id) WHERE t.id = c.id
"""
BOUND = """
WITH lot AS (SELECT * FROM unnest(%(items)s::bigint[], %(codes)s::text[]) AS l(item, code)),
bound AS (
  SELECT t.item_id AS item, t.lot, t.order_id, t.line_id, t.site_id, 'tote' AS place, b.code AS named, t.taken - t.put_back - t.packed AS units
    FROM lot JOIN fulfilment_task t ON t.item_id = lot.item AND t.lot = lot.code AND t.lot <> '' AND t.taken > t.put_back + t.packed JOIN inventory_account b ON b.id = t.tote_id
   UNION ALL
  SELECT k.item_id, k.lot, c.order_id, k.line_id, c.site_id, CASE WHEN c.handed_over_at IS NULL THEN 'carton' ELSE 'gone' END, c.sscc, k.quantity
    FROM lot JOIN fulfilment_content k ON k.item_id = lot.item AND k.lot = lot.code AND k.lot <> '' JOIN fulfilment_carton c ON c.id = k.carton_id
   WHERE c.opened_at IS NULL
)
SELECT b.item, b.lot, 'H-' || b.order_id, p.code, p.name, l.position, b.place, s.code, b.named, sum(b.units)::bigint
  FROM bound b JOIN orders_order o ON o.id = b.order_id JOIN partners_party p ON p.id = o.customer_id JOIN orders_line l ON l.id = b.line_id
  JOIN network_site s ON s.id = b.site_id GROUP BY b.item, b.lot, b.order_id, p.id, l.position, b.place, s.code, b.named ORDER BY b.order_id, l.position, b.named
"""
"""What is bound to lots beyond the bins: in totes, in cartons here, and in cartons that are gone."""
ARRIVED = """
SELECT m.item_id, m.lot, m.document, sum(m.quantity)::bigint
  FROM inventory_movement m JOIN inventory_account a ON a.id = m.target_id AND a.kind = 'customer'
 WHERE m.item_id = ANY(%(items)s::bigint[]) AND m.lot = ANY(%(codes)s::text[]) GROUP BY 1, 2, 3
"""
CUSTOMERS = "SELECT o.id, p.code, p.name FROM orders_order o JOIN partners_party p ON p.id = o.customer_id WHERE o.id = ANY(%(order)s::bigint[])"


def lock_concerned(run: Run, known: Iterable[LotFact]) -> set[int]:
    """Lock the orders that these lots concern, in key order."""
    concerned = _concerned(run, known)
    lock_orders(run, concerned)
    return concerned


def stop_asked(run: Run, asks: Sequence[Any], decide: Callable[..., list[LotFact | Refused]], status: str, event: type) -> list[Any]:
    """Stop the lots that `decide` accepts, for the reason each ask gives; the event names what went to quarantine, and the orders hit."""
    locked = lock_concerned(run, lots.read_lots(run, asks))
    decided = decide(asks, lots.lock_lots(run, asks))
    accepted = [(a, d) for a, d in zip(asks, decided, strict=True) if isinstance(d, LotFact)]
    found = stop(run, [d for _, d in accepted], locked, status, event.__name__, {(d.item, d.code): a.reason for a, d in accepted})

    def told(lot: LotFact, reason: str) -> Any:
        units, hits = found[lot.item, lot.code]
        return event(lot.sku, lot.code, reason, lots.lying(units, lot), tuple(hits))

    return [d if isinstance(d, Refused) else told(d, a.reason) for a, d in zip(asks, decided, strict=True)]


def stop(run: Run, stopped: Sequence[LotFact], locked: set[int], status: str, act: str, reasons: Mapping[tuple[int, str], str]) -> dict[tuple[int, str], tuple[list[Held], list[LotHit]]]:
    """Stop these lots, which the caller has locked after the orders they concern; gives per lot what went to quarantine, and every order hit."""
    if not stopped:
        return {}
    stock = lots.lock_stock(run, stopped)
    if late := _concerned(run, stopped) - locked:
        run.lock(LOCK_NOW, order=sorted(late))
    units = lots.units_of(run, stopped, "bin", "doubt")
    named: dict[str, list] = {"items": [lot.item for lot in stopped], "codes": [lot.code for lot in stopped]}
    tasks = run.rows(Asked, TASKS, **named)
    parts = run.rows(Part, PARTS, items=named["items"], sites=sorted({u.site for u in units}), allocations=sorted({t.allocation for t in tasks}))
    freed = freed_units(parts, tasks, units, stock)
    hits = _hits(run, named, parts, tasks, freed, {(lot.item, lot.code) for lot in stopped})
    lots.set_status(run, stopped, status, [reasons[lot.item, lot.code] for lot in stopped])
    run.write(CLOSE, tasks)
    advance(run, [Advance(t.allocation, recalled=t.left) for t in tasks] + [Advance(f.part.allocation, freed=f.quantity) for f in freed])
    ledger.reserve(run, [ledger.Reserve(f.part.item, f.part.site, -f.quantity) for f in freed])
    brought = lots.withdraw_moves(run, stopped, reasons)
    ledger.post(run, lots.apart(run, units, stopped, act, reasons))
    run.tell(brought)
    find_others(run, freed, tasks)
    run.tell([UnitsFreed(order_number(f.part.order), f.part.allocation, f.part.line, f.part.sku, f.part.site_code, f.quantity, f"lot {status}") for f in freed])
    by_lot = {(lot.item, lot.code): lot for lot in stopped}
    run.tell([
        UnitsStopped(h.order, lot.sku, lot.code, status, h.place, h.container, h.quantity)
        for key, told in hits.items() for lot in (by_lot[key],) for h in told if h.place in (TASK, TOTE, CARTON)
    ])
    return {key: ([u for u in units if (u.item, u.lot) == key], hits[key]) for key in by_lot}


def _concerned(run: Run, known: Iterable[LotFact]) -> set[int]:
    found = list(known)
    return {order for (order,) in run.rows(as_tuple, CONCERNED, items=[lot.item for lot in found], codes=[lot.code for lot in found])}


def _hits(
    run: Run, named: Mapping[str, list], parts: Sequence[Part], tasks: Sequence[Asked], freed: Sequence[Freed], wanted: set[tuple[int, str]]
) -> dict[tuple[int, str], list[LotHit]]:
    """Every order hit, per lot, with where its units are. Of units that are gone the ledger says how many have arrived."""
    hits: dict[tuple[int, str], list[LotHit]] = {key: [] for key in wanted}
    by_id = {p.allocation: p for p in parts}
    who = {order: (code, name) for order, code, name in run.rows(as_tuple, CUSTOMERS, order=sorted({p.order for p in parts}))} if parts else {}
    of_item: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for key in sorted(wanted):
        of_item[key[0]].append(key)
    for f in freed:
        p = f.part
        hits[of_item[p.item][0]].append(LotHit(order_number(p.order), *who[p.order], p.position, FREED, p.site_code, "", f.quantity))
    for t in tasks:
        p = by_id[t.allocation]
        hits[t.item, t.lot].append(LotHit(order_number(p.order), *who[p.order], p.position, TASK, p.site_code, "", t.left))
    bound = run.rows(as_tuple, BOUND, **named)
    arrived: dict[tuple[int, str, str], int] = defaultdict(int)
    if any(place == "gone" for *_, place, _, _, _ in bound):
        for item, lot, order, units in run.rows(as_tuple, ARRIVED, **named):
            arrived[item, lot, order] += units
    for item, lot, order, code, name, position, place, site, at, units in bound:
        if place != "gone":
            hits[item, lot].append(LotHit(order, code, name, position, place, site, at, units))
            continue
        there = min(units, arrived[item, lot, order])
        arrived[item, lot, order] -= there
        hits[item, lot] += [LotHit(order, code, name, position, where, site, at, n) for where, n in ((DELIVERED, there), (TRANSIT, units - there)) if n]
    return hits


def find_others(run: Run, freed: Sequence[Freed], tasks: Sequence[Asked]) -> None:
    """Find other sites for what was freed, and other lots for what was on the floor."""
    missing: dict[int, int] = defaultdict(int)
    for f in freed:
        missing[f.part.line] += f.quantity
    found = reserve_again(run, missing)
    here = {(order_number(t.order), t.site) for t in tasks}
    again = [u.allocation for fact in found for u in fact.units if fact.order in {order for order, _ in here}]
    opens = open_units(run, sorted({t.allocation for t in tasks} | set(again)))
    raise_ready(run, [o for o in opens if (order_number(o.order), o.site) in here])
