"""Release hold: let the held steps of an order go on."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from hanse.journal.operation import operation
from hanse.journal.principals import Principal
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Text, ask
from hanse.kernel.numbers import order_ids
from hanse.kernel.refused import Refused, refuse

from .events import HoldReleased
from .hold import HELD, HeldOrder
from .holds import may_release, releasers


@ask
class ReleaseHold:
    """Release the open hold of a type."""

    order: Code
    type: Code
    reason: Text = ""
    at: datetime | None = None


CLOSE = """
UPDATE orders_hold x SET released_by = %(actor)s, released_at = coalesce(h.at, %(now)s), release_reason = h.reason
  FROM unnest(%(order)s::bigint[], %(type)s::text[], %(reason)s::text[], %(at)s::timestamptz[]) AS h(ord, type, reason, at)
 WHERE x.order_id = h.ord AND x.type = h.type AND x.released_at IS NULL
"""
UNMARK = """
UPDATE orders_order o SET version = o.version + 1, holds = ARRAY(SELECT t FROM unnest(o.holds) t WHERE t <> ALL(h.types))
  FROM (SELECT ord, array_agg(type) AS types FROM unnest(%(order)s::bigint[], %(type)s::text[]) AS h(ord, type) GROUP BY ord) h
 WHERE o.id = h.ord
"""


def decide(asks: Sequence[ReleaseHold], askers: Sequence[Principal], orders: Mapping[str, HeldOrder]) -> list[HoldReleased | Refused]:
    """Only a hold that stands can be released, once, and by who may release its type."""
    answers: list[HoldReleased | Refused] = []
    standing = {(number, type) for number, order in orders.items() for type in order.holds}
    for ask, by in zip(asks, askers, strict=True):
        if ask.order not in orders:
            answers.append(refuse("order-unknown", order=ask.order))
        elif (ask.order, ask.type) not in standing:
            answers.append(refuse("hold-unknown", order=ask.order, type=ask.type))
        elif not may_release(by, ask.type):
            answers.append(refuse("hold-of-others", at="type", type=ask.type, who=" or ".join(releasers(ask.type))))
        else:
            standing.discard((ask.order, ask.type))
            answers.append(HoldReleased(ask.order, ask.type, ask.reason, ask.at))
    return answers


@operation
def release_hold(run: Run, asks: Sequence[ReleaseHold]) -> list[HoldReleased | Refused]:
    """Release holds; what they blocked may go on."""
    orders = {f"H-{o.id}": o for o in run.rows(HeldOrder, HELD, order=order_ids(a.order for a in asks))}
    answers = decide(asks, run.askers, orders)
    released = [a for a in answers if isinstance(a, HoldReleased)]
    if released:
        order = [int(r.order[2:]) for r in released]
        run.write(CLOSE, released, order=order)
        run.write(UNMARK, released, order=order)
    return answers
