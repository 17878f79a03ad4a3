"""Allocate: find sites for the open units of orders.

Run by the desk for named orders, and by `jobs` the moment supply arrives. The queue is priority, then
promise, then age. What no site can supply now stays open, pegged to inbound supply where there is some.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.numbers import order_ids
from hanse.kernel.refused import Refused, refuse

from .counters import lock_orders
from .events import UnitsAllocated
from .holds import blocking
from .reserving import Want, reserve_lines


@ask
class Allocate:
    """Allocate the open units of an order."""

    order: Code


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order with its holds and the units of each line that have no site."""

    id: int
    holds: list[str]
    lines: list[int]
    open: list[int]


OPEN = """
SELECT o.id, o.holds, coalesce(array_agg(l.id ORDER BY l.id) FILTER (WHERE l.id IS NOT NULL), '{}'),
       coalesce(array_agg(l.ordered - l.cancelled - l.reserved + l.freed ORDER BY l.id) FILTER (WHERE l.id IS NOT NULL), '{}')
  FROM orders_order o
  LEFT JOIN orders_line l ON l.order_id = o.id AND l.ordered > l.cancelled + l.reserved - l.freed
 WHERE o.id = ANY(%(order)s::bigint[]) GROUP BY o.id
"""


def decide(asks: Sequence[Allocate], orders: Mapping[str, OpenOrder]) -> list[list[Want] | Refused]:
    """What to look for, per ask; an order asked for twice in a batch is looked at once."""
    answers: list[list[Want] | Refused] = []
    waiting = dict(orders)
    for ask in asks:
        order = waiting.get(ask.order)
        if order is None:
            answers.append(refuse("nothing-open" if ask.order in orders else "order-unknown", order=ask.order))
        elif held := blocking(order.holds, "allocate"):
            answers.append(refuse("on-hold", order=ask.order, holds=held))
        elif not order.lines:
            answers.append(refuse("nothing-open", order=ask.order))
        else:
            del waiting[ask.order]
            answers.append([Want(line, units) for line, units in zip(order.lines, order.open, strict=True)])
    return answers


@operation
def allocate(run: Run, asks: Sequence[Allocate]) -> list[UnitsAllocated | Refused]:
    """Reserve what sites can supply of the orders' open units."""
    ids = order_ids(a.order for a in asks)
    lock_orders(run, ids)
    orders = {f"H-{o.id}": o for o in run.rows(OpenOrder, OPEN, order=ids)}
    decided = decide(asks, orders)
    wants = [w for d in decided if not isinstance(d, Refused) for w in d]
    told = {fact.order: fact for fact in reserve_lines(run, wants, tell=False)}
    return [d if isinstance(d, Refused) else told[a.order] for a, d in zip(asks, decided, strict=True)]
