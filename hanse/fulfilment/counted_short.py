"""Counted short: promises give way to a count. What `inventory.count` calls when less lies there than was promised.

Tasks that claim more than lies in the bin ask for less, the youngest first. What the site has promised beyond what is left is freed,
the last in the queue first. Once the loss is booked other bins and sites are found for all of it, as after a short pick; what no
site has waits.

Locks: orders by id before any stock. An order that reserved units between looking and locking is found on the second look; where
somebody else holds it, all is tried again.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from hanse.inventory import ledger
from hanse.inventory.giving_way import GivingWay, Lost, promises_give_way
from hanse.journal.run import Run
from hanse.kernel.numbers import order_number
from hanse.kernel.rows import as_tuple, row
from hanse.orders.counters import Advance, advance, lock_orders
from hanse.orders.events import UnitsFreed

from .events import TasksWithdrawn, WithdrawnTask
from .stopped_lots import LOCK_NOW, PARTS, Asked, Freed, Part, beyond, find_others

WHY = "counted short"


@row
class Claimed:
    """An open pick task that claims units of a bin."""

    task: int
    order: int
    allocation: int
    item: int
    sku: str
    lot: str
    site: int
    bin: int
    bin_code: str
    open: int


@dataclass(frozen=True, slots=True)
class LetGo:
    """What was let go: units freed, and units that tasks no longer ask for."""

    freed: Sequence[Freed]
    cut: Sequence[Asked]


def cut(tasks: Sequence[Claimed], lost: Sequence[Lost]) -> list[tuple[Claimed, int]]:
    """How many units each task asks for no more: the youngest task of a bin first. Pure."""
    over = {(x.bin, x.item, x.lot): x.over for x in lost}
    done = []
    for t in sorted(tasks, key=lambda t: t.task, reverse=True):
        if n := min(t.open, over.get((t.bin, t.item, t.lot), 0)):
            over[t.bin, t.item, t.lot] -= n
            done.append((t, n))
    return done


CONCERNED = """
SELECT a.order_id FROM orders_allocation a
 WHERE a.reserved > a.freed + a.released - a.recalled AND (a.item_id, a.site_id) IN (SELECT * FROM unnest(%(item)s::bigint[], %(site)s::bigint[]))
 UNION
SELECT t.order_id FROM fulfilment_task t
 WHERE t.closed_at IS NULL AND (t.item_id, t.site_id) IN (SELECT * FROM unnest(%(item)s::bigint[], %(site)s::bigint[]))
"""
TASKS = """
SELECT t.id, t.order_id, t.allocation_id, t.item_id, i.sku, t.lot, t.site_id, t.bin_id, b.code, t.to_pick - t.withdrawn
  FROM unnest(%(bin)s::bigint[], %(item)s::bigint[], %(lot)s::text[]) AS l(bin, item, lot)
  JOIN fulfilment_task t ON t.bin_id = l.bin AND t.item_id = l.item AND t.lot = l.lot AND t.closed_at IS NULL
  JOIN catalogue_item i ON i.id = t.item_id JOIN inventory_account b ON b.id = t.bin_id ORDER BY t.id
"""
STOCK = "SELECT item_id, site_id, on_hand, reserved FROM inventory_stock WHERE (item_id, site_id) IN (SELECT * FROM unnest(%(item)s::bigint[], %(site)s::bigint[]))"
CUT = """
UPDATE fulfilment_task t SET withdrawn = t.withdrawn + c.units, closed_at = CASE WHEN t.to_pick = t.withdrawn + c.units THEN %(now)s::timestamptz END
  FROM unnest(%(task)s::bigint[], %(units)s::bigint[]) AS c(id, units) WHERE t.id = c.id
"""


def lock(run: Run, at: Collection[tuple[int, int]]) -> None:
    """Lock the orders that have units of these items promised at these sites, in key order."""
    lock_orders(run, _concerned(run, at))


def let_go(run: Run, lost: Sequence[Lost]) -> LetGo:
    """Tasks ask for less, and promises beyond what is left are freed. Stock is locked by the caller; orders were, as far as they were there to see."""
    at = {(x.item, x.site) for x in lost}
    run.lock(LOCK_NOW, order=sorted(_concerned(run, at)))
    less = cut(run.rows(Claimed, TASKS, lost), lost)
    asked = [Asked(t.task, t.order, t.allocation, t.item, t.lot, t.site, n) for t, n in less]
    parts = run.rows(Part, PARTS, items=sorted({i for i, _ in at}), sites=sorted({s for _, s in at}), allocations=sorted({a.allocation for a in asked}))
    gone: dict[tuple[int, int], int] = defaultdict(int)
    for x in lost:
        gone[x.item, x.site] += x.gone
    stock = {(item, site): (on_hand, reserved) for item, site, on_hand, reserved in run.rows(as_tuple, STOCK, item=[i for i, _ in at], site=[s for _, s in at])}
    freed = beyond(parts, asked, gone, stock)
    run.write(CUT, asked, units=[a.left for a in asked])
    advance(run, [Advance(a.allocation, recalled=a.left) for a in asked] + [Advance(f.part.allocation, freed=f.quantity) for f in freed])
    ledger.claim(run, [ledger.Claim(t.bin, t.item, t.lot, -n) for t, n in less])
    ledger.reserve(run, [ledger.Reserve(f.part.item, f.part.site, -f.quantity) for f in freed])
    run.tell([TasksWithdrawn(order_number(t.order), (WithdrawnTask(t.task, t.sku, t.bin_code, n, t.open - n),)) for t, n in less])
    run.tell([UnitsFreed(order_number(f.part.order), f.part.allocation, f.part.line, f.part.sku, f.part.site_code, f.quantity, WHY) for f in freed])
    return LetGo(freed, asked)


def find_again(run: Run, gone: LetGo) -> None:
    """Find other bins and sites for what was let go, now that the loss is booked."""
    find_others(run, gone.freed, gone.cut)


def _concerned(run: Run, at: Collection[tuple[int, int]]) -> list[int]:
    return sorted({order for (order,) in run.rows(as_tuple, CONCERNED, item=[i for i, _ in at], site=[s for _, s in at])})


promises_give_way(GivingWay(lock, let_go, find_again))
