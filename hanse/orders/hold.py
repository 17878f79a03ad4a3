"""Hold: stop the steps of one type for an order, until somebody releases the hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Text, ask
from hanse.kernel.numbers import order_ids
from hanse.kernel.refused import Refused, refuse

from .events import OrderHeld
from .holding import put_on_hold
from .holds import BLOCKS


@ask
class Hold:
    """Hold an order. Types and the steps they block are in `holds.BLOCKS`."""

    order: Code
    type: Code
    reason: Text = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HeldOrder:
    """An order with its open holds, locked."""

    id: int
    open: bool
    status: str
    holds: list[str]


HELD = "SELECT id, open, status, holds FROM orders_order WHERE id = ANY(%(order)s::bigint[]) ORDER BY id FOR NO KEY UPDATE"


def decide(asks: Sequence[Hold], orders: Mapping[str, HeldOrder]) -> list[OrderHeld | Refused]:
    """One open hold of a type per order; a closed order has nothing to hold."""
    answers: list[OrderHeld | Refused] = []
    standing = {(number, type) for number, order in orders.items() for type in order.holds}
    for ask in asks:
        order = orders.get(ask.order)
        if order is None:
            answers.append(refuse("order-unknown", order=ask.order))
        elif ask.type not in BLOCKS:
            answers.append(refuse("values-refused", at="type", why=f"{ask.type} is no type of hold: take one of {', '.join(sorted(BLOCKS))}."))
        elif not order.open and ask.at is None:
            answers.append(refuse("order-closed", order=ask.order, status=order.status))
        elif (ask.order, ask.type) in standing:
            answers.append(refuse("hold-stands", order=ask.order, type=ask.type))
        else:
            standing.add((ask.order, ask.type))
            answers.append(OrderHeld(ask.order, ask.type, ask.reason, ask.at))
    return answers


@operation
def hold(run: Run, asks: Sequence[Hold]) -> list[OrderHeld | Refused]:
    """Put holds on orders: each blocks only the steps of its type."""
    orders = {f"H-{o.id}": o for o in run.rows(HeldOrder, HELD, order=order_ids(a.order for a in asks))}
    answers = decide(asks, orders)
    put_on_hold(run, [a for a in answers if isinstance(a, OrderHeld)], by=run.actor)
    return answers
