"""Free: give reserved units of an allocation back to the site's stock; they are open on the line again.

Only units that are not released to the floor can be freed here; the floor gives back the others by a
short pick, or when it stops units that it is asked to stop.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hanse.inventory import ledger
from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Id, Quantity, Short, ask
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import as_tuple

from .counters import Advance, advance, lock_orders
from .events import UnitsFreed


@ask
class Free:
    """Free units of an allocation; without a quantity all that are not released."""

    allocation: Id
    quantity: Quantity | None = None
    reason: Short = ""


@dataclass(slots=True)
class Bound:
    """An allocation with the units that could be freed."""

    allocation: int
    order: int
    line: int
    item: int
    sku: str
    site: int
    code: str
    free: int


ORDERS = "SELECT order_id FROM orders_allocation WHERE id = ANY(%(allocation)s::bigint[])"
BOUND = """
SELECT a.id, a.order_id, a.line_id, a.item_id, i.sku, a.site_id, s.code, a.reserved - a.freed - greatest(a.released - a.recalled, a.picked - a.put_back)
  FROM orders_allocation a JOIN catalogue_item i ON i.id = a.item_id JOIN network_site s ON s.id = a.site_id
 WHERE a.id = ANY(%(allocation)s::bigint[])
"""
LOCK_STOCK = """
SELECT 1 FROM inventory_stock WHERE (item_id, site_id) IN (SELECT * FROM unnest(%(item)s::bigint[], %(site)s::bigint[]))
 ORDER BY item_id, site_id FOR UPDATE
"""


def decide(asks: Sequence[Free], bound: Mapping[int, Bound]) -> list[UnitsFreed | Refused]:
    """Free what is not on the floor; later asks in a batch see what earlier ones freed."""
    answers: list[UnitsFreed | Refused] = []
    for ask in asks:
        at = bound.get(ask.allocation)
        if at is None:
            answers.append(refuse("allocation-unknown", allocation=ask.allocation))
            continue
        wanted = at.free if ask.quantity is None else ask.quantity
        if not 0 < wanted <= at.free:
            answers.append(refuse("units-released", free=at.free, wanted=wanted))
            continue
        at.free -= wanted
        answers.append(UnitsFreed(f"H-{at.order}", at.allocation, at.line, at.sku, at.code, wanted, ask.reason))
    return answers


@operation
def free(run: Run, asks: Sequence[Free]) -> list[UnitsFreed | Refused]:
    """Give reserved units back: allocation, line, order and the site's stock move together."""
    lock_orders(run, [order for (order,) in run.rows(as_tuple, ORDERS, asks)])
    bound = {b.allocation: b for b in run.rows(Bound, BOUND, asks)}
    answers = decide(asks, bound)
    freed = [a for a in answers if isinstance(a, UnitsFreed)]
    give_back(run, [(bound[f.allocation].item, bound[f.allocation].site, f.allocation, f.quantity) for f in freed])
    return answers


def give_back(run: Run, units: Sequence[tuple[int, int, int, int]]) -> None:
    """Give reserved units back to stock: (item, site, allocation, quantity). Orders are locked by the caller."""
    if not units:
        return
    run.lock(LOCK_STOCK, item=[u[0] for u in units], site=[u[1] for u in units])
    advance(run, [Advance(allocation, freed=quantity) for _, _, allocation, quantity in units])
    ledger.reserve(run, [ledger.Reserve(item, site, -quantity) for item, site, _, quantity in units])
