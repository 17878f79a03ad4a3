"""Placing: a batch of orders placed, those known already told apart, and each one's past after it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from hanse.kernel.refused import Refused
from hanse.orders.events import OrderPlaced
from hanse.orders.place import place

from .batch import Batch
from .history import Past, live_again
from .orders import Brought


@dataclass(slots=True)
class Outcome:
    """What became of an order: placed, refused, or known already; and what of its past could not be brought in."""

    brought: Brought
    answer: Any
    repeated: bool = False
    notes: list[str] = field(default_factory=list)


SAME = """
SELECT p.code, o.ref,
       (SELECT coalesce(sum(l.ordered), 0) FROM orders_line l WHERE l.order_id = o.id AND l.kit IS NULL)::bigint + coalesce(k.kits, 0)::bigint,
       (SELECT count(*) FROM orders_line l WHERE l.order_id = o.id AND l.kit IS NULL) + coalesce(k.count, 0)
  FROM orders_order o JOIN partners_party p ON p.id = o.customer_id
  LEFT JOIN LATERAL (SELECT sum(quantity) AS kits, count(*) AS count FROM orders_kit WHERE order_id = o.id) k ON true
 WHERE (o.ref, p.code) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
"""


def bring_orders(batch: Sequence[Brought], under: Batch, past: Past | None) -> list[Outcome]:
    """Place a batch and, with a history, let its past follow.

    Refused ones that come again with the same file are tried again.
    """
    answers, replayed = under.ask(place, [b.ask for b in batch])
    outcomes = [Outcome(b, a, replayed and isinstance(a, OrderPlaced)) for b, a in zip(batch, answers, strict=True)]
    placed = [o for o in outcomes if isinstance(o.answer, OrderPlaced)]
    if past is not None:
        live_again(placed, under, past)
    refused = [o for o in outcomes if isinstance(o.answer, Refused)]
    if replayed and refused:
        again = bring_orders([o.brought for o in refused], Batch(under.by, None), past)
        outcomes = placed + again
        refused = [o for o in again if isinstance(o.answer, Refused)]
    _known_already(refused)
    return outcomes


def _known_already(refused: Sequence[Outcome]) -> None:
    """An order that is there with the same reference, lines and units is repeated; with other content it stays refused."""
    twice = [o for o in refused if isinstance(o.answer, Refused) and o.answer.code == "ref-used"]
    if not twice:
        return
    with connection.cursor() as cursor:
        cursor.execute(SAME, [[o.brought.ask.ref for o in twice], [o.brought.ask.customer for o in twice]])
        there = {(customer, ref): (units, lines) for customer, ref, units, lines in cursor.fetchall()}
    for outcome in twice:
        ask = outcome.brought.ask
        if there.get((ask.customer, ask.ref)) == (sum(line.quantity for line in ask.lines), len(ask.lines)):
            outcome.answer, outcome.repeated = None, True
