"""Allocate: find sites for the open units of orders.

Run by the desk for named orders, and by `jobs` the moment supply arrives. The queue is priority, then
promise, then age. What no site can supply now stays open, pegged to inbound supply where there is some.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hanse.journal.operation import begins, operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.numbers import order_ids
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import as_tuple

from .events import UnitsAllocated
from .holds import blocking
from .reserving import OpenLine, Want, open_lines, reserve_lines


@ask
class Allocate:
    """Allocate the open units of an order."""

    order: Code


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order with its holds and those of its lines that have units without a site."""

    id: int
    holds: Sequence[str]
    lines: Sequence[OpenLine]


ORDERS = "SELECT id, holds FROM orders_order WHERE id = ANY(%(order)s::bigint[]) ORDER BY id FOR NO KEY UPDATE"


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
            answers.append([Want(line.line, line.open) for line in order.lines])
    return answers


@operation
@begins(ORDERS, lambda asks: {"order": order_ids(a.order for a in asks)})
def allocate(run: Run, asks: Sequence[Allocate]) -> list[UnitsAllocated | Refused]:
    """Reserve what sites can supply of the orders' open units."""
    orders = _orders(run, order_ids(a.order for a in asks))
    decided = decide(asks, orders)
    wants = [w for d in decided if not isinstance(d, Refused) for w in d]
    told = {fact.order: fact for fact in reserve_lines(run, wants, [line for o in orders.values() for line in o.lines], tell=False)}
    return [d if isinstance(d, Refused) else told[a.order] for a, d in zip(asks, decided, strict=True)]


def _orders(run: Run, ids: Sequence[int]) -> dict[str, OpenOrder]:
    """The orders, locked, with their open lines."""
    holds = run.rows(as_tuple, ORDERS, order=ids)
    lines: dict[int, list[OpenLine]] = {}
    for line in open_lines(run, ids):
        lines.setdefault(line.order, []).append(line)
    return {f"H-{id}": OpenOrder(id, held, lines.get(id, ())) for id, held in holds}
